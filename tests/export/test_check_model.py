"""What a stranger's model file may not do, and what it may."""

import json
import subprocess
import sys

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper
from PIL import Image

from poolbench.errors import DataError
from poolbench.export import check_model
from poolbench.export.check_model import OPERATORS, read_model
from poolbench.export.predict import load_model, predict_file

OUTSIDE = "numbers.bin"
SIDE = 2
PIXELS = 3 * SIDE * SIDE
CLASSES = 4


def make_model(nodes=None, weights=None, classes=CLASSES, shape=("b", 3, SIDE, SIDE), **more):
    """Pictures of two pixels each way times a matrix; its parts can be replaced."""
    given = helper.make_tensor_value_info("input", TensorProto.FLOAT, shape)
    output = helper.make_tensor_value_info("output", TensorProto.FLOAT, ["b", classes])
    nodes = nodes or [
        helper.make_node("Flatten", ["input"], ["flat"]),
        helper.make_node("MatMul", ["flat", "weight"], ["output"]),
    ]
    weights = make_weights() if weights is None else weights
    graph = helper.make_graph(nodes, "g", [given], [output], [weights])
    opset = more.pop("opset", 13)
    imports = [helper.make_opsetid("", opset), helper.make_opsetid("strange", 1)]
    return helper.make_model(graph, opset_imports=imports, ir_version=8, **more)


PLACE = helper.make_tensor("place", TensorProto.INT64, (1,), [0])


def make_weights(columns=CLASSES):
    values = np.arange(PIXELS * columns, dtype=np.float32)
    return helper.make_tensor("weight", TensorProto.FLOAT, (PIXELS, columns), values)


def move_outside(tensor, place):
    """Its numbers are said to lie in a file."""
    tensor.ClearField("float_data")
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value=place)
    return tensor


def make_constant(tensor):
    """Its weights stand in a node."""
    return [
        helper.make_node("Constant", [], ["matrix"], value=tensor),
        helper.make_node("Flatten", ["input"], ["flat"]),
        helper.make_node("MatMul", ["flat", "matrix"], ["output"]),
    ]


def make_choice(tensor):
    """Its weights stand in a branch of a node."""
    place = helper.make_tensor_value_info("chosen", TensorProto.FLOAT, (PIXELS, CLASSES))
    constant = helper.make_node("Constant", [], ["chosen"], value=tensor)
    branch = helper.make_graph([constant], "branch", [], [place])
    true = helper.make_tensor("true", TensorProto.BOOL, (), [True])
    return [
        helper.make_node("Constant", [], ["true"], value=true),
        helper.make_node("If", ["true"], ["matrix"], then_branch=branch, else_branch=branch),
        *make_constant(tensor)[1:],
    ]


def make_loop():
    """A loop that does not end."""
    count = helper.make_tensor_value_info("count", TensorProto.INT64, ())
    goes_on = [helper.make_tensor_value_info(name, TensorProto.BOOL, ()) for name in ("in", "out")]
    body = helper.make_graph(
        [helper.make_node("Identity", ["in"], ["out"])], "body", [count, goes_on[0]], [goes_on[1]]
    )
    true = helper.make_tensor("true", TensorProto.BOOL, (), [True])
    return [
        helper.make_node("Constant", [], ["true"], value=true),
        helper.make_node("Loop", ["", "true"], [], body=body),
        *make_constant(make_weights()),
    ]


def make_function():
    """It says itself what ``MatMul`` is."""
    model = make_model()
    inside = helper.make_node("Mul", ["a", "b"], ["c"])
    opset = [helper.make_opsetid("", 13)]
    function = helper.make_function("strange", "MatMul", ["a", "b"], ["c"], [inside], opset)
    model.functions.append(function)
    return model


def make_sparse():
    """Its weights are a list of places and values."""
    model = make_model()
    values = helper.make_tensor("weight", TensorProto.FLOAT, (1,), [1.0])
    places = helper.make_tensor("places", TensorProto.INT64, (1,), [3])
    sparse = helper.make_sparse_tensor(values, places, (PIXELS, CLASSES))
    model.graph.sparse_initializer.append(sparse)
    return model


def make_trained():
    model = make_model()
    model.training_info.add()
    return model


def use(*words, domain=""):
    """Another operator between the picture and the rest."""
    return [
        helper.make_node(*words, ["input"], ["changed"], domain=domain),
        helper.make_node("Flatten", ["changed"], ["flat"]),
        helper.make_node("MatMul", ["flat", "weight"], ["output"]),
    ]


def widen():
    """How many numbers it answers with, only the picture tells."""
    return [
        helper.make_node("ReduceSum", ["input"], ["sum"], keepdims=1),
        helper.make_node("Cast", ["sum"], ["size"], to=TensorProto.INT64),
        helper.make_node("Flatten", ["size"], ["row"]),
        helper.make_node("Squeeze", ["row"], ["count"]),
        helper.make_node("Unsqueeze", ["count", "place"], ["shape"]),
        helper.make_node("ConstantOfShape", ["shape"], ["zeros"]),
        helper.make_node("Unsqueeze", ["zeros", "place"], ["output"]),
    ]


def describe(model, **facts):
    helper.set_model_props(model, {name: json.dumps(value) for name, value in facts.items()})
    return model


def list_refused(outside):
    """What is wrong with it to model and the word by which it is refused.

    Args:
        outside: Where a file with numbers lies.
    """
    far = move_outside(make_weights(), outside)
    refused = {
        "weights in a file": (make_model(weights=far), "another file"),
        "weights in a file, in a node": (make_model(make_constant(far)), "another file"),
        "weights in a file, in a branch": (make_model(make_choice(far)), "another file"),
        "own domain": (make_model(use("Shout", domain="strange")), "domain 'strange'"),
        "known name in an own domain": (make_model(use("Relu", domain="strange")), "domain"),
        "domain of another library": (make_model(use("Gelu", domain="com.microsoft")), "domain"),
        "unknown operator": (make_model(use("Shout")), "operator 'Shout'"),
        "chance": (make_model(use("RandomUniformLike")), "'RandomUniformLike'"),
        "decoder": (make_model(use("ImageDecoder"), opset=20), "'ImageDecoder'"),
        "text": (make_model(use("StringNormalizer")), "'StringNormalizer'"),
        "endless loop": (make_model(make_loop()), "'Loop'"),
        "operator of its own": (make_function(), "of its own"),
        "sparse weights": (make_sparse(), "sparse"),
        "program for training": (make_trained(), "training"),
        "opset of the future": (make_model(opset=999), "opset"),
        "opset of long ago": (make_model(opset=1), "opset"),
        "no opset": (make_model(opset=0), "opset"),
        "billion classes": (make_model(widen(), PLACE, classes=10**9), "classes"),
        "endless picture": (make_model(widen(), PLACE, shape=("b", 3, 2, 10**6)), "pixels"),
    }
    refused["format of the future"] = (make_model(), "IR version")
    refused["format of the future"][0].ir_version = 999
    return refused


REFUSED = list_refused(OUTSIDE)
PICTURES = np.ones((2, SIDE, SIDE, 3), dtype=np.float32)


@pytest.fixture
def save(tmp_path, monkeypatch):
    """Write a model where its outside file lies; the working directory is there too."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / OUTSIDE).write_bytes(np.arange(PIXELS * 4, dtype=np.float32).tobytes())

    def call(model):
        path = tmp_path / "model.onnx"
        path.write_bytes(model if isinstance(model, bytes) else model.SerializeToString())
        return path

    return call


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_more_than_arithmetic_is_refused(save, name):
    model, word = REFUSED[name]
    with pytest.raises(DataError, match=word):
        load_model(save(model))


@pytest.mark.parametrize(
    "content",
    [b"", b"ORTM", b"\x00\x00\x00\x00ORTM" + bytes(64), b"PK\x03\x04", b"\xff" * 100],
    ids=["nothing", "ort", "flatbuffer", "zip", "bytes"],
)
def test_what_is_no_onnx_is_refused(save, content):
    with pytest.raises(DataError, match="not an ONNX model"):
        load_model(save(content))


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.999])
def test_half_a_model_is_refused(save, share):
    content = make_model().SerializeToString()
    with pytest.raises(DataError, match="not an ONNX model"):
        load_model(save(content[: int(share * len(content))]))


def test_large_files_are_refused_unread(save, monkeypatch):
    monkeypatch.setattr(check_model, "MOST_BYTES", 100)
    with pytest.raises(DataError, match="at most 100"):
        read_model(save(make_model()))


@pytest.mark.parametrize(
    "nodes", [None, make_constant(make_weights()), make_choice(make_weights()), use("Relu")]
)
def test_arithmetic_is_opened(save, nodes):
    logits, _ = load_model(save(make_model(nodes))).predict(PICTURES)
    expected = np.arange(PIXELS * 4, dtype=np.float32).reshape(PIXELS, 4).sum(axis=0)
    np.testing.assert_allclose(logits, [expected, expected])


def test_the_operators_are_those_of_the_standard():
    known = {schema.name for schema in onnx.defs.get_all_schemas_with_history()}
    assert known >= OPERATORS


def test_names_too_deep_to_be_read_are_numbers(save):
    model = make_model()
    helper.set_model_props(model, {"classes": "[" * 100_000 + "]" * 100_000})
    assert load_model(save(model)).classes == ("0", "1", "2", "3")


def test_classes_of_a_model_that_does_not_count_them_are_numbered(save, tmp_path):
    picture = tmp_path / "a.png"
    Image.new("RGB", (SIDE, SIDE)).save(picture)
    model = load_model(save(make_model(classes="many")))
    assert list(predict_file(model, picture)) == ["0", "1", "2", "3"]


@pytest.mark.parametrize(
    ("model", "word"),
    [
        (make_model(shape=("b", 3, "h", "w")), "no predictions"),
        (describe(make_model(widen(), PLACE, "many"), classes=["a", "b"]), "expected"),
        (make_model([helper.make_node("Flatten", ["input"], ["output"], axis=3)]), "expected"),
    ],
    ids=["fails", "other classes", "other pictures"],
)
def test_answers_that_are_none_are_told(save, model, word):
    pictures = np.ones((1, 1 + SIDE, SIDE, 3), dtype=np.float32)
    with pytest.raises(DataError, match=word):
        load_model(save(model)).predict(pictures)


BOMB = """
import sys
from pathlib import Path
import numpy as np
from poolbench.errors import DataError
from poolbench.export import predict
predict.read_available_memory_bytes = lambda: 1 << 28
try:
    predict.load_model(Path(sys.argv[1])).predict(np.ones((1, 2, 2, 3)))
except DataError as error:
    print(error)
# Not by getrusage, where a process begins with the peak of the one that started it.
status = Path("/proc/self/status").read_text().splitlines()
print(next(line.split()[1] for line in status if line.startswith("VmHWM:")))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="other systems count memory otherwise")
def test_a_small_file_gets_no_more_memory_than_is_free(save):
    nodes = [
        helper.make_node(
            "Constant", [], ["size"], value=helper.make_tensor("size", 7, [2], [2**19, 2**10])
        ),
        helper.make_node("ConstantOfShape", ["size"], ["zeros"]),
        helper.make_node("ReduceSum", ["zeros"], ["nothing"], keepdims=1),
        helper.make_node("Flatten", ["input"], ["flat"]),
        helper.make_node("MatMul", ["flat", "weight"], ["found"]),
        helper.make_node("Add", ["found", "nothing"], ["output"]),
    ]
    command = [sys.executable, "-c", BOMB, save(make_model(nodes))]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    message, kilobytes = done.stdout.splitlines()
    assert "memory" in message
    assert int(kilobytes) < 1_000_000
