"""``sodeval datasets``: which data sets there are, and what is known of them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from sodeval.cli.catalogue import HELP, ListByDefault, format_option

if TYPE_CHECKING:
    from sodeval.dataset_cards import Confidence, Dataset, Variant

_MARKS: dict[Confidence, str] = {"derived": "*", "usual": "?"}


@click.group(
    cls=ListByDefault, context_settings=HELP, epilog="Example: sodeval datasets show DUTS-TE"
)
def datasets() -> None:
    """List the data sets, or show one."""


@datasets.command("list", epilog="Example: sodeval datasets list --format json")
@format_option
def list_datasets(form: str) -> None:
    """List every data set by task, then the parts to train on."""
    from sodeval.dataset_cards import TASKS
    from sodeval.datasets import DATASETS, TRAINING_SETS

    everything = (*DATASETS.values(), *TRAINING_SETS.values())
    if form == "json":
        click.echo(json.dumps([_to_dict(d) for d in everything], indent=2, ensure_ascii=False))
        return
    groups = {
        f"{task}: {what}": [d for d in DATASETS.values() if d.task == task]
        for task, what in TASKS.items()
    }
    groups["to train on; never scored or run unless named"] = list(TRAINING_SETS.values())
    rows = {title: [_row(dataset) for dataset in group] for title, group in groups.items()}
    flat = [row for group in rows.values() for row in group]
    widths = [max(map(len, column)) for column in zip(*flat, strict=True)]
    for title, group in rows.items():
        click.echo(title)
        for row in group:
            click.echo(f"  {_line(row, widths)}".rstrip())
        click.echo()
    marks = ", ".join(f"{mark} {_confidence(name)}" for name, mark in _MARKS.items())
    click.echo(f"images: {marks}, - not recorded")


@datasets.command("show", epilog="Example: sodeval datasets show DUTS-TE@5017")
@click.argument("name")
@format_option
def show_dataset(name: str, form: str) -> None:
    """Show one data set, or a variant of it: counts, names, paper, where to get it."""
    from sodeval.datasets import find

    dataset, variant = find(name)
    if form == "json":
        chosen = {} if variant is None else {"variant": _variant_dict(dataset, variant)}
        click.echo(json.dumps({**_to_dict(dataset), **chosen}, indent=2, ensure_ascii=False))
        return
    title = dataset.id if variant is None else f"{dataset.id}@{variant.name}"
    click.echo(f"{title}\n")
    rows = list(_facts(dataset, variant))
    width = max(len(label) for label, _ in rows)
    last = ""
    for label, value in rows:
        click.echo(f"{'' if label == last else label:{width}}  {value}")
        last = label


def _row(dataset: Dataset) -> tuple[str, str, str, str]:
    images = "-" if dataset.images is None else str(dataset.images)
    also = ", ".join(f"@{variant.name}" for variant in dataset.variants)
    count = images.rjust(5) + _MARKS.get(dataset.confidence, " ")
    return dataset.id, count, also, dataset.paper


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))


def _facts(dataset: Dataset, variant: Variant | None) -> Iterator[tuple[str, str]]:
    """Labels and values, one line each; those that are not known are left out."""
    from sodeval.dataset_cards import TASKS

    if variant is not None:
        yield "images", f"{variant.images} ({_confidence(variant.confidence)})"
        yield "variant", variant.about
        for stem in variant.without:
            yield "left out", stem
        if variant.source:
            yield "seen at", variant.source
    of = f" of {dataset.of}" if dataset.of else ""
    count = f"not recorded{of}"
    if dataset.images is not None:
        count = f"{dataset.images}{of} ({_confidence(dataset.confidence)})"
    yield "full set" if variant is not None else "images", count
    yield "task", f"{dataset.task}: {TASKS[dataset.task]}"
    if dataset.split != "unknown":
        yield "split", dataset.split
    if dataset.aliases:
        yield "aliases", ", ".join(dataset.aliases)
    if dataset.paper:
        yield "paper", dataset.paper
    naming = "" if dataset.naming_confirmed else " (from memory, not confirmed)"
    for label, folders, endings in (
        ("input images", dataset.image_folders, dataset.image_extensions),
        ("masks", dataset.mask_folders, dataset.mask_extensions),
    ):
        files = " or ".join(f"*.{ending}" for ending in endings)
        places = " or ".join(f"{folder}/" for folder in folders)
        if files or places:
            yield label, " ".join(part for part in (places, files) if part) + naming
    for pattern in dataset.stems:
        yield "stems", pattern + naming
    if variant is None:
        for other in dataset.variants:
            sure = "" if other.confidence == "confirmed" else f" ({_confidence(other.confidence)})"
            yield "variants", f"{dataset.id}@{other.name}: {other.about}{sure}"
            if other.without:
                yield "variants", f"  left out: {', '.join(other.without)}"
    for other in dataset.seen:
        yield "also seen", f"{other.images}: {other.about}"
    for note in dataset.notes:
        yield "notes", note
    yield "licence", dataset.licence
    yield "get it", dataset.get or "no address recorded"
    for source in dataset.sources:
        yield "sources", source


def _confidence(name: Confidence) -> str:
    from sodeval.dataset_cards import CONFIDENCES

    return CONFIDENCES[name]


def _to_dict(dataset: Dataset) -> dict[str, Any]:
    data = asdict(dataset)
    data["paper"] = dataset.paper
    data["variants"] = [_variant_dict(dataset, variant) for variant in dataset.variants]
    return data


def _variant_dict(dataset: Dataset, variant: Variant) -> dict[str, Any]:
    return {"id": f"{dataset.id}@{variant.name}", **asdict(variant)}
