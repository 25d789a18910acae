"""The tables, against scikit-learn and against numbers that can be checked by eye."""

import json
from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import precision_recall_fscore_support

from poolbench.evaluation.metrics import METRICS, MetricEntry
from poolbench.records import Headline
from poolbench.report import about, classes, tables
from poolbench.report.build import list_tables
from poolbench.report.faults import Faults
from poolbench.report.read import read_run
from poolbench.report.table import Row, Table, format_count, format_signed, format_size
from poolbench.report.words import say, speak
from poolbench.texts import TEXTS
from poolbench.texts.checks import name_check


@pytest.fixture(scope="module")
def view(run_path):
    return read_run(run_path)


def tell(cells, lang="en"):
    """The cells of a row as they are read."""
    return tuple(speak(cell, lang) for cell in cells)


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
    found = classes.compute_class_scores(confusion)
    np.testing.assert_allclose(found, np.stack(expected[:3], axis=1), atol=1e-12)


def test_class_report_averages_over_classes_and_over_pictures(view):
    confusion = np.array([[8, 2, 0], [0, 1, 1], [0, 0, 0]])
    table = classes.report_classes(view.data.classes, confusion, "held-out")
    rows = {speak(row.cells[0], "en"): row.cells for row in table.rows}
    assert tell(rows["apple"][1:]) == ("1.0000", "0.8000", "0.8889", "10")
    assert tell(rows["apple"][1:], "ru") == ("1,0000", "0,8000", "0,8889", "10")
    assert tell(rows["macro average"])[2] == f"{(0.8 + 0.5 + 0) / 3:.4f}"
    assert tell(rows["weighted average"])[2] == f"{9 / 12:.4f}"


def test_final_table_tells_one_metric_its_interval_and_the_constant_answer(view):
    told = Headline(
        metric="balanced-accuracy",
        value=0.51,
        low=0.4,
        high=0.6,
        constant=1 / 3,
        pictures=60,
        groups=12,
    )
    final = view.final.model_copy(update={"headline": told})
    table = about.make_final(replace(view, final=final))
    rows = dict(tell(row.cells) for row in table.rows)
    assert rows["test balanced accuracy"] == "0.5100" and "test accuracy" not in rows
    assert rows[speak(say("report.interval"), "en")] == "0.4000 to 0.6000"
    assert rows["majority-class baseline"] == "0.3333"
    assert (rows["test images"], rows["groups of test images"]) == ("60", "12")


def test_leaderboard_marks_the_recommended_variant_alone(view):
    table = tables.make_leaderboard(view)
    assert [row.cells[0] for row in table.rows if row.marked] == [view.leading.label]
    assert tell(table.rows[0].cells)[1] == f"{view.variants[0].row.accuracy:.4f}"


INTERVAL = "95% interval"
GAP = "train − held-out (points)"
HEAD = (
    *("variant", "accuracy", INTERVAL, "macro F1", "NLL (nats)", "calibration error", GAP),
    *("training time (s)", "latency (ms)", "parameters", "multiply-adds", "trials"),
)


def test_leaderboard_has_the_metrics_in_their_order_and_knows_which_way_is_better(view):
    table = tables.make_leaderboard(view)
    head = [speak(cell, "en") for cell in table.head]
    assert [name for name in head if name in HEAD] == list(HEAD)
    row, cells = view.variants[0].row, dict(zip(head, tell(table.rows[0].cells), strict=True))
    assert cells["NLL (nats)"] == f"{row.nll:.4f}"
    assert cells[GAP] == format_signed(100 * row.gap, 2).speak("en")
    assert cells["multiply-adds"] == f"{row.multiply_adds / 1e6:.2f} million"
    assert cells["parameters"] == "33,219"
    assert "33\N{NO-BREAK SPACE}219" in tell(table.rows[0].cells, "ru")
    higher = {"variant", "accuracy", INTERVAL, "macro F1", "trials"}
    assert {head[place] for place in table.lower_first} & set(HEAD) == set(HEAD) - higher
    chosen = tables.make_leaderboard(view, ["nll"])
    assert [speak(cell, "en") for cell in chosen.head] == [*HEAD[:3], "NLL (nats)", "trials"]


def test_over_fitting_says_which_rate_of_collapses_is_compatible_with_those_seen(view):
    row = view.variants[0].row.model_copy(
        update={"collapsed": 1, "collapsed_at_most": 0.394, "worst": 0.3333}
    )
    changed = replace(view, variants=(replace(view.variants[0], row=row), *view.variants[1:]))
    told = tell(tables.make_over_fitting(changed).rows[0].cells)
    assert told[3:5] == ("0.3333", "1 (at most 39%)")
    # Runs of before know the number alone.
    assert tell(tables.make_over_fitting(view).rows[0].cells)[3:5] == ("—", "0")


def test_a_metric_that_a_run_of_before_lacks_is_absent_and_nothing_else_changes(view, monkeypatch):
    before = tables.make_leaderboard(view)
    added = MetricEntry("sureness", "plain", "higher", compute=lambda logits, labels: 0.25)
    for room in (tables, about):
        monkeypatch.setattr(room, "METRICS", (*METRICS, added))
    for words in TEXTS.values():
        monkeypatch.setitem(words, added.words, "sureness")
    table = tables.make_leaderboard(view)
    assert [row.cells[-2] for row in table.rows] == ["—"] * len(view.variants)
    assert [(*row.cells[:-2], row.cells[-1]) for row in table.rows] == [
        row.cells for row in before.rows
    ]
    assert about.make_final(view).rows[-1].cells[1] == "—"


def test_all_tables_are_as_wide_as_their_heads(view):
    made = list_tables(view, Faults())
    assert len(made) == 17
    for name, table in made.items():
        assert {len(row.cells) for row in table.rows} == {len(table.head) or 2}, name


def test_class_scores_say_what_the_recommended_variant_is_better_by(view):
    table = classes.make_class_scores(view)
    best = view.leading
    [other] = [v for v in view.variants if v.label in table.head[2].speak("en") and v is not best]
    own, its = (classes.compute_class_scores(v.held_out_confusion)[:, 2] for v in (best, other))
    shown = [float(row.cells[2].plain) for row in table.rows]
    np.testing.assert_allclose(shown, 100 * (own - its), atol=0.005)


def test_a_table_as_csv_holds_numbers_that_programs_read():
    first = ("<b>", format_signed(-1.5, 2), format_count(37316))
    rows = (Row(first), Row(("=1+1", format_signed(0.25, 2), "a, b")))
    content = Table(say("report.data-caption"), (say("report.class"), "x", "y"), rows).to_csv("ru")
    assert content.decode("utf-8-sig").splitlines() == [
        "класс,x,y",
        "<b>,-1.50,37316",
        '\'=1+1,+0.25,"a, b"',
    ]


def test_over_fitting_of_a_single_training_has_no_interval_of_the_loss(make_run):
    [row] = tables.make_over_fitting(read_run(make_run(variants=1, repeats=1, protocol="lab"))).rows
    assert " to " in speak(row.cells[5], "en")
    assert " to " not in speak(row.cells[6], "en")


def test_costs_show_the_largest_memory_or_that_none_is_known(view):
    assert tell(tables.make_costs(view).rows[0].cells)[-1] == "412"


def test_verification_shows_each_check_with_its_limit(view):
    rows = about.make_verification(view).rows
    assert tell(rows[1].cells) == ("logits, batches of 7", "4 × 10⁻⁶", "0.001", "passed")
    assert tell(rows[1].cells, "ru")[1:] == ("4·10⁻⁶", "0,001", "пройдена")


def test_values_are_told_in_words_and_long_lists_are_cut():
    pairs = dict(about.flatten({"skipped": list(range(25)), "none": [], "a": {"b": None}}))
    assert speak(about.tell_value(pairs["skipped"]), "ru") == "0, 1, 2, 3, 4, 5, 6, 7, 8, 9, … (25)"
    assert about.tell_value(pairs["none"]) == about.tell_value(pairs["a.b"]) == "—"
    assert speak(about.tell_value(0.25), "ru") == "0,25"
    assert speak(about.tell_value(True), "ru") == "да"
    assert speak(about.tell_value(7301), "en") == "7,301"
    assert about.tell_value(7301, is_counted=False) == "7301"


@pytest.mark.parametrize(
    ("count", "english", "russian"),
    [
        (25276514304, "25.3 GB", "25,3\N{NO-BREAK SPACE}ГБ"),
        (412_000_000, "412.0 MB", "412,0\N{NO-BREAK SPACE}МБ"),
        (1500, "1.5 kB", "1,5\N{NO-BREAK SPACE}КБ"),
    ],
)
def test_bytes_are_told_in_a_unit_that_fits(count, english, russian):
    size = format_size(count)
    assert (size.speak("en"), size.speak("ru"), size.plain) == (english, russian, str(count))


def test_signed_numbers_have_a_true_minus():
    assert format_signed(-1.5, 2).speak("en") == "−1.50"
    assert format_signed(0.25, 2).speak("ru") == "+0,25"


def test_every_check_of_a_proof_has_a_name_in_russian(finished):
    checks = json.loads((finished[0] / "best" / "verification.json").read_text())["checks"]
    spoken = {name_check(check["name"]).tell("ru") for check in checks}
    assert {"веса в обоих файлах", "логиты, размер пакета 7", "SHA-256 файла model.onnx"} <= spoken
    assert name_check("something new, batch 1").tell("ru") == "something new, batch 1"
