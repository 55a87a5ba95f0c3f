"""``sodeval models profile``: what a model costs, by every rule, beside the published figures."""

from __future__ import annotations

import json
import re

import click

from sodeval.cli.catalogue import HELP, format_option
from sodeval.models.card import Size

LARGEST = 32768  # pixels of a side: more is a slip of the finger


class InputSize(click.ParamType[Size]):
    """``352x352`` (height by width), or ``352`` for a square."""

    name = "HxW"

    def convert(
        self, value: str | Size, param: click.Parameter | None, ctx: click.Context | None
    ) -> Size:
        """Height and width."""
        if isinstance(value, tuple):
            return value
        found = re.fullmatch(r"(\d+)(?:[xX×](\d+))?", value.strip())
        if found is None:
            self.fail(f"{value!r} is no size; write HEIGHTxWIDTH, such as 352x352.", param, ctx)
        height, width = int(found[1]), int(found[2] or found[1])
        if not (1 <= height <= LARGEST and 1 <= width <= LARGEST):
            self.fail(f"{value!r}: height and width must be 1 to {LARGEST}.", param, ctx)
        return height, width


@click.command(
    context_settings=HELP, epilog="Example: sodeval models profile csnet-L-x2 --threads 1"
)
@click.argument("name")
@click.option("--size", type=InputSize(), help="Height and width of the input.  [default: its own]")
@click.option(
    "--device",
    default="auto",
    show_default=True,
    metavar="auto|cpu|cuda|cuda:N|mps",
    help="Where time and memory are measured.",
)
@click.option("--threads", type=click.IntRange(min=1), help="Threads on the processor.")
@click.option(
    "--batch-size",
    "batch",
    type=click.IntRange(min=1),
    help="Images at once for the throughput.  [default: 1; on a GPU 8]",
)
@click.option("--no-speed", is_flag=True, help="Only count; measure no time and no memory.")
@format_option
def profile(
    name: str,
    size: Size | None,
    device: str,
    threads: int | None,
    batch: int | None,
    no_speed: bool,
    form: str,
) -> None:
    """Count a model's parameters and multiply-adds, and measure its time and memory.

    The untrained architecture is enough: nothing is fetched. With --no-speed not even memory for
    the weights is taken.
    """
    from sodeval.models import find_card, load_model, require_torch
    from sodeval.profiling.profile import check_size, input_size
    from sodeval.profiling.profile import profile as measure

    card = find_card(name)
    size = size or input_size(card)
    check_size(card, size)  # before a network is built
    if card.needs_torch:
        require_torch("profiling a model")
    if card.needs_torch and no_speed:
        from sodeval.profiling.shapes import build_on_shapes

        found = measure(build_on_shapes(card), card, size, speed=False)
    else:
        model = load_model(card.name, "none", device=device)
        found = measure(model, card, size, threads=threads, batch=batch, speed=not no_speed)
    if form == "json":
        click.echo(json.dumps(found.to_dict(), indent=2, ensure_ascii=False))
        return
    from sodeval.render.profile import profile_text

    click.echo(profile_text(found), nl=False)
