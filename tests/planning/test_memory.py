"""The memory that training takes, before it is taken."""

import dataclasses

import pytest

from poolbench.config import build_config
from poolbench.data.sample import load_sample
from poolbench.errors import DataError
from poolbench.planning import memory as need
from poolbench.planning.memory import check_training_memory, estimate_bytes
from poolbench.planning.plan import Plan, make_plan, take_first


def make(backbone, side):
    config = build_config({"operators": ("max",), "backbones": (backbone,)})
    plan = make_plan(config, load_sample())
    specs = tuple(spec.model_copy(update={"image_size": (side, side)}) for spec in plan.specs)
    return dataclasses.replace(plan, specs=specs)


def estimate(plan: Plan):
    (spec,) = take_first(plan.specs).values()
    return estimate_bytes(spec, 100)


def test_estimate_grows_with_the_pixels():
    small, large = (estimate(make("resnet", side)) for side in (64, 128))
    assert 3.9 < large / small < 4.1
    # A batch stays whole where it is normalised, so each of its pictures keeps its maps.
    assert estimate(make("lab", 128)) < large / 10


def test_check_training_memory_refuses_before_anything_is_trained(monkeypatch):
    plan = make("resnet", 512)
    monkeypatch.setattr(need, "read_available_memory_bytes", lambda: 2**31)
    with pytest.raises(DataError, match="512×512 pixels needs about") as caught:
        check_training_memory(plan, "cpu", 100)
    assert "image_size" in str(caught.value)
    check_training_memory(plan, "cuda", 100)
    # Of few pictures a batch has few.
    check_training_memory(plan, "cpu", 1)
    check_training_memory(make("resnet", 128), "cpu", 100)
    monkeypatch.setattr(need, "read_available_memory_bytes", lambda: 2**40)
    check_training_memory(plan, "cpu", 100)
