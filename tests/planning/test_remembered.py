"""Speeds that were measured once are taken from the cache while they are of such trials."""

import os

import pytest

from poolbench.planning import remembered
from poolbench.planning.remembered import FOLDER, MOST_AGE_SECONDS, RememberingMeasurer
from small_studies import SPEED


class Measurer:
    """Counts what it is asked; each trial takes another time."""

    def __init__(self, machine):
        self.machine = machine
        self.asked = []

    def measure(self, specs, on_measured=None):
        self.asked.append([spec.id for spec in specs])
        return {
            spec.id: SPEED.model_copy(update={"train": len(self.asked) + number / 8})
            for number, spec in enumerate(specs)
        }

    def fit(self, speeds):
        return len(speeds)


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("POOLBENCH_CACHE", str(tmp_path))
    return tmp_path / FOLDER


@pytest.fixture
def machine():
    from poolbench.config import StudyConfig
    from poolbench.machine.description import describe_machine

    return describe_machine(StudyConfig(workers=2))


@pytest.fixture
def ask(machine):
    """Measure with a new measurer; return what was asked of it and the speeds in order."""

    def call(specs, pictures=160, **changes):
        from dataclasses import replace

        inner = Measurer(replace(machine, **changes))
        found = RememberingMeasurer(inner, pictures).measure(specs)
        return inner.asked, [found[spec.id].train for spec in specs]

    return call


def test_speeds_are_measured_once(plan_of, cache, ask):
    plan = plan_of(operators=("max", "avg"))
    specs = [next(s for s in plan.specs if s.variant.operator == name) for name in ("max", "avg")]
    asked, first = ask(specs)
    assert asked == [[spec.id for spec in specs]]
    # Other folds and seeds of the same variants are as fast.
    others = [spec.model_copy(update={"fold": 1, "seed": 7, "repeat": 3}) for spec in specs]
    assert ask(others) == ([], first)
    assert len(list(cache.iterdir())) == 2


@pytest.mark.parametrize(
    "change",
    [
        {"image_size": (48, 48)},
        {"num_classes": 9},
        {"pictures": 161},
        {"code": "other"},
        {"workers": 1},
    ],
)
def test_what_takes_another_time_is_measured(plan_of, cache, ask, change):
    specs = plan_of(operators=("max",)).specs[:1]
    ask(specs)
    fields = {key: value for key, value in change.items() if key in ("image_size", "num_classes")}
    rest = {key: value for key, value in change.items() if key not in fields}
    asked, _ = ask([specs[0].model_copy(update=fields)], **rest)
    assert len(asked) == 1


def test_all_are_measured_together_where_one_is_not_known(plan_of, cache, ask):
    plan = plan_of(operators=("max", "avg"))
    specs = [next(s for s in plan.specs if s.variant.operator == name) for name in ("max", "avg")]
    ask(specs[:1])
    asked, _ = ask(specs)
    assert asked == [[spec.id for spec in specs]]


def test_old_and_damaged_files_are_measured_again(plan_of, cache, ask):
    specs = plan_of(operators=("max",)).specs[:1]
    ask(specs)
    (file,) = cache.iterdir()
    os.utime(file, (0, file.stat().st_mtime - MOST_AGE_SECONDS - 1))
    assert len(ask(specs)[0]) == 1
    assert ask(specs)[0] == []
    for content in (b"{", b"\xff", b'{"train": "fast"}', b""):
        file.write_bytes(content)
        assert len(ask(specs)[0]) == 1


def test_cache_that_cannot_be_written_costs_nothing(plan_of, tmp_path, monkeypatch, ask):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("POOLBENCH_CACHE", str(tmp_path / "file"))
    specs = plan_of(operators=("max",)).specs[:1]
    assert ask(specs)[1] == [1.0]
    assert remembered.get_cache_folder().is_file()
