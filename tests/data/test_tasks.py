"""Known-answer image sets: what is in them, and that the same comes out each time."""

import numpy as np
import pytest

from poolbench.data.tasks import CELL, get_task, list_tasks
from poolbench.errors import UnknownNameError
from poolbench.operators import get_operator

TASKS = list_tasks()
NAMES = [task.name for task in TASKS]


def _load_grey(name, label):
    """float64 ``[n, 32, 32]``: the pictures of one class."""
    pool = get_task(name).make().pool
    return pool.images[pool.labels == label, :, :, 0].astype(np.float64)


@pytest.mark.parametrize("task", TASKS, ids=NAMES)
def test_task_makes_grey_pictures_in_balanced_classes(task):
    made = task.make()
    assert made.source == f"task:{task.name}"
    assert made.classes == task.classes
    assert made.has_official_test
    for half, count in ((made.pool, task.count), (made.test, task.count // 3)):
        assert half.images.shape == (count, 32, 32, 3)
        assert half.images.dtype == np.uint8
        assert half.labels.dtype == np.int64
        assert np.bincount(half.labels).tolist() == [count // 2] * 2
        assert (half.images == half.images[..., :1]).all()
        assert len(set(half.names)) == count


@pytest.mark.parametrize("task", TASKS, ids=NAMES)
def test_task_makes_the_same_pictures_for_the_same_repetition_only(task):
    assert task.make(1).manifest_hash == task.make(1).manifest_hash
    halves = [task.make(repetition) for repetition in range(2)]
    images = np.concatenate([h.images for made in halves for h in (made.pool, made.test)])
    assert len({image.tobytes() for image in images}) == len(images)
    assert halves[1].facts["repetition"] == 1


@pytest.mark.parametrize("task", TASKS, ids=NAMES)
def test_task_hardly_cuts_its_grey_levels(task):
    images = task.make().pool.images
    if task.name not in ("needle", "density"):
        # These two are meant to have black.
        assert np.mean(images == 0) < 1e-3
    assert np.mean(images == 255) < 1e-3


@pytest.mark.parametrize("task", TASKS, ids=NAMES)
def test_task_expects_an_order_of_the_operators_that_it_compares(task):
    named = {operator for pair in task.expected for operator in pair} | set(task.tied)
    assert named == set(task.operators)
    assert not [pair for pair in task.expected if pair[::-1] in task.expected]
    assert all(get_operator(operator) for operator in task.operators)
    assert task.title
    assert task.title_ru


def test_tasks_have_names_and_seeds_of_their_own():
    assert len(set(NAMES)) == len(NAMES)
    assert len({task.seed for task in TASKS}) == len(TASKS)


def test_get_task_names_the_nearest():
    assert get_task("phase").name == "phase"
    with pytest.raises(UnknownNameError, match=r"There is no task 'fase'\. Did you mean 'phase'"):
        get_task("fase")


def test_needle_differs_in_one_pixel():
    facts = get_task("needle").facts
    needle = facts["needle_sd"] * facts["levels_per_sd"]
    means = [_load_grey("needle", label).sum(axis=(1, 2)).mean() for label in (0, 1)]
    assert means[1] - means[0] == pytest.approx(needle, rel=0.3)
    # Nearly every brightest pixel is the needle; they lie all over the picture.
    brightest = _load_grey("needle", 1).reshape(600, -1)
    assert np.mean(brightest.max(axis=1) >= needle) > 0.99
    assert np.bincount(brightest.argmax(axis=1) % 32, minlength=32).min() > 0


def test_density_has_its_rates():
    for label, rate in enumerate((0.26, 0.30)):
        dots = _load_grey("density", label)
        assert set(np.unique(dots)) == {0.0, 200.0}
        assert np.mean(dots > 0) == pytest.approx(rate, abs=0.003)


def test_weak_mean_is_shifted_by_its_part_of_a_standard_deviation():
    for label, sign in enumerate((-1, 1)):
        levels = _load_grey("weak-mean", label)
        assert levels.mean() == pytest.approx(128 + sign * 0.06 * 28, abs=0.2)
        assert levels.std() == pytest.approx(28, abs=0.2)


def test_two_tone_nuisance_hides_the_signal_only_where_it_is_decimated():
    for label, sign in enumerate((-1, 1)):
        rows = _load_grey("two-tone", label).mean(axis=1)
        spectrum = np.abs(np.fft.rfft(rows, axis=1)).mean(axis=0) / 16
        assert set(np.argsort(spectrum)[-4:]) == {0, 1, 9, 10}
        # Amplitudes of a uniform number have half its range for a mean.
        coarse = np.fft.rfft(rows, axis=1)[:, 1].real.mean() / 16
        assert coarse == pytest.approx(sign * 5, abs=0.5)
        decimated = np.fft.rfft(rows[:, ::CELL], axis=1)[:, 1].real.std() / 4
        assert decimated > 8 * np.fft.rfft(rows, axis=1)[:, 1].real.std() / 16


def test_phase_brightens_one_column_of_every_cell():
    for label, column in enumerate((1, 3)):
        means = _load_grey("phase", label).mean(axis=(0, 1))
        bright = np.arange(32) % CELL == column
        assert (means[bright] > means[~bright].max()).all()


def test_blocky_has_one_value_in_each_cell():
    images = get_task("blocky").make().pool.images
    cells = images.reshape(-1, 8, CELL, 8, CELL, 3)
    assert (cells == cells[:, :, :1, :, :1]).all()


def test_shift_objects_lie_all_over_the_picture():
    for label, pixels in enumerate((49, 24)):
        levels = _load_grey("shift", label)
        assert levels.mean() == pytest.approx(100 + 80 * pixels / 1024, abs=0.2)
        inside = levels.mean(axis=0)
        assert inside[0, 0] < inside[16, 16]
        assert inside.max() < 110
