"""Pictures as bytes, and models small enough to be made for every case."""

import io
import json
import struct
import zlib
from functools import cache

import numpy as np
import onnx
from onnx import TensorProto, helper
from PIL import Image

SIZE = (30, 40)


@cache
def make_noise(height: int = SIZE[0], width: int = SIZE[1]) -> np.ndarray:
    """uint8 ``[H, W, 3]``; noise, so that no format can make it small."""
    return np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)


def encode(image: Image.Image | np.ndarray, form: str = "PNG", **options: object) -> bytes:
    """A picture as a file of a format of Pillow's."""
    content = io.BytesIO()
    picture = Image.fromarray(image) if isinstance(image, np.ndarray) else image
    picture.save(content, form, **options)
    return content.getvalue()


def save_npz(**arrays: np.ndarray) -> bytes:
    """Arrays as the content of an npz file."""
    content = io.BytesIO()
    np.savez(content, **arrays)
    return content.getvalue()


def cut(content: bytes, tenths: int) -> bytes:
    """The first tenths of it."""
    return content[: len(content) * tenths // 10]


def make_chunk(kind: bytes, body: bytes) -> bytes:
    """One piece of a PNG file."""
    crc = zlib.crc32(kind + body)
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", crc)


def make_png(
    width: int, height: int, *, bits: int = 8, colour: int = 2, body: bytes = b"", more: bytes = b""
) -> bytes:
    """A PNG file of any claimed size; ``more`` are pieces before the pixels."""
    head = struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0)
    pixels = make_chunk(b"IDAT", zlib.compress(body, 9))
    start, end = make_chunk(b"IHDR", head), make_chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + start + more + pixels + end


def make_model(
    nodes: list[onnx.NodeProto] | None = None,
    *,
    classes: object = ("cat", "dog"),
    initializers: tuple[onnx.TensorProto, ...] = (),
    opsets: tuple[tuple[str, int], ...] = (("", 18),),
    shape: tuple[object, ...] = ("batch", "height", "width", 3),
    kind: int = TensorProto.FLOAT,
    outputs: tuple[object, ...] = ("batch", 2),
    ir_version: int = 9,
) -> onnx.ModelProto:
    """A model that sees how red and how green a picture is; parts of it can be others."""
    mean = np.array([[1, 0], [0, 1], [0, 0]], dtype=np.float32)
    plain = [
        helper.make_node("ReduceMean", ["input", "axes"], ["mean"], keepdims=0),
        helper.make_node("MatMul", ["mean", "weight"], ["output"]),
    ]
    own = (
        onnx.numpy_helper.from_array(np.array([1, 2], dtype=np.int64), "axes"),
        onnx.numpy_helper.from_array(mean, "weight"),
    )
    graph = helper.make_graph(
        plain if nodes is None else nodes,
        "graph",
        [helper.make_tensor_value_info("input", kind, shape)],
        [helper.make_tensor_value_info("output", TensorProto.FLOAT, outputs)],
        [*own, *initializers],
    )
    imports = [helper.make_opsetid(domain, version) for domain, version in opsets]
    model = helper.make_model(graph, opset_imports=imports, ir_version=ir_version)
    helper.set_model_props(model, {"classes": json.dumps(classes), "fit": "squash"})
    return model


@cache
def make_classifier() -> bytes:
    """That model as a file."""
    return make_model().SerializeToString()
