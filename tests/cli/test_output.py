"""What reaches a terminal is text."""

import io
import json

import onnx
import pytest
from onnx import TensorProto, helper
from PIL import Image
from typer.testing import CliRunner

from poolbench.cli import output
from poolbench.cli.finished import commands

NAME = "\x1b]0;title\x07\x9b31m\u202egnp.exe\r"


def test_lines_are_plain(capsys):
    output.print_line(f"{NAME}: 1")
    output.say(NAME)
    printed, said = capsys.readouterr()
    shown = r"\x1b]0;title\x07\x9b31m\u202egnp.exe\r"
    assert printed == f"{shown}: 1\n"
    assert said == f"{shown}\n"


def test_json_is_plain_and_says_the_same(capsys):
    output.print_json({NAME: ["\x7f", "\udcff", "ёлка"]})
    printed = capsys.readouterr().out
    assert all(letter.isprintable() or letter == "\n" for letter in printed)
    assert json.loads(printed) == {NAME: ["\x7f", "\udcff", "ёлка"]}
    assert "ёлка" in printed


@pytest.mark.parametrize(
    ("answer", "is_yes"), [("y\n", True), ("Да\n", True), ("\n", False), ("", False)]
)
def test_question_is_answered_in_either_language(monkeypatch, capsys, answer, is_yes):
    monkeypatch.setattr("sys.stdin", io.StringIO(answer))
    assert output.confirm("Удалить?", "ru") is is_yes
    assert capsys.readouterr() == ("", "Удалить? [д/Н] ")


@pytest.fixture
def model(tmp_path):
    """A file of somebody else, whose class names it chose."""
    given = helper.make_tensor_value_info("input", TensorProto.FLOAT, ["b", 3, 1, 1])
    output = helper.make_tensor_value_info("output", TensorProto.FLOAT, ["b", 3])
    node = helper.make_node("Flatten", ["input"], ["output"])
    graph = helper.make_graph([node], "g", [given], [output])
    proto = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    helper.set_model_props(proto, {"classes": json.dumps([NAME, "a\nWinner: b", "[red]c[/]"])})
    path = tmp_path / "model.onnx"
    onnx.save(proto, path)
    return path


def test_predict_shows_names_of_files_and_classes_as_text(model, tmp_path):
    picture = tmp_path / "a\x1b[2J\n.png"
    Image.new("RGB", (4, 4), (1, 2, 3)).save(picture)
    done = CliRunner().invoke(commands, ["predict", str(model), str(picture)])
    assert done.exit_code == 0, done.output
    assert done.output.count("\n") == 1
    assert "\x1b" not in done.output and "\u202e" not in done.output
    assert r"a\x1b[2J\n.png: [red]c[/]" in done.output
