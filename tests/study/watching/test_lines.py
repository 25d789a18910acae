"""Where there is no terminal: few lines, and what takes long is named."""

import io
import itertools

import pytest
from rich.console import Console

from poolbench.records import LiveRecord, LiveVariant
from poolbench.study.watching import lines
from poolbench.study.watching.lines import LINE_SECONDS, LinesFront

VARIANT = LiveVariant(variant="max", label="max", done=0, total=10)


@pytest.fixture
def clock(monkeypatch):
    """What the front takes for the time, to be moved."""
    now = [1000.0]
    monkeypatch.setattr(lines.time, "monotonic", lambda: now[0])
    return now


@pytest.fixture
def front():
    return LinesFront(Console(file=io.StringIO(), width=200), "en")


def read(front):
    return front.console.file.getvalue().splitlines()


def test_no_two_lines_within_ten_seconds_and_no_line_without_news(front, clock):
    front.begin(LiveRecord(step="train", variants=(VARIANT,)))
    times = []
    for second in range(400):
        clock[0] += 0.5
        share = second / 400
        before = len(read(front))
        front.show(LiveRecord(step="train", share=share, done=1, total=9, variants=(VARIANT,)))
        times += [clock[0]] * (len(read(front)) - before)
    assert len(times) > 5
    assert min(b - a for a, b in itertools.pairwise(times)) >= LINE_SECONDS
    # Of a study that stands still nothing new is said.
    said = len(read(front))
    for _ in range(100):
        clock[0] += LINE_SECONDS
        front.show(LiveRecord(step="train", share=0.998, variants=(VARIANT,)))
    assert len(read(front)) <= said + 1


def test_short_study_says_nothing_of_its_progress(front, clock):
    front.begin(LiveRecord(step="train", variants=(VARIANT,)))
    clock[0] += LINE_SECONDS / 2
    front.show(LiveRecord(step="train", share=1.0, variants=(VARIANT,)))
    front.end()
    assert read(front) == []


def test_long_step_is_named_once_it_takes_long_and_a_short_one_never(monkeypatch, front):
    monkeypatch.setattr(lines, "LONG_SECONDS", 0.0)
    front.begin(LiveRecord(step="measure"))
    front._timer.join()
    front.end()
    assert read(front) == ["Measuring the speed of this machine…"]
    monkeypatch.setattr(lines, "LONG_SECONDS", 3600.0)
    front.begin(LiveRecord(step="verify"))
    timer = front._timer
    front.end()
    timer.join()
    assert len(read(front)) == 1


def test_step_that_is_counted_says_how_far_it_is(front, clock):
    front.begin(LiveRecord(step="measure"))
    clock[0] += LINE_SECONDS
    front.show(LiveRecord(step="measure", done=12, total=46, share=12 / 46))
    front.end()
    assert read(front) == ["Measuring the speed of this machine 12/46…"]
