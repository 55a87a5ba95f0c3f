"""``sodeval metrics`` and ``sodeval protocols``: what exists."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict

import click

_HELP = {"help_option_names": ["-h", "--help"]}

_format = click.option(
    "--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True
)


class _ListByDefault(click.Group):
    """A group that lists when no subcommand is named."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not args or (args[0].startswith("-") and args[0] not in ("-h", "--help")):
            args = ["list", *args]
        return super().parse_args(ctx, args)


@click.group(cls=_ListByDefault, context_settings=_HELP, epilog="Example: sodeval metrics show mae")
def metrics() -> None:
    """List the metrics, or show one."""


@metrics.command("list", epilog="Example: sodeval metrics list --format json")
@_format
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
@_format
def show_metric(name: str, form: str) -> None:
    """Show one metric: columns, direction, definition, paper."""
    import inspect

    from sodeval.errors import UnknownNameError
    from sodeval.metrics import METRICS, load

    if name.lower() not in METRICS:
        raise UnknownNameError("metric", name, METRICS)
    card = METRICS[name.lower()]
    if form == "json":
        click.echo(json.dumps(asdict(card), indent=2, ensure_ascii=False))
        return
    click.echo(f"{card.id}: {card.title} ({card.better} is better)\n")
    click.echo(inspect.getdoc(type(load(card.id))))
    click.echo(f"\ncolumns: {', '.join(card.columns)}\npaper:   {card.paper}")


@click.group(
    cls=_ListByDefault,
    context_settings=_HELP,
    epilog="Example: sodeval protocols show pysodmetrics",
)
def protocols() -> None:
    """List the protocols, or show one."""


@protocols.command("list", epilog="Example: sodeval protocols list --format json")
@_format
def list_protocols(form: str) -> None:
    """List every protocol."""
    from sodeval.protocols import PROTOCOLS

    if form == "json":
        click.echo(json.dumps([p.to_dict() for p in PROTOCOLS.values()], indent=2))
        return
    _print_rows(("protocol", "what"), [(p.name, p.about) for p in PROTOCOLS.values()])


@protocols.command("show", epilog="Example: sodeval protocols show pysodmetrics-raw")
@click.argument("name")
@_format
def show_protocol(name: str, form: str) -> None:
    """Show every convention of one protocol."""
    from sodeval.protocols import get_protocol

    protocol = get_protocol(name)
    if form == "json":
        click.echo(json.dumps(protocol.to_dict(), indent=2))
        return
    click.echo(f"{protocol.name}: {protocol.about}\nsource: {protocol.source}\n")
    rows = [(field, str(value), key) for field, key, value in protocol.conventions()]
    _print_rows(("convention", "value", "in signatures"), rows)


def _print_rows(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print aligned columns; plain enough to pipe, and rich stays unloaded."""
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    for row in (head, *rows):
        line = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        click.echo(line.rstrip())
