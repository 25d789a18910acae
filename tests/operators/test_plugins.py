"""Operators from a person's own module, and from installed packages."""

import json
import subprocess
import sys
from functools import partial

import pytest
import torch

import poolbench
from poolbench.errors import UnknownNameError, UsageError
from poolbench.operators import Operator, get_operator, list_operators, register
from poolbench.operators.plain import MaxPool2d

MODULE = """
from poolbench.operators import Operator, register

class LastPool2d(Operator):
    "Keeps the last value of each cell."

    def forward(self, x):
        return x[:, :, ::self.stride, ::self.stride] * {factor}

@register("mine")
class Registered(LastPool2d):
    "The same under an id."

NUMBER = 3
"""
PRINT = (
    "from poolbench.operators import get_operator, list_operators;"
    "print(get_operator('installed').cls.__name__, [e.id for e in list_operators()][-1])"
)
SMALL = (
    "--data",
    "sample",
    "--backbones",
    "lab-example",
    "--epochs",
    "1",
    "--folds",
    "2",
    "--repeats",
    "1",
)


@pytest.fixture
def module(tmp_path, monkeypatch):
    """A module of one's own in the working directory, under a name of its own."""
    name = f"operators_of_{tmp_path.name}"
    (tmp_path / f"{name}.py").write_text(MODULE.format(factor=1))
    monkeypatch.chdir(tmp_path)
    yield name
    sys.modules.pop(name, None)


def test_class_is_found_by_its_module_under_its_own_name_or_its_id(module):
    entry = get_operator(f"{module}:Registered")
    assert entry.id == "mine"
    assert not entry.is_builtin
    assert entry.cls(2, stride=2)(torch.ones(1, 2, 5, 4)).shape == (1, 2, 3, 2)
    assert get_operator("mine") == entry
    assert get_operator(f"{module}:LastPool2d").id == "LastPool2d"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("{module}:Nothing", "nothing by that name"),
        ("{module}:LastPol2d", "Did you mean 'LastPool2d'"),
        ("{module}:NUMBER", ":NUMBER': .*3 is of type int"),
        ("no.such.module:Pool", "cannot be imported"),
        (":Pool", "cannot be imported"),
    ],
)
def test_what_cannot_be_loaded_is_named(module, name, said):
    with pytest.raises(UsageError, match=said):
        get_operator(name.format(module=module))


def test_module_that_fails_is_told_with_its_reason(tmp_path, module):
    (tmp_path / "failing_operator.py").write_text("raise RuntimeError('no such card')")
    with pytest.raises(UsageError, match="RuntimeError: no such card"):
        get_operator("failing_operator:Pool")


def test_operator_of_poolbench_is_not_replaced_by_a_class_of_the_same_name():
    with pytest.raises(UsageError, match="'max' belongs to MaxPool2d of poolbench"):
        register("max")(type("MaxPool2d", (torch.nn.Module,), {}))
    assert get_operator("max").cls is MaxPool2d


def test_register_without_an_id_takes_the_name_of_the_class():
    @register
    class OwnName(Operator):
        """Keeps the first value of each cell."""

    assert isinstance(OwnName, type)
    assert get_operator("OwnName").cls is OwnName


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (lambda channels, stride: None, "<lambda> is of type function"),
        (MaxPool2d(3, stride=2), "an instance of MaxPool2d. Pass MaxPool2d itself"),
        (dict, "dict is of type type"),
        (5, "5 is of type int"),
    ],
)
@pytest.mark.parametrize("act", [register, register("given")])
def test_what_is_no_class_of_modules_is_not_registered(act, given, said):
    with pytest.raises(UsageError, match=said):
        act(given)
    assert "given" not in {entry.id for entry in list_operators()}


class TorchsOwn(torch.nn.AvgPool2d):
    """Takes the side of a window first, as the class that it comes from."""


class BlurPool2D(torch.nn.Module):
    """Is built as other libraries build theirs."""

    def __init__(self, kernel_size, stride=2):
        super().__init__()


class NamesAlone(torch.nn.Module):
    """Has to be given the name of its channels."""

    def __init__(self, *, channels, stride=2):
        super().__init__()


@pytest.mark.parametrize(
    ("cls", "said"),
    [
        (torch.nn.MaxPool2d, r"MaxPool2d\(kernel_size, stride, .* of that kind: 'max'\.$"),
        (TorchsOwn, "of that kind: 'avg'"),
        (BlurPool2D, r"BlurPool2D\(kernel_size, stride\); .* of that kind: 'blur'"),
        (NamesAlone, r"\(\*, channels, stride\); .* __init__\(self, channels, \*, stride\)"),
        (torch.nn.AdaptiveAvgPool2d, "Write a class that makes it in its constructor"),
        (torch.nn.MaxPool2d(2), "'max'"),
    ],
)
def test_class_that_is_built_otherwise_is_refused_with_what_to_take_instead(cls, said):
    for act in (register, poolbench.compare, partial(poolbench.swap, torch.nn.MaxPool2d(2))):
        with pytest.raises(UsageError, match=said):
            act(operators=[cls]) if act is poolbench.compare else act(cls)


def test_unknown_id_names_the_nearest():
    with pytest.raises(UnknownNameError, match="max-blur"):
        get_operator("maxblur")


def test_unknown_id_tells_how_an_operator_of_ones_own_is_named():
    with pytest.raises(
        UnknownNameError, match=r"'top-k'\? If .* package\.module:Class, or run the study from"
    ):
        get_operator("top2")


def test_installed_package_brings_operators(tmp_path, module):
    info = tmp_path / "somebody-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: somebody\nVersion: 1.0\n")
    points = f"[poolbench.operators]\ninstalled = {module}:LastPool2d\n"
    (info / "entry_points.txt").write_text(points)
    done = subprocess.run(
        [sys.executable, "-c", PRINT], capture_output=True, text=True, check=True, cwd=tmp_path
    )
    assert done.stdout.split() == ["LastPool2d", "installed"]


@pytest.mark.full(seconds=50)
def test_study_names_an_operator_by_its_module_and_an_edit_reruns_its_trials_alone(
    module, tmp_path, poolbench_cli
):
    run = tmp_path / "run"
    command = ("run", *SMALL, "--operators", f"max,{module}:LastPool2d", "--out", run, "--json")
    first = poolbench_cli(*command, cwd=tmp_path)
    assert first.returncode == 0, first.stderr
    variants = {row["variant"] for row in json.loads(first.stdout)["leaderboard"]}
    assert variants == {"max.lab-example.quick", "LastPool2d.lab-example.quick"}
    trials = {path.name for path in (run / "trials").iterdir()}
    study = poolbench.load(run)
    assert study.model("LastPool2d.lab-example.quick")(torch.zeros(1, 3, 32, 32)).shape == (1, 4)

    (tmp_path / f"{module}.py").write_text(MODULE.format(factor=2))
    second = poolbench_cli(*command, cwd=tmp_path)
    assert second.returncode == 0, second.stderr
    added = {path.name for path in (run / "trials").iterdir()} - trials
    # Two folds, and the final training if it is the winner.
    assert 2 <= len([name for name in added if "LastPool2d" in name]) <= 3
    assert not any(name.startswith("max.") for name in added if "whole" not in name)
    assert list_operators()
