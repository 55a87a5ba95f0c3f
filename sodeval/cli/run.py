"""``sodeval run``."""

from __future__ import annotations

import sys
from contextlib import redirect_stdout
from typing import TYPE_CHECKING

import click

from sodeval.cli.options import (
    decimals_option,
    format_option,
    print_notes,
    print_report,
    quiet_option,
)
from sodeval.cli.progress import Bar, ScoreProgress
from sodeval.errors import INTERRUPTED, DataError, Interrupted, SodevalError, UsageError

if TYPE_CHECKING:
    from sodeval.boards import Leaderboard
    from sodeval.models.predictor import Predictor
    from sodeval.models.transfer import Transfer
    from sodeval.runner import Outcome
    from sodeval.scoring import Progress

_SHOWN_FAILURES = 5


@click.command(
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Example: sodeval run --model csnet-L-x2 --images photos/ --maps maps/",
)
@click.option(
    "--model", required=True, metavar="NAME|FILE.py:build|FILE.onnx", help="See `sodeval models`."
)
@click.option("--weights", metavar="FILE", help="A checkpoint.  [default: looked up, or fetched]")
@click.option("--images", metavar="DIR", help="Photographs: a folder, a .zip or a .tar.")
@click.option("--gt", metavar="DIR", help="Ground truths of --images.")
@click.option(
    "--data",
    metavar="ROOT",
    help="Data sets, as ROOT/<task>/<dataset>/{im,gt}.  [default: $SODEVAL_DATA, or ./datasets]",
)
@click.option(
    "--dataset",
    "datasets",
    metavar="NAME",
    multiple=True,
    help="One of ROOT; may be repeated.  [default: every test set of the model's task]",
)
@click.option("--maps", metavar="DIR", help="Write the maps; those that are there are kept.")
@click.option(
    "--device",
    default="auto",
    show_default=True,
    metavar="auto|cpu|cuda|cuda:N|mps",
    help="Where the network runs.",
)
@click.option(
    "--precision",
    type=click.Choice(["fp32", "fp16", "bf16"]),
    default="fp32",
    show_default=True,
    help="fp16 and bf16 by autocast.",
)
@click.option("--batch-size", type=click.IntRange(1), help="[default: 1 on a CPU, 16 on a GPU]")
@click.option("--fast", is_flag=True, help="Resize on the device: quicker, not the authors' bytes.")
@click.option("--compile", "compiled", is_flag=True, help="Compile the network first.")
@click.option(
    "--evaluation",
    metavar="whole|authors",
    help="danet: the whole photograph at once, or the authors' sliding windows.",
)
@click.option(
    "--workers",
    type=click.IntRange(1),
    help="Threads that read, and as many that write.  [default: the cores available]",
)
@click.option("--overwrite", is_flag=True, help="Make maps that are there again.")
@click.option("--limit", type=click.IntRange(1), help="So many photographs of each data set.")
@click.option("--no-score", is_flag=True, help="Only write maps.")
@click.option("--metrics", help="Comma-separated names.  [default: default; label maps: miou]")
@click.option(
    "--protocol",
    default="pysodmetrics",
    show_default=True,
    help="Whose conventions: one, several with commas, or all.",
)
@format_option
@decimals_option
@click.option("-o", "--output", metavar="REPORT.json", help="Write the report.")
@click.option("--board", metavar="DIR", help="Add the scores to the leaderboard in DIR.")
@quiet_option
def run(
    model: str,
    weights: str | None,
    images: str | None,
    gt: str | None,
    data: str | None,
    datasets: tuple[str, ...],
    maps: str | None,
    device: str,
    precision: str,
    batch_size: int | None,
    fast: bool,
    compiled: bool,
    evaluation: str | None,
    workers: int | None,
    overwrite: bool,
    limit: int | None,
    no_score: bool,
    metrics: str | None,
    protocol: str,
    form: str,
    decimals: int | None,
    output: str | None,
    board: str | None,
    quiet: bool,
) -> int:
    """Run a model over photographs, write its maps and score them.

    Photographs come from --images, with ground truths from --gt, or from the data sets below
    --data. A run that was stopped goes on where it was: maps that are there are kept and scored.

    Exit code 3 means that a file cannot be read or run, even if the rest was done; 4 that torch is
    not installed; 5 that there are no weights.
    """
    from sodeval.models import load_model
    from sodeval.runner import run as go
    from sodeval.runner.run import check_options
    from sodeval.writing import check_target

    scored = not no_score and (images is None or gt is not None)
    _check_scoring(scored, metrics, protocol, output, board, limit)
    check_options(images, gt, data, datasets, maps, score=not no_score)
    if output is not None:
        check_target(output)
    leaderboard = None if board is None else _open_board(board)
    with redirect_stdout(sys.stderr):  # what a user's own code prints is no result
        found = load_model(
            model,
            weights,
            device,
            precision,
            fast,
            compiled=compiled,
            evaluation=evaluation,
            transfer=None if quiet else _transfer(),
        )
    if leaderboard is not None:
        _refuse_untrained(found)
    if not quiet:
        _say_terms(found)
    try:
        with redirect_stdout(sys.stderr):
            outcome = go(
                found,
                images=images,
                gt=gt,
                data=data,
                datasets=datasets,
                maps=maps,
                batch_size=batch_size,
                workers=workers,
                overwrite=overwrite,
                limit=limit,
                score=not no_score,
                metrics=metrics,
                protocol=protocol,
                progress=None if quiet else _progress(found, metrics, scored),
            )
    except Interrupted as stopped:
        line = "the same command without --overwrite" if overwrite else "the same command"
        again = f"; {line} goes on from the maps in {maps}" if maps else ""
        click.echo(f"sodeval: interrupted{again}.", err=True)
        if output is not None and stopped.report.results:
            try:
                stopped.report.to_json(output)
            except SodevalError as error:
                click.echo(f"sodeval: the partial report is lost: {error}", err=True)
        return INTERRUPTED
    report = outcome.report
    if report.results:
        if output is not None:
            report.to_json(output)
        print_report(report, form, decimals)
        if not quiet:
            print_notes(report)
    if not quiet:
        _say_speed(outcome, maps)
    _say_failures(outcome)
    if leaderboard is not None:
        for change in leaderboard.add(report):
            click.echo(f"{board}: {change}", err=True)
        leaderboard.save()
    return DataError.exit_code if outcome.failed else 0


def _check_scoring(
    scored: bool,
    metrics: str | None,
    protocol: str,
    output: str | None,
    board: str | None,
    limit: int | None,
) -> None:
    """Refuse now what could only be refused after the run."""
    from sodeval.metrics import resolve
    from sodeval.protocols import get_protocols

    if not scored and (output is not None or board is not None):
        raise UsageError("nothing is scored, so there is no report: leave out -o and --board.")
    if board is not None and limit is not None:
        raise UsageError("--limit leaves photographs out, so its scores are not for a --board.")
    if metrics is not None:
        resolve(metrics)
    get_protocols(protocol)


def _transfer() -> Transfer:
    from sodeval.cli.transfer import TransferBar

    return TransferBar()


def _progress(model: Predictor, metrics: str | None, scored: bool) -> Progress:
    if scored and model.labels is None:
        return ScoreProgress(metrics or "default", "running")
    return Bar("running")


def _say_terms(model: Predictor) -> None:
    """The licence, once, and what a user should know of the weights."""
    if model.card is not None and model.card.needs_torch:
        click.echo(model.card.licence.line, err=True)
    for note in model.notes:
        click.echo(f"note: {note}", err=True)


def _say_speed(outcome: Outcome, maps: str | None) -> None:
    done = f"{outcome.made} maps made" + (f", {outcome.kept} kept" if outcome.kept else "")
    done += f" in {maps}" if maps is not None else ""
    if outcome.images_per_second is not None:
        shares = ", ".join(f"{stage} {share:.0%}" for stage, share in outcome.shares.items())
        done += (
            f"; {outcome.images_per_second:.3g} images/s, bottleneck: {outcome.bottleneck} "
            f"(busy: {shares})"
        )
    click.echo(done, err=True)
    for note in outcome.notes:
        click.echo(f"note: {note}", err=True)


def _say_failures(outcome: Outcome) -> None:
    for why in list(outcome.failed.values())[:_SHOWN_FAILURES]:
        click.echo(f"sodeval: {why}", err=True)
    more = len(outcome.failed) - _SHOWN_FAILURES
    if more > 0:
        click.echo(f"sodeval: and {more} more photographs gave no map or no score.", err=True)


def _refuse_untrained(model: Predictor) -> None:
    from sodeval.boards import refuse_untrained

    refuse_untrained(model.card, model.weights_sha256)


def _open_board(folder: str) -> Leaderboard:
    """The leaderboard, read before the run so that a malformed file does not end it."""
    from sodeval.boards import Leaderboard

    return Leaderboard.load(folder)
