"""The tables, against scikit-learn and against numbers that can be checked by eye."""

import numpy as np
import pytest
from sklearn.metrics import precision_recall_fscore_support

from poolbench.records import SideMetrics
from poolbench.report import pairs, tables
from poolbench.report.read import read_run


@pytest.fixture(scope="module")
def view(run_path):
    return read_run(run_path)


def spread(confusion):
    """Labels and predictions that have this confusion matrix."""
    pairs = [cell for cell in np.ndindex(confusion.shape) for _ in range(confusion[cell])]
    return np.array(pairs).T


@pytest.mark.parametrize(
    "confusion",
    [[[5, 1, 0], [2, 7, 3], [0, 0, 4]], [[3, 2], [0, 0]], [[0, 4], [0, 6]]],
)
def test_class_scores_are_those_of_scikit_learn(confusion):
    confusion = np.array(confusion)
    labels, predicted = spread(confusion)
    expected = precision_recall_fscore_support(
        labels, predicted, labels=range(len(confusion)), zero_division=0.0
    )
    found = tables.compute_class_scores(confusion)
    np.testing.assert_allclose(found, np.stack(expected[:3], axis=1), atol=1e-12)


def test_class_report_averages_over_classes_and_over_pictures(view):
    confusion = np.array([[8, 2, 0], [0, 1, 1], [0, 0, 0]])
    rows = {row.cells[0]: row.cells for row in make_report(view, confusion).rows}
    assert rows["apple"][1:] == ("1.0000", "0.8000", "0.8889", "10")
    assert rows["mean over classes"][2] == f"{(0.8 + 0.5 + 0) / 3:.4f}"
    assert rows["mean over pictures"][2] == f"{9 / 12:.4f}"


def make_report(view, confusion):
    return tables.make_class_report(view, "en", confusion, "held-out")


def test_share_interval_is_honest_when_everything_is_right():
    side = SideMetrics(
        count=10,
        accuracy=1.0,
        nll=0.0,
        calibration_error=0.0,
        macro_f1=1.0,
        confusion=((5, 0), (0, 5)),
        report={},
    )
    low, high = tables.compute_share_interval(side)
    # Wilson 1927 with all n right: n / (n + z²).
    assert low == pytest.approx(10 / (10 + 1.959964**2), abs=1e-6)
    assert high == pytest.approx(1.0)


def test_leaderboard_marks_the_recommended_variant_alone(view):
    table = tables.make_leaderboard(view, "en")
    assert [row.cells[0] for row in table.rows if row.marked] == [view.recommended.label]
    assert table.rows[0].cells[1] == f"{view.variants[0].row.accuracy:.4f}"


def test_all_tables_are_as_wide_as_their_heads(view):
    made = [
        tables.make_leaderboard(view, "ru"),
        pairs.make_differences(view, "ru"),
        tables.make_over_fitting(view, "ru"),
        tables.make_costs(view, "ru"),
        tables.make_shift(view, "ru", "accuracy"),
        tables.make_confusion(view, "ru"),
        tables.make_files(view, "ru"),
        tables.make_verification(view, "ru"),
        tables.make_data(view, "ru"),
        *tables.list_class_reports(view, "ru"),
    ]
    for table in made:
        assert {len(row.cells) for row in table.rows} == {len(table.head)}, table.caption


def test_costs_show_the_largest_memory_or_that_none_is_known(view):
    assert tables.make_costs(view, "en").rows[0].cells[-1] == "412"


def test_verification_shows_each_check_with_its_limit(view):
    rows = tables.make_verification(view, "en").rows
    assert rows[1].cells == ("logits, batches of 7", "4e-06", "0.001", "passed")


def test_flatten_cuts_long_lists_and_says_so():
    pairs = dict(tables.flatten({"skipped": list(range(25)), "none": [], "a": {"b": None}}))
    assert pairs["skipped"] == "0, 1, 2, 3, 4, 5, 6, 7, 8, 9, … (25)"
    assert pairs["none"] == pairs["a.b"] == "—"


def test_signed_numbers_have_a_true_minus():
    assert tables.format_signed(-1.5, 2) == "−1.50"
    assert tables.format_signed(0.25, 2) == "+0.25"
