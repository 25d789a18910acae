"""The table of metrics: each entry has its words, its value and its place, or says what is not."""

from dataclasses import replace

import numpy as np
import pytest

from poolbench.config import Frozen
from poolbench.evaluation.metrics import (
    METRICS,
    MetricEntry,
    compute_side_metrics,
    count_as_wrong,
)
from poolbench.records import LeaderboardRow, SideMetrics, StudyTiming
from poolbench.texts import TEXTS

# What a row says beside metrics: whose it is, the metric of the verdict, and what was counted.
FRAME = {"variant", "metric", "accuracy", "accuracy_low", "accuracy_high", "trials"}
FRAME |= {"collapsed", "collapsed_at_most", "worst"}
LOGITS = np.log(np.array([[0.7, 0.2, 0.1], [0.4, 0.5, 0.1], [0.3, 0.3, 0.4]], dtype=np.float32))
LABELS = np.array([0, 0, 2])
ADDED = MetricEntry(
    "sureness", "plain", "higher", compute=lambda logits, labels: 0.25, diverged=0.0
)


def explain_gaps(entry):
    """What was forgotten of a metric, as sentences."""
    headings = [entry.words, *([entry.on_screen] if entry.on_screen else [])]
    for heading in headings:
        for language, words in TEXTS.items():
            if heading not in words:
                yield f"metric {entry.key!r} has no words in texts/{language}: add {heading!r}"
    if entry.source == "side" and not entry.compute and entry.key not in SideMetrics.model_fields:
        yield f"metric {entry.key!r} has no value: give it compute, or a source that reads one"
    if entry.source == "study" and entry.key not in StudyTiming.model_fields:
        yield f"metric {entry.key!r} has no field in StudyTiming"
    if callable(entry.source) and entry.compute:
        yield f"metric {entry.key!r} is computed, and read from elsewhere: one of them is idle"
    taken = [found for found in METRICS if found.key == entry.key and found is not entry]
    if taken or entry.key in FRAME:
        yield f"the key {entry.key!r} is taken"


@pytest.mark.parametrize("entry", METRICS, ids=[entry.key for entry in METRICS])
def test_metric_lacks_nothing(entry):
    gaps = list(explain_gaps(entry))
    assert not gaps, "; ".join(gaps)


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        (ADDED, "metric 'sureness' has no words in texts/ru: add 'report.sureness'"),
        (replace(ADDED, compute=None), "metric 'sureness' has no value"),
        (replace(ADDED, source="study"), "no field in StudyTiming"),
        (replace(ADDED, source=lambda trial, timing: 0.0), "one of them is idle"),
        (replace(ADDED, key="nll"), "the key 'nll' is taken"),
        (replace(ADDED, key="trials"), "the key 'trials' is taken"),
        (replace(ADDED, on_screen="run.column-sureness"), "add 'run.column-sureness'"),
    ],
)
def test_what_was_forgotten_of_a_metric_is_named(entry, said):
    assert said in "; ".join(explain_gaps(entry))


def test_every_number_of_a_row_that_no_metric_gives_is_known():
    keys = {entry.key for entry in METRICS if entry.source != "study"}
    assert keys | FRAME >= set(LeaderboardRow.model_fields), "a field that no metric fills"


def test_side_metrics_hold_what_an_entry_computes_beside_the_others(monkeypatch):
    monkeypatch.setattr("poolbench.evaluation.metrics.METRICS", (*METRICS, ADDED))
    side = compute_side_metrics(LOGITS, LABELS, ("a", "b", "c"))
    again = SideMetrics.model_validate_json(side.model_dump_json())
    assert again.get("sureness") == side.get("sureness") == 0.25
    assert list(side.model_dump())[-1] == "sureness"
    wrong = count_as_wrong(side)
    assert (wrong.accuracy, wrong.macro_f1, wrong.get("sureness")) == (0.0, 0.0, 0.0)
    assert wrong.nll == side.nll


def test_side_metrics_of_a_record_of_before_have_no_value_of_a_new_metric():
    side = compute_side_metrics(LOGITS, LABELS, ("a", "b", "c"))
    assert list(side.model_dump())[: len(SideMetrics.model_fields)] == list(
        SideMetrics.model_fields
    )
    assert side.get("sureness") is None


@pytest.mark.parametrize("value", ["many", None, [1]])
def test_side_metrics_refuse_what_is_no_number(value):
    side: Frozen = compute_side_metrics(LOGITS, LABELS, ("a", "b", "c"))
    with pytest.raises(ValueError, match="sureness"):
        SideMetrics.model_validate({**side.model_dump(), "sureness": value})
