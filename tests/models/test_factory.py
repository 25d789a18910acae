"""A person's own network as a backbone, from its factory to a verified model."""

import json
import sys

import pytest
import torch

import poolbench
from poolbench.config import StudyConfig
from poolbench.data.sample import load_sample
from poolbench.errors import ShapeError, UnknownNameError, UsageError
from poolbench.models import add_factory, find_backbone
from poolbench.models.factory import build_swapped
from poolbench.planning.plan import make_plan
from poolbench.trials.build import build_network

MODULE = """
import torch
from torch import nn

WIDTH = {width}

class Net(nn.Module):
    def __init__(self, num_classes):
        super().__init__()
        self.conv1 = nn.Conv2d(3, WIDTH, 3, stride=2, padding=1)
        self.norm = nn.BatchNorm2d(WIDTH)
        self.conv2 = nn.Conv2d(WIDTH, WIDTH, 3, padding=1)
        self.pool = nn.MaxPool2d(2)
        self.linear = nn.Linear(16 * WIDTH, num_classes)

    def forward(self, x):
        x = self.pool(torch.relu(self.norm(self.conv1(x))))
        x = self.pool(torch.relu(self.conv2(x)))
        return self.linear(x.view(x.size(0), -1))

def tiny(num_classes):
    return Net(num_classes)

def shared(num_classes):
    return Net(num_classes)

NUMBER = 3
"""
SMALL = ("--data", "sample", "--epochs", "1", "--folds", "2", "--repeats", "1")


@pytest.fixture
def module(tmp_path, monkeypatch):
    """A module of one's own in the working directory, under a name of its own."""
    name = f"network_of_{tmp_path.name}"
    (tmp_path / f"{name}.py").write_text(MODULE.format(width=8))
    monkeypatch.chdir(tmp_path)
    yield name
    sys.modules.pop(name, None)


def make_first(module, operator):
    config = StudyConfig(operators=(operator,), backbones=(f"{module}:shared",))
    return build_network(make_plan(config, load_sample()).specs[0])


def test_operators_of_a_study_share_the_initial_values_of_the_network(module):
    first, second = (make_first(module, operator) for operator in ("avg", "conv"))
    values = dict(second.named_parameters())
    for name, value in first.named_parameters():
        assert torch.equal(values[name], value)
    # What the operator begins with stays as its author made it.
    site = second.get_submodule("model.pool.site.8.conv")
    assert torch.equal(site.weight[0, 0], torch.full((2, 2), 0.25))


@pytest.mark.parametrize(
    ("name", "error", "said"),
    [
        ("{module}:tny", UsageError, "tiny"),
        ("{module}:NUMBER", UsageError, "expected a function"),
        (
            "tiny-net",
            UnknownNameError,
            r"If it is .* package\.module:function, or run the study from",
        ),
        ("no.such.module:net", UsageError, "cannot be imported"),
    ],
)
def test_factory_that_cannot_be_found_is_told(module, name, error, said):
    with pytest.raises(error, match=said):
        find_backbone(name.format(module=module))


def test_factory_is_not_taken_for_a_backbone_of_poolbench():
    with pytest.raises(UsageError, match="is already called 'lab'"):
        add_factory("lab", lambda num_classes: torch.nn.Identity())


def test_network_that_was_built_already_is_no_backbone():
    with pytest.raises(UsageError, match="Pass Identity itself"):
        add_factory("built", torch.nn.Identity())


def fails(num_classes):
    raise RuntimeError("no weights here")


def gives_a_number(num_classes):
    return num_classes


def gives_too_few(num_classes):
    return torch.nn.Sequential(
        torch.nn.MaxPool2d(2), torch.nn.Flatten(), torch.nn.Linear(3 * 256, num_classes - 1)
    )


def takes_other_pictures(num_classes):
    return torch.nn.Sequential(
        torch.nn.MaxPool2d(2), torch.nn.Flatten(), torch.nn.Linear(3 * 64, num_classes)
    )


def gives_a_pair(num_classes):
    class Pair(torch.nn.Module):
        def forward(self, x):
            return x, x

    return Pair()


def has_no_pool(num_classes):
    return torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(3072, num_classes))


@pytest.mark.parametrize(
    ("factory", "error", "said"),
    [
        (fails, UsageError, "RuntimeError: no weights here"),
        (gives_a_number, UsageError, "returns int; expected a torch"),
        (gives_too_few, ShapeError, r"returns \[1, 3\] .* expected logits \[1, 4\]"),
        (has_no_pool, UsageError, "no max pooling"),
        (takes_other_pictures, ShapeError, "cannot take images of 32x32 pixels"),
        (gives_a_pair, ShapeError, "returns tuple for one image"),
    ],
)
def test_network_that_does_not_fit_is_refused(factory, error, said):
    with pytest.raises(error, match=said):
        build_swapped(factory, "blur", 4, (32, 32))


@pytest.mark.full(seconds=70)
def test_study_of_ones_own_network_ends_in_a_verified_model_and_an_edit_reruns_it(
    module, tmp_path, poolbench_cli
):
    run = tmp_path / "run"
    backbone = ("--backbones", f"{module}:tiny", "--operators", "max,conv")
    command = ("run", *SMALL, *backbone, "--out", run, "--json")
    done = poolbench_cli(*command, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "Network tiny: replaced " in done.stderr
    printed = json.loads(done.stdout)
    variants = {row["variant"] for row in printed["leaderboard"]}
    assert variants == {"max.tiny.quick", "conv.tiny.quick"}
    study = poolbench.load(run)
    assert study.verify().checks
    assert study.model("conv.tiny.quick")(torch.zeros(2, 3, 32, 32)).shape == (2, 4)
    trials = {path.name for path in (run / "trials").iterdir()}
    for layout in ("nhwc", "nchw"):
        out = ("--layout", layout, "--out", tmp_path / f"{layout}.onnx")
        exported = poolbench_cli("export", run, *out, cwd=tmp_path)
        assert exported.returncode == 0, exported.stderr

    (tmp_path / f"{module}.py").write_text(MODULE.format(width=9))
    assert poolbench_cli(*command, cwd=tmp_path).returncode == 0
    added = {path.name for path in (run / "trials").iterdir()} - trials
    assert len(added) == 5


def test_network_that_does_not_fit_is_refused_before_anything_is_written(tmp_path):
    with pytest.raises(ShapeError, match="takes_other_pictures"):
        poolbench.compare(
            "sample", backbones=[takes_other_pictures], out=tmp_path / "run", quiet=True
        )
    assert not (tmp_path / "run").exists()


def test_function_without_a_name_is_refused(tmp_path):
    with pytest.raises(UsageError, match="a function that has a name"):
        poolbench.compare("sample", backbones=[lambda n: None], out=tmp_path / "run", quiet=True)
