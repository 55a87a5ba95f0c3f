"""What the output of a user's network is looked at for."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from sodeval.errors import ShapeError
from sodeval.models.card import Finish

_SLACK = 1e-3  # a sigmoid, or a resize after it, in half precision


def refuse_misfit(
    name: str, values: NDArray[Any], finish: Finish, *, assumed: bool, where: str
) -> None:
    """Refuse an output that its activation does not fit, where a look at it tells.

    Args:
        name: of the model.
        values: what it gives, of any shape.
        finish: its rules.
        assumed: nobody has said that a sigmoid is wanted.
        where: the place that says, or would say.

    Raises:
        ShapeError: it lies in [0, 1] and a sigmoid was assumed, or leaves it where none is wanted.
    """
    low, high = float(values.min()), float(values.max())
    if not low < high:  # flat, or NaN
        return
    runs = f"{name} gives values from {low:.4g} to {high:.4g}"
    unit = low >= -_SLACK and high <= 1 + _SLACK
    if assumed and unit and finish.activation == "sigmoid":
        raise ShapeError(
            f"{runs}, so it seems to end in a sigmoid of its own; state the activation, 'none' or "
            f"'sigmoid', in {where}."
        )
    if finish.activation == "none" and not (unit or finish.stretch):
        raise ShapeError(
            f"{runs}, and the activation in {where} is 'none', which needs 0 to 1; is it 'sigmoid'?"
        )
