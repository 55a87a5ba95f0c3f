"""``sodeval models``: which models there are, what is known of them, and their weights."""

from __future__ import annotations

import json
from dataclasses import asdict
from importlib import import_module
from typing import TYPE_CHECKING, Any

import click

from sodeval.cli.catalogue import HELP, ListByDefault, format_option

if TYPE_CHECKING:
    from sodeval.models.card import ModelCard

# written elsewhere, and imported only when it is run
_ELSEWHERE = {
    "profile": ("sodeval.cli.profile:profile", "Measure what a model costs: params, MACs, time."),
}


class _Models(ListByDefault):
    """A group whose larger commands are imported only when they are run."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return ["list", "show", *_ELSEWHERE, "fetch"]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _ELSEWHERE:
            return super().get_command(ctx, cmd_name)
        module, _, name = _ELSEWHERE[cmd_name][0].partition(":")
        command: click.Command = getattr(import_module(module), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        lines = {name: line for name, (_, line) in _ELSEWHERE.items()}
        lines |= {name: command.get_short_help_str(100) for name, command in self.commands.items()}
        with formatter.section("Commands"):
            formatter.write_dl([(name, lines[name]) for name in self.list_commands(ctx)])


@click.group(cls=_Models, context_settings=HELP, epilog="Example: sodeval models show dgnet-L512")
def models() -> None:
    """List the models, show one, measure one, or fetch its weights."""


@models.command("list", epilog="Example: sodeval models list --task cod")
@click.option(
    "--task",
    type=click.Choice(["sod", "cod", "usod", "segmentation"]),
    help="Only models for this task.",
)
@format_option
def list_models(task: str | None, form: str) -> None:
    """List every model, and whether its weights are here."""
    from sodeval.models import CARDS

    cards = [card for card in CARDS.values() if task in (None, card.task)]
    if form == "json":
        click.echo(json.dumps([_to_dict(c) for c in cards], indent=2, ensure_ascii=False))
        return
    from sodeval.render.models import list_text

    click.echo(list_text(cards), nl=False)


@models.command("show", epilog="Example: sodeval models show csnet-L-x2 --format json")
@click.argument("name")
@format_option
def show_model(name: str, form: str) -> None:
    """Show one model: paper, licence, preparation, published figures, where its weights are."""
    from sodeval.models import find_card

    card = find_card(name)
    if form == "json":
        click.echo(json.dumps(_to_dict(card), indent=2, ensure_ascii=False))
        return
    from sodeval.render.models import show_text

    click.echo(show_text(card), nl=False)


@models.command("fetch", epilog="Example: sodeval models fetch u2netp")
@click.argument("name")
@click.option("--maps", is_flag=True, help="The authors' saliency maps, not the weights.")
@click.option("--force", is_flag=True, help="Fetch it again though it is here.")
@click.option("-q", "--quiet", is_flag=True, help="No progress bar, no remarks.")
def fetch(name: str, maps: bool, force: bool, quiet: bool) -> None:
    """Fetch the published weights of a model, and print where they are.

    A download that was cut off goes on where it stopped. SODEVAL_CACHE names the folder they are
    kept in; SODEVAL_OFFLINE=1 forbids downloads.
    """
    from sodeval.errors import UsageError
    from sodeval.models import find_card
    from sodeval.models.weights import cache_folder, locate

    card = find_card(name)
    bar = None
    if not quiet:
        from sodeval.cli.transfer import TransferBar

        bar = TransferBar()
    if maps:
        from sodeval.models.download import fetch_maps

        path = fetch_maps(card, cache_folder() / "maps", bar, force=force)
    elif not card.needs_torch:
        raise UsageError(f"{card.name} needs no weights: it is computed from the photograph.")
    else:
        path = locate(card, force=force, progress=bar)
    if not quiet:
        click.echo(card.licence.line, err=True)
        if maps:
            if card.maps_note:
                click.echo(f"note: {card.maps_note}", err=True)
            click.echo(f"to score them as they are: sodeval score {path} GT", err=True)
    click.echo(str(path))


def _to_dict(card: ModelCard) -> dict[str, Any]:
    """The whole card, whether its weights can be had, and the file if they are here."""
    from sodeval.models.weights import find_weights
    from sodeval.render.models import availability

    found = find_weights(card)
    return {**asdict(card), "available": availability(card), "path": found and str(found)}
