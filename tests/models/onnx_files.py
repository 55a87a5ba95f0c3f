"""ONNX files, made node by node for a test; what is not called needs no onnx."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from sodeval.models.card import Finish, Preparation
from sodeval.models.onnx import metadata

IMAGE = np.random.default_rng(0).integers(0, 256, (20, 30, 3)).astype(np.uint8)
RED = np.array([8, -4, -4], np.float32).reshape(1, 3, 1, 1)
PLAIN = Preparation(
    reader="pillow", size=None, resize="opencv", mean=(0.0, 0.0, 0.0), std=(1.0, 1.0, 1.0)
)
SIGMOID = Finish(activation="sigmoid", resize="skimage", rounding="round")


def make(
    path: Path,
    shape: list[Any],
    *,
    weights: np.ndarray = RED,
    stored: str | None = None,
    extra: list[Any] | None = None,
    last: str = "y",
    inputs: list[Any] | None = None,
    outside: str | None = None,
) -> str:
    """A convolution y = conv(x, weights), then the extra nodes; ``last`` is the output."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    nodes = [helper.make_node("Conv", ["x", "w"], ["y"]), *(extra or [])]
    initial = numpy_helper.from_array(np.asarray(weights, np.float32), "w")
    given = inputs or [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)]
    output = helper.make_tensor_value_info(last, TensorProto.FLOAT, None)
    graph = helper.make_graph(nodes, "g", given, [output], [initial])
    opset = helper.make_operatorsetid("", 17)
    model = helper.make_model(graph, opset_imports=[opset], ir_version=9)
    if stored is not None:
        helper.set_model_props(model, {"sodeval": stored})
    if outside is None:
        onnx.save(model, str(path))
    else:
        kept = {"save_as_external_data": True, "location": outside, "size_threshold": 0}
        onnx.save(model, str(path), **kept)
    return str(path)


def node(kind: str, *names: str, **attributes: Any) -> Any:
    from onnx import helper

    return helper.make_node(kind, names[:-1], names[-1:], **attributes)


def part(preparation: dict[str, Any] | None = None, finish: dict[str, Any] | None = None) -> str:
    return json.dumps({"preparation": preparation or {}, "finish": finish or {}})


def metadata_without_size() -> str:
    stored = json.loads(metadata(PLAIN, SIGMOID))
    del stored["preparation"]["size"]
    return json.dumps(stored)


def make_cast(path: Path, inputs: list[Any], cast: Any) -> str:
    import onnx
    from onnx import helper

    output = helper.make_tensor_value_info("x", 1, [1, 3, 8, 8])
    graph = helper.make_graph([cast], "g", inputs, [output])
    opset = helper.make_operatorsetid("", 17)
    onnx.save(helper.make_model(graph, opset_imports=[opset], ir_version=9), str(path))
    return str(path)
