"""Writes a tiny ONNX model and how it is used: python examples/make_onnx.py redness.onnx.

Then: sodeval run --model redness.onnx --images IM --maps OUT. Needs the package `onnx`; with
torch, write the file by `torch.onnx.export` and set its metadata in the same way.
"""

from __future__ import annotations

import sys

import onnx
from onnx import TensorProto, helper

from sodeval.models.card import Finish, Preparation
from sodeval.models.onnx import metadata


def main(path: str) -> None:
    """One convolution: red against green and blue, as logits at half size."""
    weights = helper.make_tensor("w", TensorProto.FLOAT, [1, 3, 2, 2], [2] * 4 + [-1] * 8)
    node = helper.make_node("Conv", ["photograph", "w"], ["logits"], strides=[2, 2])
    photograph = helper.make_tensor_value_info("photograph", 1, ["batch", 3, 64, 64])
    logits = helper.make_tensor_value_info("logits", 1, ["batch", 1, 32, 32])
    graph = helper.make_graph([node], "redness", [photograph], [logits], [weights])
    opset = helper.make_operatorsetid("", 17)
    model = helper.make_model(graph, opset_imports=[opset], ir_version=9)
    preparation = Preparation(
        reader="pillow", size=(64, 64), resize="opencv", mean=(0.0, 0.0, 0.0), std=(1.0, 1.0, 1.0)
    )
    finish = Finish(activation="sigmoid", resize="skimage", rounding="round")
    helper.set_model_props(model, {"sodeval": metadata(preparation, finish)})
    onnx.save(model, path)
    print(f"wrote {path}")


if __name__ == "__main__":
    main(*sys.argv[1:])
