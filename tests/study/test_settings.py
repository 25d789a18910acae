"""The settings of ``poolbench.compare`` under either of their names."""

import pytest
from torch import nn

import poolbench
from poolbench.config import DataConfig, build_config, read_settings
from poolbench.errors import UnknownNameError, UsageError
from poolbench.study import run


@pytest.fixture
def asked(monkeypatch):
    """A function from arguments of ``compare`` to the config that it makes; nothing is trained."""

    def ask(*arguments, **settings):
        found = []
        monkeypatch.setattr(run, "run_study", lambda config, *rest: found.append(config))
        poolbench.compare(*arguments, **settings)
        return found[0]

    return ask


def test_names_of_the_command_line_mean_the_same(asked):
    wanted = asked(
        "cifar10", margin_points=0.5, time_limit_seconds=900, rewrites=False,
        recipes=["quick", "strong"], vary=("layers",), log=("csv", "mlflow"),
    )  # fmt: skip
    found = asked(
        data="cifar10", margin=0.5, time_limit="15m", no_rewrites=True,
        recipes="quick,strong", vary="layers", log="csv, mlflow",
    )  # fmt: skip
    assert found == wanted
    assert found.data.source == "cifar10"
    assert asked().data.source == DataConfig().source


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"margin": 1, "margin_points": 1}, "margin and margin_points are two names"),
        ({"time_limit": "5m", "time_limit_seconds": 9}, "time_limit and time_limit_seconds"),
        ({"no_rewrites": True, "rewrites": False}, "no_rewrites and rewrites"),
    ],
)
def test_one_setting_under_two_names_is_refused(asked, settings, said):
    with pytest.raises(UsageError, match=said):
        asked(**settings)


def test_two_image_sets_are_refused(asked):
    with pytest.raises(UsageError, match="data and the first argument"):
        asked("sample", data="sample")


class OneOfOnes(poolbench.Operator):
    """Is given alone."""


class OneNet(nn.Sequential):
    """A network that can be counted as a list of its layers."""

    def __init__(self, num_classes):
        super().__init__(nn.Conv2d(3, num_classes, 3), nn.MaxPool2d(2))


def test_what_stands_alone_needs_no_list(asked):
    assert asked(operators=OneOfOnes).operators == ("OneOfOnes",)
    assert asked(backbones=OneNet).backbones == ("OneNet",)
    assert asked(classes=5).data.classes == ("5",)
    assert asked(operators=(name for name in ("max", "avg"))).operators == ("max", "avg")


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"operators": OneOfOnes(64, stride=2)}, "Pass OneOfOnes itself"),
        ({"operators": ["max", OneOfOnes(64, stride=2)]}, "Pass OneOfOnes itself"),
        ({"operators": OneNet(3)}, r"OneNet is built as OneNet\(num_classes\)"),
        ({"operators": None}, "None is of type NoneType"),
        ({"operators": [["max"]]}, "is of type list"),
        ({"backbones": OneNet(3)}, "instance of OneNet. Pass OneNet itself"),
        ({"backbones": ["lab", OneNet(3)]}, "instance of OneNet. Pass OneNet itself"),
        ({"backbones": 5}, "5 cannot be a backbone"),
        ({"backbones": nn}, "cannot be a backbone"),
    ],
)
def test_what_is_no_operator_or_backbone_is_refused_in_words(asked, settings, said):
    with pytest.raises(UsageError, match=said):
        asked(**settings)


def test_setting_that_there_is_not_is_answered_with_the_nearest(asked):
    with pytest.raises(UnknownNameError, match=r"no setting 'repeat'\. Did you mean 'repeats'"):
        asked(repeat=3)
    with pytest.raises(UnknownNameError, match="Did you mean 'backbones'"):
        asked(backbone="lab-example")
    with pytest.raises(UnknownNameError, match="Did you mean 'operators'"):
        asked(operator="max")


def test_wrong_time_is_answered_under_its_field():
    with pytest.raises(UsageError, match=r"time_limit is .*; expected a duration"):
        build_config(read_settings({"time_limit": "soon"}))
