"""The calibration: it passes as it is, and notices an instrument that is wrong."""

import numpy as np
import pytest
import torch

from poolbench.cli.app import main
from poolbench.data.tasks import get_task, list_tasks
from poolbench.evaluation.probe import ProbeOutcomes
from poolbench.records import CalibrationRecord
from poolbench.study.calibrate import (
    is_order_found,
    judge_equal,
    judge_outcomes,
    judge_task,
    run_calibration,
    summarize_equal,
    summarize_task,
)

torch.set_num_threads(1)


@pytest.mark.parametrize("name", [task.name for task in list_tasks()])
def test_known_answer_is_found(name):
    task = get_task(name)
    assert is_order_found(task, judge_task(task))


def make_outcomes(accuracies, operators, seed=0):
    rng = np.random.default_rng(seed)
    fold = np.array([rng.permutation(400) % 5 for _ in range(2)])
    correct = rng.random((len(accuracies), 2, 400)) < np.array(accuracies)[:, None, None]
    return ProbeOutcomes(tuple(operators), correct, fold)


def test_wrong_order_and_a_missing_tie_are_noticed():
    task = get_task("needle")
    turned = judge_outcomes(make_outcomes([0.5, 0.55, 0.9], task.operators))
    assert not is_order_found(task, turned)
    alike = judge_outcomes(make_outcomes([0.7, 0.7, 0.7], task.operators))
    assert not is_order_found(task, alike)
    blocky = get_task("blocky")
    assert not is_order_found(blocky, judge_outcomes(make_outcomes([0.9] * 3, blocky.operators)))


def test_task_is_right_if_almost_every_repetition_is():
    task = get_task("density")
    right = judge_outcomes(make_outcomes([0.6, 0.6, 0.9], task.operators))
    wrong = judge_outcomes(make_outcomes([0.9, 0.6, 0.6], task.operators))
    assert summarize_task(task, [right] * 38 + [wrong] * 2).is_right
    assert not summarize_task(task, [right] * 37 + [wrong] * 3).is_right


@pytest.fixture(scope="module")
def equal():
    return judge_equal(0)


def test_equal_variants_may_win_as_often_as_chance_explains(equal):
    verdict = equal
    assert verdict.kind != "winner"
    assert verdict.folds * verdict.repeats == 10
    winner = verdict.model_copy(update={"kind": "winner"})
    finding = summarize_equal([winner] * 4 + [verdict] * 16)
    assert (finding.studies, finding.winners) == (20, 4)
    # One in a thousand: 20 studies at 5 % have more than 5 winners with chance 0.0003.
    assert finding.most == 5


def test_equal_variants_differ_in_their_trainings_alone(equal):
    [difference] = equal.differences
    assert difference.low < difference.points < difference.high


@pytest.mark.slow
def test_calibration_passes():
    record = run_calibration()
    assert record.passed
    assert [finding.task for finding in record.orders] == [task.name for task in list_tasks()]


def test_wrong_instrument_is_shown_and_ends_with_code_1(monkeypatch, capsys):
    task = get_task("needle")
    turned = judge_outcomes(make_outcomes([0.5, 0.55, 0.9], task.operators))
    record = CalibrationRecord(
        orders=(summarize_task(task, [turned]),), equal=summarize_equal([turned]), passed=False
    )
    monkeypatch.setattr("poolbench.study.calibrate.run_calibration", lambda **options: record)
    monkeypatch.setattr("sys.argv", ["poolbench", "calibrate", "--lang", "en"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 1
    said = capsys.readouterr().err
    # What was expected and is not so is shown as it was expected: below zero.
    assert "max − avg: -3" in said
    assert "0/1 failed" in said
    assert "The instrument is wrong" in said
