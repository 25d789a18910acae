"""The parts of the time of a study add up to it."""

import pytest

from poolbench.records import Account
from poolbench.results.account import split_seconds

ACCOUNT = Account(
    phases={
        **{"start": 2.0, "images": 1.0, "measure": 3.0, "train": 40.0, "final": 10.0},
        **{"hand-over": 5.0, "verify": 2.0, "report": 4.0, "other": 1.0},
    },
    workers=2,
    trials=7,
    steps=45.0,
    watching=9.0,
    judging=18.0,
    rest=9.0,
)


def test_parts_add_up_to_all_but_the_report():
    parts = split_seconds(ACCOUNT)
    assert sum(parts.values()) == pytest.approx(sum(ACCOUNT.phases.values()) - 4.0)
    assert parts["start"] == 3.0
    # Two workers for 40 seconds and one for 10 have 90 seconds; in them 50 went by on the clock.
    assert parts["steps"] == pytest.approx(25.0)
    assert parts["idle"] == pytest.approx(5.0)


def test_workers_that_had_more_to_do_than_seconds_were_not_idle():
    busy = ACCOUNT.model_copy(update={"steps": 200.0})
    parts = split_seconds(busy)
    assert parts["idle"] == 0
    assert sum(parts.values()) == pytest.approx(sum(busy.phases.values()) - 4.0)


def test_study_of_one_phase_is_split():
    alone = ACCOUNT.model_copy(update={"phases": {"train": 10.0}, "workers": 1, "trials": 1})
    assert sum(split_seconds(alone).values()) == pytest.approx(10.0)
