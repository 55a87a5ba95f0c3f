"""``sodeval demo``."""

from __future__ import annotations

from pathlib import Path

import click


@click.command(
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Example: sodeval demo /tmp/try-sodeval",
)
@click.argument("folder", metavar="[DIR]", default="sodeval-demo")
def demo(folder: str) -> None:
    """Make a small sample set in DIR, score it, and write the report beside it.

    DIR is ./sodeval-demo if not given. It gets preds/ (two methods), gt/ and report/.
    """
    from sodeval.cli.options import print_notes, print_report
    from sodeval.cli.progress import ScoreProgress
    from sodeval.demo import make_samples
    from sodeval.errors import MissingExtraError
    from sodeval.render.curves import write_curves
    from sodeval.render.per_image import write_per_image
    from sodeval.render.plots import check_plots, write_plots
    from sodeval.scoring import score

    root = Path(folder)
    preds, gt = make_samples(root)
    report = score(preds, gt, progress=ScoreProgress())
    print_report(report, "table", None)
    print_notes(report)

    out = root / "report"
    report.to_json(out / "report.json")
    write_per_image(report, out / "per_image.csv")
    write_curves(report, out / "curves.npz")
    written = ["report.json", "per_image.csv", "curves.npz"]
    try:
        check_plots(out)
        written += [path.name for path in write_plots(report, out)]
    except MissingExtraError as missing:
        click.echo(f"no plots: {missing}", err=True)
    click.echo(f"\nsamples: {preds} and {gt}\nreport:  {out} ({', '.join(written)})")
    click.echo(f"again:   sodeval score {preds} {gt}")
