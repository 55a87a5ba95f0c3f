"""Score what a PySODEvalToolkit configuration describes.

    python examples/pysodevaltoolkit.py datasets.json methods.json

``datasets.json`` is {data set: {"mask": {"path", "suffix", "prefix"}}} and ``methods.json`` is
{method: {data set: {"path", "suffix", "prefix"}}}, as that toolkit reads them. Links named after
the images are laid out in a temporary folder; images that a method lacks are left out of its
scores, as there.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import sodeval

Config = dict[str, dict[str, Any]]


def main(datasets: Config, methods: Config) -> sodeval.Report:
    """One result for each method and data set."""
    with tempfile.TemporaryDirectory() as root:
        for dataset, folders in datasets.items():
            using = {method: sets[dataset] for method, sets in methods.items() if dataset in sets}
            if using:
                link(folders["mask"], Path(root, "gt", dataset))
            for method, folder in using.items():
                link(folder, Path(root, "preds", method, dataset))
        return sodeval.score(f"{root}/preds", f"{root}/gt", missing="skip")


def link(folder: dict[str, str], target: Path) -> None:
    """Link the files of a folder under the names that are left between prefix and suffix."""
    target.mkdir(parents=True)
    for file in Path(folder["path"]).resolve().iterdir():
        prefix, suffix = folder.get("prefix", ""), folder["suffix"]
        if file.name.startswith(prefix) and file.name.endswith(suffix):
            name = file.name.removeprefix(prefix).removesuffix(suffix)
            (target / (name + file.suffix)).symlink_to(file)


if __name__ == "__main__":
    print(main(*(json.loads(Path(arg).read_text("utf-8")) for arg in sys.argv[1:3])).to_markdown())
