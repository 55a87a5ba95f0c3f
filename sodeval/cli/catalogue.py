"""``sodeval metrics`` and ``sodeval protocols``: what exists, in words."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict

import click

HELP = {"help_option_names": ["-h", "--help"]}

format_option = click.option(
    "--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True
)


class ListByDefault(click.Group):
    """A group that lists when no subcommand is named."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put ``list`` before options, or where there is nothing."""
        if not args or (args[0].startswith("-") and args[0] not in ("-h", "--help")):
            args = ["list", *args]
        return super().parse_args(ctx, args)


@click.group(cls=ListByDefault, context_settings=HELP, epilog="Example: sodeval metrics show mae")
def metrics() -> None:
    """List the metrics, or show one."""


@metrics.command("list", epilog="Example: sodeval metrics list --format json")
@format_option
def list_metrics(form: str) -> None:
    """List every metric with its columns."""
    from sodeval.metrics import METRICS

    if form == "json":
        click.echo(json.dumps([asdict(card) for card in METRICS.values()], indent=2))
        return
    rows = [(c.id, ", ".join(c.columns), c.better, c.title) for c in METRICS.values()]
    _print_rows(("metric", "columns", "better", "what"), rows)


@metrics.command("show", epilog="Example: sodeval metrics show smeasure")
@click.argument("name")
@format_option
def show_metric(name: str, form: str) -> None:
    """Show one metric: columns, direction, definition, paper."""
    import inspect

    from sodeval.errors import UnknownNameError
    from sodeval.metrics import ALIASES, METRICS, SETS, load

    asked = ALIASES.get(name.lower(), name.lower())
    if asked in SETS:
        if form == "json":
            click.echo(json.dumps({"id": asked, "metrics": SETS[asked]}, indent=2))
        else:
            click.echo(f"{asked}: {', '.join(SETS[asked])}")
        return
    if asked not in METRICS:
        raise UnknownNameError("metric", name, (*METRICS, *ALIASES, *SETS))
    card = METRICS[asked]
    if form == "json":
        click.echo(json.dumps(asdict(card), indent=2, ensure_ascii=False))
        return
    click.echo(f"{card.id}: {card.title} ({card.better} is better)\n")
    click.echo(inspect.getdoc(type(load(card.id))))
    click.echo(f"\ncolumns: {', '.join(card.columns)}\npaper:   {card.paper}")


@click.group(
    cls=ListByDefault,
    context_settings=HELP,
    epilog="Example: sodeval protocols show pysodmetrics",
)
def protocols() -> None:
    """List the protocols, show one, or say where two differ."""


@protocols.command("list", epilog="Example: sodeval protocols list --format json")
@format_option
def list_protocols(form: str) -> None:
    """List every protocol."""
    from sodeval.protocols import PROTOCOLS

    if form == "json":
        click.echo(json.dumps([p.to_dict() for p in PROTOCOLS.values()], indent=2))
        return
    _print_rows(("protocol", "what"), [(p.name, p.about) for p in PROTOCOLS.values()])


@protocols.command("show", epilog="Example: sodeval protocols show sal-eval-matlab")
@click.argument("name")
@format_option
def show_protocol(name: str, form: str) -> None:
    """Show one protocol: its source, what the toolkit prints, and every convention in words."""
    from sodeval.meanings import meanings
    from sodeval.protocols import get_protocol

    protocol = get_protocol(name)
    if form == "json":
        data = {
            **protocol.to_dict(),
            "about": protocol.about,
            "source": protocol.source,
            "prints": protocol.prints,
            "notes": protocol.notes,
            "meanings": {
                field: meanings()[field].text
                for field, _, _ in protocol.conventions()
                if field in meanings()
            },
        }
        click.echo(json.dumps(data, indent=2, ensure_ascii=False))
        return
    from sodeval.render.protocols import show_text

    click.echo(show_text(protocol), nl=False)


@protocols.command("diff", epilog="Example: sodeval protocols diff pysodmetrics sal-eval-matlab")
@click.argument("one", metavar="A")
@click.argument("other", metavar="B")
@format_option
def diff_protocols(one: str, other: str, form: str) -> None:
    """Show only the conventions in which two protocols differ, and what each means."""
    from sodeval.meanings import differences, meanings
    from sodeval.protocols import get_protocol

    first, second = get_protocol(one), get_protocol(other)
    if form == "json":
        data = {
            "a": first.name,
            "b": second.name,
            "differences": [
                {
                    "convention": d.field,
                    "a": d.one,
                    "b": d.other,
                    "meaning": meanings()[d.field].text if d.field in meanings() else None,
                }
                for d in differences(first, second)
            ],
        }
        click.echo(json.dumps(data, indent=2, ensure_ascii=False))
        return
    from sodeval.render.protocols import diff_text

    click.echo(diff_text(first, second), nl=False)


def _print_rows(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print aligned columns; plain enough to pipe, and rich stays unloaded."""
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    for row in (head, *rows):
        line = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        click.echo(line.rstrip())
