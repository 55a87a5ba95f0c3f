"""Finding and importing the function behind a user's model."""

from __future__ import annotations

import hashlib
import importlib.util
import inspect
import sys
import sysconfig
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

from sodeval.errors import UnknownNameError, UsageError

GROUP = "sodeval.models"
"""The entry-point group in which installed packages register their models."""

Modules = dict[str, ModuleType]
_PREFIX = "sodeval_own_"
_STANDARD = Path(sysconfig.get_path("stdlib")).absolute()


class Source(NamedTuple):
    """A function that makes a model.

    ``name`` is what reports call the model, ``label`` what errors call the function, ``folder``
    where the user's code is; ``code`` tells its state, to be asked once the model is made.
    """

    name: str
    label: str
    build: Callable[..., object]
    folder: Path
    code: Callable[[], dict[str, str]]


@contextmanager
def source(spec: str) -> Iterator[Source]:
    """The function of ``FILE.py:function`` or of an entry point; call it inside the ``with``.

    Raises:
        UsageError: there is no such file or function, or it cannot be imported.
        UnknownNameError: no installed package registers the name.
    """
    path, colon, function = spec.rpartition(":")
    if spec.endswith(".py"):
        raise UsageError(f"{spec}: name the function that makes the model, as in {spec}:build.")
    if not (colon and path.endswith(".py")):
        yield _from_package(spec)
        return
    file = Path(path)
    if not file.is_file():
        raise UsageError(f"there is no file {path}; --model takes FILE.py:function.")
    with _siblings(file.absolute().parent) as imported:
        yield _from_file(file, function, imported)


def own_names() -> tuple[str, ...]:
    """Names that installed packages register, sorted; none of them is imported."""
    return tuple(sorted({entry.name for entry in entry_points(group=GROUP)}))


def refuse_clash(name: str) -> None:
    """Refuse one of our names if an installed package registers it too.

    Raises:
        UsageError: it does.
    """
    for entry in entry_points(group=GROUP):
        if entry.name.casefold() == name.casefold():
            raise UsageError(
                f"{_package(entry)} registers a model {entry.name!r}, which is a name of "
                f"sodeval's own; uninstall it, or have it renamed in its entry points ({GROUP})."
            )


def said(error: BaseException, folder: Path) -> str:
    """An error of the user's code as one line: its type, what it says, and where.

    The place is the innermost line of a file in ``folder``, or else the innermost line.
    """
    text = next((line.strip() for line in str(error).splitlines() if line.strip()), "")
    what = f"{type(error).__name__}: {text}" if text else type(error).__name__
    if isinstance(error, SyntaxError) and error.filename:
        return f"{type(error).__name__}: {error.msg} ({error.filename}, line {error.lineno})"
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if frame.filename != __file__ and not frame.filename.startswith("<frozen")
    ]
    theirs = [frame for frame in frames if _is_in(frame.filename, folder)]
    if not frames:
        return what
    place = (theirs or frames)[-1]
    return f"{what} ({place.filename}, line {place.lineno})"


def _is_in(file: str | None, folder: Path) -> bool:
    """Whether a file is the user's own: below their folder, and not of an environment in it."""
    if not file:
        return False
    path = Path(file).absolute()
    return path.is_relative_to(folder) and "site-packages" not in path.relative_to(folder).parts


def _is_file_in(file: object, folder: Path) -> bool:
    """Whether the file that a module says it is of is the user's own.

    A module may say anything: torch has some of files like ``_classes.py``, which are nowhere. The
    standard library is nobody's own, wherever Python is installed.
    """
    if not isinstance(file, str) or not Path(file).is_absolute():
        return False
    return _is_in(file, folder) and not _is_in(file, _STANDARD) and Path(file).is_file()


def _from_file(path: Path, function: str, imported: Callable[[], Modules]) -> Source:
    folder = path.absolute().parent
    try:
        module = _imported(path)
    except (Exception, SystemExit) as error:  # SystemExit: a script whose end is sys.exit()
        raise UsageError(f"cannot import {path}: {said(error, folder)}.") from error
    build = getattr(module, function, None)
    if not callable(build):
        here = [
            name
            for name, value in vars(module).items()
            if inspect.isfunction(value) and value.__module__ == module.__name__
        ]
        have = f"it has {', '.join(here)}" if here else "it defines none"
        raise UsageError(f"{path} has no function {function!r}; {have}.")
    name = path.stem if function == "build" else f"{path.stem}-{function}"

    def code() -> dict[str, str]:
        beside = sorted(str(module.__file__) for module in imported().values())
        digest = hashlib.sha256()
        for file in (path, *map(Path, beside)):
            try:
                digest.update(file.read_bytes())
            except OSError as error:
                raise UsageError(f"cannot read {file}: {error.strerror}.") from error
        return {"code_sha256": digest.hexdigest()}

    return Source(name, f"{path}:{function}", build, folder, code)


def _imported(path: Path) -> ModuleType:
    """The module of a file, afresh, under a name that no other module has."""
    mark = hashlib.sha256(str(path.resolve()).encode("utf-8", "surrogateescape")).hexdigest()[:12]
    name = f"{_PREFIX}{path.stem}_{mark}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"Python cannot import {path.name}")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses and pickle look a class up by its module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module


_kept: Modules = {}
"""Modules imported from beside the last file."""


@contextmanager
def _siblings(folder: Path) -> Iterator[Callable[[], Modules]]:
    """Let what stands beside a file be imported, as if the file were run.

    Those of the file before are forgotten: two folders may each have a ``network.py``. Gives a
    function that says which have been imported.
    """
    for name, module in _kept.items():
        if sys.modules.get(name) is module:
            del sys.modules[name]
    _kept.clear()
    importlib.invalidate_caches()
    before = set(sys.modules)
    entry = str(folder)
    sys.path.insert(0, entry)

    def imported() -> Modules:
        return {
            name: sys.modules[name]
            for name in sorted(set(sys.modules) - before)
            if not name.startswith(("sodeval.", _PREFIX))
            and _is_file_in(getattr(sys.modules[name], "__file__", None), folder)
        }

    try:
        yield imported
    finally:
        if entry in sys.path:
            sys.path.remove(entry)
        _kept.update(imported())


def _from_package(name: str) -> Source:
    found = [entry for entry in entry_points(group=GROUP) if entry.name == name]
    if not found:
        raise UnknownNameError("model", name, own_names())
    from sodeval.models.cards import CARDS

    if name.casefold() in {known.casefold() for known in CARDS}:
        refuse_clash(name)
    packages = sorted({_package(entry) for entry in found})
    if len(packages) > 1:
        raise UsageError(
            f"{' and '.join(packages)} both register a model {name!r}; uninstall one of them."
        )
    label = f"the model {name!r} of {packages[0]}"
    folder = _home(found[0])
    try:
        build = found[0].load()
    except (Exception, SystemExit) as error:
        raise UsageError(f"cannot import {label}: {said(error, folder)}.") from error
    if not callable(build):
        raise UsageError(f"{label} is registered as {found[0].value}, which is no function.")
    distribution = found[0].dist
    package = "" if distribution is None else f"{distribution.name} {distribution.version}"
    return Source(name, label, build, folder, lambda: {"package": package} if package else {})


def _package(entry: EntryPoint) -> str:
    return f"the package {entry.dist.name}" if entry.dist is not None else "an installed package"


def _home(entry: EntryPoint) -> Path:
    """The folder of an entry point's package, or of its file."""
    try:
        spec = importlib.util.find_spec(entry.module.partition(".")[0])
    except (ImportError, ValueError):
        spec = None
    where = spec.origin if spec is not None and spec.has_location else None
    return Path(where or __file__).absolute().parent
