"""Model files that come from somewhere else."""

import os
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from corpus.case import Box, Case, make_nothing
from corpus.pictures import cut, encode, make_classifier, make_model, make_noise

GROUP = "models"
FILE = "model.onnx"
PREDICT = ("predict", "{in}/model.onnx", "{in}/a.png")
Node = onnx.NodeProto


def list_cases() -> Iterator[Case]:
    """All of them."""
    for tenths in range(10):
        yield _case(f"cut-at-{tenths}-tenths", cut(make_classifier(), tenths))
    for name, (content, *words) in (
        _list_files() | _list_data() | _list_operators() | _list_sizes() | _list_graphs()
    ).items():
        yield _case(name, content, *words)
    for name, (content, *words) in _list_odd().items():
        yield Case(GROUP, f"odd-{name}", partial(_make, content=content), PREDICT, 0, tuple(words))
    yield from _list_places()
    yield from _list_handed_over()


def _case(name: str, content: object, *words: str) -> Case:
    return Case(GROUP, name, partial(_make, content=content), PREDICT, 3, (FILE, *words))


def _make(box: Box, content: Any) -> None:
    box.write("a.png", encode(make_noise()))
    if isinstance(content, onnx.ModelProto):
        content = content.SerializeToString()
    box.write(FILE, content)


def _list_files() -> dict[str, tuple[Any, ...]]:
    return {
        "text": (b"no model",),
        "picture": (encode(make_noise()),),
        "pickle": (b"\x80\x04\x95" + bytes(99),),
        "zeros": (bytes(9999),),
        "random": (np.random.default_rng(0).bytes(9999),),
        "no-graph": (onnx.ModelProto(ir_version=9).SerializeToString(),),
        "nested": (_nest(),),
    }


def _nest() -> bytes:
    """A message in a message in a message, of a kind that may hold itself."""
    content = b""
    for _ in range(5000):
        graph = b"\x32" + _count(len(content)) + content
        node = b"\x2a" + _count(len(graph)) + graph
        content = b"\x0a" + _count(len(node)) + node
    return b"\x08\x09\x3a" + _count(len(content)) + content


def _count(number: int) -> bytes:
    """As protobuf writes it."""
    digits = b""
    while number > 127:
        digits += bytes([number & 127 | 128])
        number >>= 7
    return digits + bytes([number])


def _list_data() -> dict[str, tuple[Any, ...]]:
    """Weights that lie elsewhere, or are not as many as is said."""
    found: dict[str, tuple[Any, ...]] = {}
    for name, place in {"beside": "a.png", "above": "../a", "absolute": "/etc/passwd"}.items():
        tensor = TensorProto(name="more", dims=[4], data_type=TensorProto.UINT8)
        tensor.data_location = TensorProto.EXTERNAL
        tensor.external_data.add(key="location", value=place)
        found[f"external-{name}"] = (make_model(initializers=(tensor,)), "external data")
    inside = TensorProto(name="value", dims=[4], data_type=TensorProto.FLOAT)
    inside.data_location = TensorProto.EXTERNAL
    inside.external_data.add(key="location", value="a.png")
    constant = helper.make_node("Constant", [], ["more"], value=inside)
    found["external-constant"] = (_add(constant), "external data")
    for name, dims in {"more": [10**6, 10**6], "negative": [-4], "overflow": [2**62, 8]}.items():
        tensor = TensorProto(name="more", dims=dims, data_type=TensorProto.FLOAT, raw_data=b"abcd")
        found[f"claims-{name}"] = (make_model(initializers=(tensor,)),)
    tensor = TensorProto(name="more", dims=[1], data_type=99, raw_data=b"abcd")
    found["unknown-type"] = (make_model(initializers=(tensor,)),)
    return found


def _add(*nodes: Node, opsets: tuple[tuple[str, int], ...] = (("", 18),)) -> onnx.ModelProto:
    """The plain model with more in front."""
    plain = make_model()
    return make_model([*nodes, *plain.graph.node], opsets=opsets)


def _list_operators() -> dict[str, tuple[Any, ...]]:
    own = helper.make_node("Hack", ["input"], ["x"], domain="evil")
    known = helper.make_node("Gelu", ["input"], ["x"], domain="com.microsoft")
    function = helper.make_function(
        "own", "F", ["a"], ["b"], [helper.make_node("F", ["a"], ["b"], domain="own")],
        [helper.make_opsetid("own", 1)],
    )  # fmt: skip
    calls_itself = _add(helper.make_node("F", ["input"], ["x"], domain="own"))
    calls_itself.opset_import.add(domain="own", version=1)
    calls_itself.functions.append(function)
    return {
        "own-operator": (_add(own, opsets=(("", 18), ("evil", 1))), "evil"),
        "own-operator-unsaid": (_add(own), "evil"),
        "microsoft": (_add(known, opsets=(("", 18), ("com.microsoft", 1))), "com.microsoft"),
        "calls-itself": (calls_itself, "own"),
        "unknown": (_add(helper.make_node("Hack", ["input"], ["x"])), "Hack"),
        "endless-loop": (_add(*_make_loop()), "Loop"),
        "hidden-own": (_add(*_make_choice(own)), "evil"),
        "hidden-loop": (_add(*_make_choice(*_make_loop())), "Loop"),
        "opset-99": (make_model(opsets=(("", 99),)), "99"),
        "opset-0": (make_model(opsets=(("", 0),)), "opset"),
        "opset-negative": (make_model(opsets=(("", -1),)), "opset"),
        "opset-twice": (make_model(opsets=(("", 18), ("", 17))), "opset"),
        "no-opset": (make_model(opsets=()), "opset"),
        "ir-99": (make_model(ir_version=99), "99"),
        "escape": (_add(helper.make_node("\x1b[31mx", ["input"], ["x"])), "\\x1b[31mx"),
    }


def _make_loop() -> list[Node]:
    """It never ends."""
    more = helper.make_tensor_value_info("more", TensorProto.BOOL, [])
    number = helper.make_tensor_value_info("i", TensorProto.INT64, [])
    again = helper.make_tensor_value_info("again", TensorProto.BOOL, [])
    body = helper.make_graph(
        [helper.make_node("Identity", ["more"], ["again"])], "body", [number, more], [again]
    )
    yes = numpy_helper.from_array(np.array(True))
    return [
        helper.make_node("Constant", [], ["yes"], value=yes),
        helper.make_node("Loop", ["", "yes"], [], body=body),
    ]


def _make_choice(*nodes: Node) -> list[Node]:
    """The nodes in a branch."""
    out = helper.make_tensor_value_info("out", TensorProto.BOOL, [])
    no = helper.make_node("Constant", [], ["out"], value=numpy_helper.from_array(np.array(False)))
    yes = numpy_helper.from_array(np.array(True))
    return [
        helper.make_node("Constant", [], ["choice"], value=yes),
        helper.make_node(
            "If", ["choice"], ["chosen"],
            then_branch=helper.make_graph([*nodes, no], "then", [], [out]),
            else_branch=helper.make_graph([no], "else", [], [out]),
        ),
    ]  # fmt: skip


def _list_sizes() -> dict[str, tuple[Any, ...]]:
    """A few bytes that ask for a lot of memory."""
    shape = numpy_helper.from_array(np.array([10**6, 10**6]), "shape")
    one = numpy_helper.from_array(np.ones(1, np.float32))
    wide = numpy_helper.from_array(np.array([1, 10**6, 10**6, 3]), "shape")
    nodes = {
        "zeros": helper.make_node("ConstantOfShape", ["shape"], ["x"], value=one),
        "expanded": helper.make_node("Expand", ["row", "shape"], ["x"]),
        "tiled": helper.make_node("Tile", ["row", "shape"], ["x"]),
    }
    row = numpy_helper.from_array(np.ones((1, 1), np.float32), "row")
    found: dict[str, tuple[Any, ...]] = {}
    for name, node in nodes.items():
        plain = make_model()
        used = helper.make_node("ReduceMean", ["x"], ["unused"], keepdims=0)
        found[f"huge-{name}"] = (
            make_model([node, used, *plain.graph.node], initializers=(shape, row)),
            "no predictions",
        )  # fmt: skip
    resized = helper.make_node("Resize", ["input", "", "", "shape"], ["x"])
    used = helper.make_node("ReduceMean", ["x"], ["unused"], keepdims=0)
    plain = make_model()
    found["huge-resized"] = (
        make_model([resized, used, *plain.graph.node], initializers=(wide,)), "no predictions",
    )  # fmt: skip
    return found


def _list_graphs() -> dict[str, tuple[Any, ...]]:
    """Models that do not take a picture or do not give logits."""
    flat = [
        helper.make_node("ReduceMean", ["input", "all"], ["m"], keepdims=0),
        helper.make_node("Identity", ["m"], ["output"]),
    ]
    every = numpy_helper.from_array(np.array([1, 2, 3]), "all")
    two = make_model()
    two.graph.input.append(helper.make_tensor_value_info("other", TensorProto.FLOAT, [1]))
    none, empty = make_model(), make_model()
    del none.graph.output[:]
    del empty.graph.node[:]
    again = make_model()
    again.graph.node.append(again.graph.node[0])
    shape = numpy_helper.from_array(np.array([7, 7]), "shape")
    reshape = helper.make_node("Reshape", ["input", "shape"], ["x"])
    fails = make_model([reshape, *make_model().graph.node], initializers=(shape,))
    return {
        "two-inputs": (two, "other"),
        "no-output": (none,),
        "no-nodes": (empty,),
        "name-twice": (again,),
        "bytes": (make_model(kind=TensorProto.UINT8),),
        "four-channels": (make_model(shape=("b", "h", "w", 4)),),
        "flat-input": (make_model(shape=("b", 3)),),
        "batch-of-seven": (make_model(shape=(7, "h", "w", 3)), "turn images into logits"),
        "flat-output": (make_model(flat, initializers=(every,), outputs=("batch",)),),
        "fixed-size": (make_model(shape=("b", 8, 8, 3)), "returns no predictions"),
        "fails-when-run": (fails, "returns no predictions"),
    }


def _list_odd() -> dict[str, tuple[Any, ...]]:
    backwards = make_model()
    nodes = list(backwards.graph.node)[::-1]
    del backwards.graph.node[:]
    backwards.graph.node.extend(nodes)
    return {
        "backwards": (backwards, "cat", "dog"),
        "own-domain-unused": (_add(opsets=(("", 18), ("evil", 1))), "cat"),
        "no-names": (_describe(None), "0", "1", "%"),
        "broken-names": (_describe("{"), "0", "1", "%"),
        "more-names": (make_model(classes=("a", "b", "c")), "0", "1", "%"),
        "names-as-numbers": (make_model(classes=(7, 8)), "7", "8"),
        "names-as-table": (make_model(classes={"a": 1}), "0", "1"),
        "escaped-names": (make_model(classes=("\x1b[31m", "a\nb")), "\\x1b[31m", "a\\nb"),
        "one-picture-at-a-time": (make_model(shape=(1, "h", "w", 3)), "cat"),
        "unknown-count": (make_model(outputs=("batch", "classes")), "cat", "dog"),
    }


def _describe(classes: str | None) -> onnx.ModelProto:
    model = make_model()
    del model.metadata_props[:]
    if classes is not None:
        helper.set_model_props(model, {"classes": classes})
    return model


def _list_places() -> Iterator[Case]:
    words = ("{in}/model.onnx",)
    yield Case(GROUP, "missing", make_nothing, PREDICT, 3, words)
    folder = lambda box: (box.folder / FILE).mkdir()  # noqa: E731
    yield Case(GROUP, "folder", folder, PREDICT, 3, words)
    places: dict[str, Callable[[Box], object]] = {
        "pipe": lambda box: os.mkfifo(box.folder / FILE),
        "device": lambda box: (box.folder / FILE).symlink_to("/dev/zero"),
        "loop": lambda box: (box.folder / FILE).symlink_to(FILE),
        "three-gigabytes": _make_huge,
    }
    for name, make in places.items():
        yield Case(GROUP, name, make, PREDICT, 3, words, "posix")


def _make_huge(box: Box) -> None:
    box.write(FILE, make_classifier())
    os.truncate(box.folder / FILE, 3 << 30)


def _list_handed_over() -> Iterator[Case]:
    """The same in the place of a run's own model: the proof fails before it is loaded."""
    models = {**_list_data(), **_list_operators(), **_list_sizes()}
    for name in ("external-absolute", "own-operator", "endless-loop", "huge-zeros"):
        make = partial(_swap_model, content=models[name][0].SerializeToString())
        # What asks for too much opens, and is refused where it is asked.
        opens = ("model opens", *models[name][1:]) if name != "huge-zeros" else ()
        words = ("SHA-256 of model.onnx", *opens)
        yield Case(GROUP, f"verify-{name}", make, ("verify", "{in}/run"), 4, words)
    yield Case(
        GROUP, "verify-three-gigabytes", _swap_huge, ("verify", "{in}/run"), 4,
        ("model.onnx", "bytes"), "posix",
    )  # fmt: skip


def _swap_model(box: Box, content: bytes) -> None:
    (box.copy_run() / "best" / FILE).write_bytes(content)


def _swap_huge(box: Box) -> None:
    os.truncate(box.copy_run() / "best" / FILE, 3 << 30)
