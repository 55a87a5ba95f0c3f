"""Run sodeval from a checkout: ``python cli.py score preds/ gt/``."""

from sodeval.cli import main

raise SystemExit(main())
