"""What strangers made may end the process that it is opened in, and no other."""

import io
import os
import sys
import threading

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from PIL import Image

from poolbench.data.decode import RefusedPictureError, decode_content
from poolbench.data.resize_array import resize_array
from poolbench.errors import DataError, Voice
from poolbench.export import predict
from poolbench.export.check_model import read_model, read_weights
from poolbench.export.confined import Confined, LostError, get_confined
from poolbench.export.predict import load_model
from poolbench.serve.pictures import prepare_picture

PICTURES = np.full((2, 4, 4, 3), 10, dtype=np.uint8)


def save_model(path, nodes, weights=()):
    """A model whose answer is a picture's mean plus the largest value of ``z``."""
    axes = numpy_helper.from_array(np.array([1, 2], np.int64), "axes")
    nodes = [
        *nodes,
        helper.make_node("ReduceMean", ["x", "axes"], ["mean"], keepdims=0),
        helper.make_node("Cast", ["z"], ["numbers"], to=TensorProto.FLOAT),
        helper.make_node("ReduceMax", ["numbers"], ["largest"], keepdims=0),
        helper.make_node("Add", ["mean", "largest"], ["output"]),
    ]
    given = helper.make_tensor_value_info("x", TensorProto.FLOAT, ["b", "h", "w", 3])
    output = helper.make_tensor_value_info("output", TensorProto.FLOAT, ["b", 3])
    named = [
        numpy_helper.from_array(np.array(value), name) for name, value in dict(weights).items()
    ]
    graph = helper.make_graph(nodes, "g", [given], [output], [*named, axes])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=9)
    path.write_bytes(model.SerializeToString())
    return path


def save_sum(path):
    """Harmless: 1 is added."""
    return save_model(path, [helper.make_node("Identity", ["one"], ["z"])], {"one": [np.int64(1)]})


def save_range(path, count):
    weights = {"from": np.int64(0), "to": np.int64(count), "step": np.int64(1)}
    return save_model(path, [helper.make_node("Range", ["from", "to", "step"], ["z"])], weights)


def save_overflow(path):
    """The least number divided by -1, which processors end a program for."""
    weights = {"a": [np.int32(-(2**31))], "b": [np.int32(-1)]}
    return save_model(path, [helper.make_node("Div", ["a", "b"], ["z"])], weights)


def save_endless(path):
    """Products of large matrices, for minutes."""
    count, side = 3000, 1500
    nodes = [
        helper.make_node("ReduceMax", ["x"], ["value"], keepdims=0),
        helper.make_node("Expand", ["value", "shape"], ["m0"]),
        *(helper.make_node("MatMul", [f"m{n}", f"m{n}"], [f"m{n + 1}"]) for n in range(count)),
        helper.make_node("Identity", [f"m{count}"], ["z"]),
    ]
    return save_model(path, nodes, {"shape": np.array([side, side], np.int64)})


@pytest.mark.skipif(
    sys.platform != "linux", reason="other systems go on where Linux ends a process"
)
def test_a_model_that_ends_its_process_is_told_and_others_go_on(tmp_path):
    good = load_model(save_sum(tmp_path / "good.onnx"))
    logits, _ = good.predict(PICTURES)
    np.testing.assert_array_equal(logits, np.full((2, 3), 11, np.float32))
    lives = get_confined().lives
    with pytest.raises(DataError, match=r"bad\.onnx is not an ONNX model.*SIGFPE") as caught:
        load_model(save_overflow(tmp_path / "bad.onnx"))
    assert caught.value.exit_code == 3
    np.testing.assert_array_equal(good.predict(PICTURES)[0], logits)
    assert get_confined().lives == lives + 1


def test_a_model_that_was_changed_is_not_taken_for_what_was_opened(tmp_path):
    path = save_sum(tmp_path / "m.onnx")
    model = load_model(path)
    model.predict(PICTURES)
    get_confined()._process.kill()
    get_confined()._process.wait()
    save_range(path, 5)
    with pytest.raises(DataError, match="was changed after it was opened"):
        model.predict(PICTURES)


def test_a_model_that_takes_too_long_is_given_up(tmp_path, monkeypatch):
    model = load_model(save_endless(tmp_path / "m.onnx"))
    monkeypatch.setattr(predict, "RUN_SECONDS", 0.5)
    monkeypatch.setattr(predict, "PICTURE_SECONDS", 0.0)
    with pytest.raises(DataError, match=r"returns no predictions: it took more than 0 s"):
        model.predict(PICTURES)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not bound memory")
def test_a_refusal_is_told_in_the_language_of_the_reader(tmp_path, monkeypatch):
    broken = tmp_path / "broken.onnx"
    broken.write_bytes(b"no model")
    monkeypatch.setattr(Voice, "lang", "ru")
    with pytest.raises(DataError) as refused:
        read_model(broken)
    assert str(refused.value) == (
        f"{broken} — не модель ONNX. Укажите файл, который экспортировал poolbench."
    )
    assert refused.value.tell("en").startswith(f"{broken} is not an ONNX model. Use")
    # What the other process cannot say any more, this one says.
    with pytest.raises(DataError) as lost:
        load_model(save_overflow(tmp_path / "bad.onnx"))
    assert "процесс, который с ней работал, завершился аварийно (SIGFPE)" in str(lost.value)


def test_reading_a_model_takes_no_memory_for_what_it_would_compute(tmp_path):
    """The largest is a terabyte; whether it is opened, its answer decides."""
    path = save_range(tmp_path / "m.onnx", 10**11)
    assert read_model(path) == path.read_bytes()
    with pytest.raises(DataError, match=r"no predictions|can be opened"):
        load_model(path).predict(PICTURES)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not bound memory")
def test_a_file_of_many_empty_parts_takes_no_more_than_its_share(tmp_path):
    """Twenty million operators of two bytes each, which take a hundred bytes each when read."""
    body = b"\x0a\x00" * 20_000_000
    length = bytes((len(body) >> 7 * n & 127) | (128 if n < 3 else 0) for n in range(4))
    path = tmp_path / "m.onnx"
    path.write_bytes(b"\x08\x08\x3a" + length + body)
    with pytest.raises(DataError, match=r"m\.onnx (is not an ONNX model|needs more than)"):
        read_model(path)


def test_read_weights_gives_the_numbers_of_a_file(tmp_path):
    found = read_weights(save_range(tmp_path / "m.onnx", 5))
    assert {name: array.tolist() for name, array in found.items()} == {
        "from": 0,
        "to": 5,
        "step": 1,
        "axes": [1, 2],
    }


def test_nothing_but_what_was_opened_for_somebody_is_kept(tmp_path):
    path = save_sum(tmp_path / "m.onnx")
    first, second = load_model(path), load_model(path)
    number = first._number
    del first
    second.predict(PICTURES)
    # The process has let it go, and says so by failing.
    second._number = number
    with pytest.raises(DataError, match="no predictions"):
        second.predict(PICTURES)


def test_an_interrupted_question_is_no_answer_to_the_next(tmp_path, monkeypatch):
    model = load_model(save_sum(tmp_path / "m.onnx"))
    expected = model.predict(PICTURES)[0]

    def interrupt(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("poolbench.export.confined.receive", interrupt)
        with pytest.raises(KeyboardInterrupt):
            model.predict(PICTURES)
    np.testing.assert_array_equal(model.predict(PICTURES)[0], expected)


def test_whoever_waits_is_let_go_when_it_is_closed(tmp_path):
    content = save_endless(tmp_path / "m.onnx").read_bytes()
    confined = Confined()
    facts = {"name": "m", "memory_bytes": 10**9, "num_threads": 1, "free_bytes": None}
    confined.ask("open", facts, [np.frombuffer(content, np.uint8)], 60)
    closing = threading.Timer(0.2, confined.close)
    closing.start()
    with pytest.raises(LostError):
        confined.ask("predict", {**facts, "number": 1}, [PICTURES], 600)
    with pytest.raises(LostError, match="the model has been closed"):
        confined.ask("predict", {**facts, "number": 1}, [PICTURES], 600)


def make_picture(kind="PNG", size=(40, 30)):
    file = io.BytesIO()
    Image.linear_gradient("L").resize(size).convert("RGB").save(file, kind)
    return file.getvalue()


def test_a_picture_is_prepared_as_if_it_were_decoded_here():
    content = make_picture()
    expected = resize_array(decode_content(content), (8, 9), "crop").tobytes()
    assert prepare_picture(content, (8, 9), "crop") == expected


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"no picture", "format"),
        (make_picture("JPEG")[:-200], "broken"),
        (make_picture("PPM"), "format"),
    ],
)
def test_a_picture_that_is_refused_there_is_refused_here(content, reason):
    with pytest.raises(RefusedPictureError) as caught:
        prepare_picture(content, (8, 9), "crop")
    assert caught.value.reason == reason


def test_there_is_one_process_for_each_purpose():
    assert get_confined() is get_confined("models")
    assert get_confined() is not get_confined("pictures")


def test_the_process_is_not_shared_after_a_fork(tmp_path):
    model = load_model(save_sum(tmp_path / "m.onnx"))
    expected = model.predict(PICTURES)[0]
    lives = get_confined().lives
    get_confined()._owner = os.getpid() + 1
    np.testing.assert_array_equal(model.predict(PICTURES)[0], expected)
    assert get_confined().lives == lives + 1
    assert onnx.load_from_string(read_model(tmp_path / "m.onnx")).ir_version == 9
