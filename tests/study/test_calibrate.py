"""The calibration: it passes as it is, and notices an instrument that is wrong."""

import numpy as np
import pytest
import torch

from poolbench.cli.app import main
from poolbench.data.tasks import get_task, list_tasks
from poolbench.evaluation.probe import ProbeOutcomes
from poolbench.records import (
    CalibrationRecord,
    CoverageFinding,
    EqualFinding,
    PermutedFinding,
    TwinsFinding,
)
from poolbench.study.calibrate import (
    is_order_found,
    judge_equal,
    judge_outcomes,
    judge_task,
    make_record,
    run_calibration,
    summarize_equal,
    summarize_task,
)
from poolbench.study.display import Display

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


@pytest.mark.full(seconds=6)
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
    record = make_record(
        orders=(summarize_task(task, [turned]),),
        equal=summarize_equal([turned]),
        permuted=PermutedFinding(trainings=6, pictures=600, right=590, most=183),
        coverage=CoverageFinding(draws=500, held=480, least=453, most=497),
        twins=TwinsFinding(trials=4, alike=3),
    )
    monkeypatch.setattr("poolbench.study.calibrate.run_calibration", lambda **options: record)
    monkeypatch.setattr("sys.argv", ["poolbench", "calibrate", "--lang", "en"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 1
    said = capsys.readouterr().err
    # What was expected and is not so is shown as it was expected: below zero.
    assert "max − avg: −3" in said
    assert "0/1 failed" in said
    assert "590 of 600 held-out images" in said and "up to 183: failed" in said
    assert "480 of 500 simulated studies; chance explains 453 to 497: passed" in said
    assert "3 of 4 trials gave the same predictions, bit for bit, as all must: failed" in said
    assert "Calibration failed" in said
    Display("ru").show_calibration(record)
    said = capsys.readouterr().err
    assert "определён верно: 590 из 600" in said
    assert "Калибровка не пройдена" in said


@pytest.mark.parametrize(
    ("part", "wrong"),
    [
        ("equal", EqualFinding(studies=20, winners=6, most=5)),
        ("permuted", PermutedFinding(trainings=6, pictures=600, right=184, most=183)),
        ("coverage", CoverageFinding(draws=500, held=452, least=453, most=497)),
        ("coverage", CoverageFinding(draws=500, held=498, least=453, most=497)),
        ("twins", TwinsFinding(trials=4, alike=3)),
    ],
)
def test_one_wrong_finding_fails_the_whole(part, wrong):
    right = {
        "orders": (),
        "equal": EqualFinding(studies=20, winners=5, most=5),
        "permuted": PermutedFinding(trainings=6, pictures=600, right=183, most=183),
        "coverage": CoverageFinding(draws=500, held=497, least=453, most=497),
        "twins": TwinsFinding(trials=4, alike=4),
    }
    assert make_record(**right).passed
    assert not make_record(**right | {part: wrong}).passed


def test_record_of_before_has_no_canaries_and_is_shown_without_them(capsys):
    old = {
        "schema_version": 2,
        "orders": [],
        "equal": {"studies": 20, "winners": 0, "most": 5},
        "passed": True,
    }
    record = CalibrationRecord.model_validate(old)
    assert record.permuted is record.coverage is record.twins is None
    Display("en").show_calibration(record)
    assert "Shuffled" not in capsys.readouterr().err
