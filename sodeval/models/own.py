"""The user's own models: ``FILE.py:function``, and entry points of installed packages.

Either names a function that is called once and returns one of three things: a function of the
photograph, an object with a method ``predict``, or a network with its preparation and finish.
"""

from __future__ import annotations

import hashlib
import importlib.util
import inspect
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from sodeval.errors import SodevalError, UsageError, WeightsError
from sodeval.models.card import Finish, Preparation
from sodeval.models.own_source import GROUP, Source, own_names, refuse_clash, said, source

if TYPE_CHECKING:
    from torch import nn

    from sodeval.models.predictor import Predictor

__all__ = ["GROUP", "load_own", "own_names", "refuse_clash"]


def load_own(
    spec: str, *, device: str = "auto", precision: str = "fp32", weights: str | None = None
) -> Predictor:
    """Load a user's model.

    The function may have parameters ``device``, ``precision`` and ``weights``, and is given what
    it has one for. A network is moved to the device and run in the precision without them.

    Args:
        spec: ``path/to/file.py:function``, or the name of an entry point.
        device: as for `sodeval.load_model`.
        precision: likewise.
        weights: a path, None, or ``"none"``.

    Raises:
        UsageError: there is no such file or function, it fails, it returns something else, or it
            has no parameter for an option that was given.
        UnknownNameError: no installed package registers the name.
        WeightsError: there are no weights at the path.
    """
    sha256 = _hash(weights)
    with source(spec) as made_by:
        given = _arguments(made_by, {"device": device, "precision": precision, "weights": weights})
        try:
            built = made_by.build(**given)
        except SodevalError:
            raise
        except (Exception, SystemExit) as error:
            reason = said(error, made_by.folder)
            raise UsageError(f"{made_by.label} fails: {reason}.") from error
        code = made_by.code()
    network = _network(made_by, built)
    needed = {} if weights is None else {"weights": weights}
    if network is None:
        needed |= {} if device in ("auto", "cpu") else {"device": device}
        needed |= {} if precision == "fp32" else {"precision": precision}
    for option, value in needed.items():
        if option not in given:
            raise UsageError(
                f"{made_by.label} has no parameter {option!r}; add one, or leave "
                f"--{option} {value} out."
            )
    if network is not None:
        from sodeval.models.own_network import OwnNetwork

        try:
            return OwnNetwork(
                made_by.name,
                *network,
                device=device,
                precision=precision,
                weights_sha256=sha256,
                folder=made_by.folder,
                code=code,
            )
        except SodevalError:
            raise
        except Exception as error:  # too large for the device, without tensors yet …
            reason = said(error, made_by.folder)
            raise UsageError(f"cannot use the network of {made_by.label}: {reason}.") from error
    predict = getattr(built, "predict", built)
    if inspect.isclass(built) or not callable(predict) or _is_module(predict):
        raise UsageError(
            f"{made_by.label} returns {_described(built)}; expected a function of the photograph, "
            "an object with a method predict, or (network, Preparation(...), Finish(...))."
        )
    from sodeval.models.own_function import OwnFunction

    try:
        return OwnFunction(
            made_by.name,
            built,
            predict,
            folder=made_by.folder,
            code=code,
            device=given.get("device"),
            precision=given.get("precision"),
            weights_sha256=sha256,
        )
    except SodevalError:
        raise
    except Exception as error:  # a property of the user's object raises
        raise UsageError(f"{made_by.label} fails: {said(error, made_by.folder)}.") from error


def _arguments(made_by: Source, options: Mapping[str, str | None]) -> dict[str, str | None]:
    """The options that the function has a parameter for.

    Raises:
        UsageError: it needs others.
    """
    try:
        parameters = inspect.signature(made_by.build).parameters.values()
    except (TypeError, ValueError):  # a builtin that does not say
        return {}
    given: dict[str, str | None] = {}
    needed = []
    for one in parameters:
        if one.kind is one.VAR_KEYWORD:
            given |= {key: value for key, value in options.items() if key not in given}
        elif one.name in options and one.kind is not one.POSITIONAL_ONLY:
            given[one.name] = options[one.name]
        elif one.default is one.empty and one.kind is not one.VAR_POSITIONAL:
            needed.append(one.name)
    if needed:
        raise UsageError(
            f"{made_by.label} needs {', '.join(needed)}, and is given device, precision and "
            "weights only; give its other parameters a default."
        )
    if given.get("device") is not None:
        given["device"] = _resolved(str(given["device"]))
    return given


def _resolved(device: str) -> str:
    """The device that is there; without torch, the one that was asked for."""
    if importlib.util.find_spec("torch") is None:
        return "cpu" if device == "auto" else device
    from sodeval.models.devices import resolve_device

    return str(resolve_device(device))


def _hash(weights: str | None) -> str | None:
    """SHA-256 of the file of weights; None for a folder, or without any."""
    if weights is None or weights == "none":
        return None
    path = Path(weights)
    if path.is_dir():
        return None
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise WeightsError(f"cannot read the weights {weights}: {error.strerror}.") from error


def _network(made_by: Source, built: object) -> tuple[nn.Module, Preparation, Finish] | None:
    """The network and what belongs to it, if it is one.

    Raises:
        UsageError: a network without the rest, or with something else.
    """
    names = ("network", "preparation", "finish")
    if isinstance(built, tuple):
        parts = built
    else:
        parts = tuple(getattr(built, name, None) for name in names)
        if _is_module(built) and not hasattr(built, "predict") and not _is_module(parts[0]):
            parts = (built, *parts[1:])
        elif not _is_module(parts[0]) or hasattr(built, "predict"):
            return None
    if (
        len(parts) != 3
        or not _is_module(parts[0])
        or not isinstance(parts[1], Preparation)
        or not isinstance(parts[2], Finish)
    ):
        shown = ", ".join(_described(part) for part in parts)
        raise UsageError(
            f"{made_by.label} returns ({shown}); a network comes as (torch.nn.Module, "
            "Preparation, Finish), the last two from sodeval.models.card."
        )
    return parts


def _is_module(one: object) -> bool:
    """Whether it is a torch module; if torch was never imported, nothing is."""
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(one, torch.nn.Module)


def _described(one: object) -> str:
    if one is None:
        return "None"
    if inspect.isclass(one):
        return f"the class {one.__name__}, not an instance of it"
    return type(one).__name__
