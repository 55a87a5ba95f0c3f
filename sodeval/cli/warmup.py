"""``sodeval warmup``."""

from __future__ import annotations

import time

import click


@click.command(
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Example: RUN pip install sodeval && sodeval warmup",
)
def warmup() -> None:
    """Compile the kernels and keep them in Numba's cache.

    For container images and CI jobs, so that the first score does not wait. The cache stands
    beside the installed package, or where NUMBA_CACHE_DIR says.
    """
    from sodeval.metrics import METRICS
    from sodeval.warmup import is_warm, warm_up

    before = time.perf_counter()
    cached = is_warm(METRICS)
    warm_up()
    seconds = time.perf_counter() - before
    did = "loaded from the cache" if cached else "compiled"
    click.echo(f"kernels {did} in {seconds:.1f} s", err=True)
