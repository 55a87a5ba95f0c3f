"""Pairs to score: generated saliency maps that look like a network's, or real ones, resized."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

Map = NDArray[np.uint8]
Field = NDArray[np.float32]
Pair = tuple[Map, Map]  # prediction, ground truth
EXTENSIONS = {".png", ".jpg", ".jpeg", ".bmp"}


@dataclass(frozen=True, slots=True)
class Folder:
    """Pairs of files under the same stems in two folders, and the same pairs decoded."""

    preds: Path
    gts: Path
    files: tuple[tuple[str, str], ...]
    pairs: tuple[Pair, ...]

    @property
    def pixels(self) -> float:
        """Pixels of an image, on average."""
        return sum(gt.size for _, gt in self.pairs) / len(self.pairs)

    @property
    def stems(self) -> list[str]:
        """Names of the images."""
        return [Path(gt).stem for _, gt in self.files]


def generated(root: Path, seed: int, shape: tuple[int, int], count: int) -> Folder:
    """Pairs from a seed; the same seed gives the same pairs."""
    return _written(root, [soft_pair(seed + i, shape) for i in range(count)])


def resized(root: Path, source: tuple[Path, Path], shape: tuple[int, int], count: int) -> Folder:
    """Up to ``count`` pairs from two folders, brought to one size and saved anew."""
    size = shape[::-1]
    pairs = [
        (
            np.asarray(cv2.resize(_read(pred), size, interpolation=cv2.INTER_CUBIC), np.uint8),
            np.asarray(cv2.resize(_read(gt), size, interpolation=cv2.INTER_NEAREST), np.uint8),
        )
        for pred, gt in _matched(source, count)
    ]
    return _written(root, pairs)


def as_stored(root: Path, source: tuple[Path, Path], count: int) -> Folder:
    """Up to ``count`` pairs from two folders, the files as they are."""
    preds, gts = _folders(root)
    files, pairs = [], []
    for pred, gt in _matched(source, count):
        pair = _read(pred), _read(gt)
        if pair[0].shape != pair[1].shape:
            continue  # pysodmetrics takes equal sizes only
        copies = preds / pred.name, gts / gt.name
        shutil.copyfile(pred, copies[0])
        shutil.copyfile(gt, copies[1])
        files.append((str(copies[0]), str(copies[1])))
        pairs.append(pair)
    if not pairs:
        raise SystemExit(f"no prediction in {source[0]} has the size of its ground truth")
    return Folder(preds, gts, tuple(files), tuple(pairs))


def soft_pair(seed: int, shape: tuple[int, int]) -> Pair:
    """A smooth object, and a map that finds it as a network with a sigmoid does.

    The map's outline strays from the object's, part of the object is missed, something else is
    found, the boundary is soft over about 3% of its height, the object is at 250 to 255, and much
    of the background at 0 with a faint residue.
    """
    rng = np.random.default_rng(seed)
    height, width = shape
    rows, columns = np.ogrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    shift = rng.uniform(-0.3, 0.3, 2)
    centred = -1.5 * ((rows - shift[0]) ** 2 + (columns - shift[1]) ** 2)
    object_ = _smooth(rng, shape, 5) + centred.astype(np.float32)
    level = np.quantile(object_[::8, ::8], rng.uniform(0.65, 0.92))
    gt = object_ > level

    found = object_ + 0.12 * _smooth(rng, shape, 14)
    stray = _smooth(rng, shape, 7)
    found = np.where(stray > np.quantile(stray[::8, ::8], 0.97), 2 * level - found, found)
    inside = (found > level).astype(np.uint8)
    signed = _distance(inside) - _distance(1 - inside)
    soft = 0.5 + 0.5 * np.tanh(signed / (0.01 * min(shape)))
    top = 0.985 + 0.015 * np.clip(_smooth(rng, shape, 9) + 0.5, 0, 1)
    residue = 0.03 * np.maximum(_smooth(rng, shape, 24) - 0.4, 0) * (1 - soft)
    pred = np.clip(255 * (soft * top + residue), 0, 255)
    return pred.astype(np.uint8), np.where(gt, 255, 0).astype(np.uint8)


def thin_pair(seed: int, shape: tuple[int, int]) -> Pair:
    """A pair as :func:`soft_pair`, with 40 thin bars, of which the map misses every fourth."""
    pred, gt = soft_pair(seed, shape)
    rng = np.random.default_rng(seed)
    found, missed = np.zeros(shape, np.uint8), np.zeros(shape, np.uint8)
    for i in range(40):
        ends = rng.integers(0, (shape[1], shape[0]), (2, 2)).tolist()
        width = int(rng.integers(1, max(3, min(shape) // 150)))
        cv2.line(found if i % 4 else missed, *ends, 255, width)
    blurred = cv2.GaussianBlur(found, (0, 0), 1.0)
    return np.maximum(pred, blurred), gt | found | missed


def methods(
    root: Path, seed: int, shape: tuple[int, int], count: int, names: Iterable[str]
) -> tuple[Path, Path]:
    """Predictions ``METHOD/set/`` of several methods for ground truths ``set/gt/``, from a seed."""
    preds, gts = root / "preds", root / "gt"
    folders = [preds / name / "set" for name in names]
    for folder in (*folders, gts / "set" / "gt"):
        folder.mkdir(parents=True)
    for i in range(count):
        pred, gt = soft_pair(seed + i, shape)
        cv2.imwrite(str(gts / "set" / "gt" / f"{i:05d}.png"), gt)
        rng = np.random.default_rng(seed + i)
        for folder in folders:
            doubt = np.clip(_smooth(rng, shape, 9), 0, 1)
            stray = 60 * np.clip(_smooth(rng, shape, 12) - 0.8, 0, 1)
            one = np.clip(pred * (1 - 0.3 * doubt) + stray, 0, 255).astype(np.uint8)
            cv2.imwrite(str(folder / f"{i:05d}.png"), one)
    return preds, gts


def _smooth(rng: np.random.Generator, shape: tuple[int, int], cells: int) -> Field:
    """Random heights on a coarse grid with smooth slopes between."""
    grid = rng.standard_normal((cells, cells)).astype(np.float32)
    smooth: Field = cv2.resize(grid, shape[::-1], interpolation=cv2.INTER_CUBIC)
    return smooth


def _distance(mask: Map) -> Field:
    distance: Field = cv2.distanceTransform(mask, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    return distance


def _folders(root: Path) -> tuple[Path, Path]:
    preds, gts = root / "preds", root / "gt"
    preds.mkdir(parents=True)
    gts.mkdir()
    return preds, gts


def _written(root: Path, pairs: list[Pair]) -> Folder:
    """Save pairs as PNG, as ``cv2.imwrite`` does without options."""
    preds, gts = _folders(root)
    files = []
    for i, (pred, gt) in enumerate(pairs):
        paths = str(preds / f"{i:05d}.png"), str(gts / f"{i:05d}.png")
        cv2.imwrite(paths[0], pred)
        cv2.imwrite(paths[1], gt)
        files.append(paths)
    return Folder(preds, gts, tuple(files), tuple(pairs))


def _matched(source: tuple[Path, Path], count: int) -> list[tuple[Path, Path]]:
    """Up to ``count`` pairs of files with the same stem, spread evenly over the folder."""
    preds, gts = source
    by_stem = {path.stem: path for path in gts.iterdir() if path.suffix.lower() in EXTENSIONS}
    pairs = [(pred, by_stem[pred.stem]) for pred in sorted(preds.iterdir()) if pred.stem in by_stem]
    if not pairs:
        raise SystemExit(f"no file in {preds} has the name of one in {gts}")
    count = min(count, len(pairs))
    return [pairs[i * len(pairs) // count] for i in range(count)]


def _read(path: Path) -> Map:
    pixels = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    if pixels is None:
        raise SystemExit(f"cannot read {path}")
    return np.asarray(pixels, np.uint8)
