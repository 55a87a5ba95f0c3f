"""``python -m sodeval``."""

from sodeval.cli import main

raise SystemExit(main())
