"""How far a study is: counted from what its trials say, on the screen and in its folder."""

import pytest

from poolbench.executors.base import Measures, Progress
from poolbench.records import LiveRecord
from poolbench.results.standings import Standings
from poolbench.rundir.store import LIVE_FILE, RunStore
from poolbench.study.watching import Tracker, Watch, Work, open_front


class Recorded:
    """A front that keeps what it was shown."""

    seconds = 0.0

    def __init__(self):
        self.shown = []
        self.is_over = False

    def begin(self, live):
        self.shown.append(live)

    def show(self, live):
        self.shown.append(live)

    def end(self):
        self.is_over = True


@pytest.fixture
def front():
    return Recorded()


@pytest.fixture
def work(plan_of):
    specs = plan_of(operators=("max", "avg")).specs
    # Those of one variant take three times as long.
    return Work(specs, {s.id: 3.0 if s.variant.operator == "max" else 1.0 for s in specs})


def take_epoch(spec, epoch, accuracy=0.5):
    return Progress("epoch", spec.id, epoch, Measures(1.0, 0.5, 1.0, accuracy))


def test_share_counts_epochs_by_what_a_trial_takes(work, front):
    slow, quick = ([s for s in work.specs if s.variant.operator == name] for name in ("max", "avg"))
    with Tracker(work, Watch(front)) as tracker:
        assert (tracker.share, tracker.seconds_left) == (0.0, None)
        tracker.update(take_epoch(slow[0], 1))
        # One of two epochs, and what comes after the last.
        assert tracker.share == pytest.approx(3.0 / 3 / 8)
        tracker.update(Progress("done", slow[0].id))
        assert tracker.share == pytest.approx(3 / 8)
        for spec in (slow[1], *quick):
            tracker.update(Progress("done", spec.id))
    assert (tracker.share, tracker.seconds_left) == (1.0, 0.0)
    assert [live.done for live in front.shown] == [0, 0, 1, 2, 3, 4]
    assert front.is_over


def test_seconds_left_are_split_by_the_work_of_each_variant(work, front, small_set, tmp_path):
    standings = Standings(RunStore(tmp_path), small_set.pool, "accuracy")
    standings.expect(work.specs)
    with Tracker(work, Watch(front), standings) as tracker:
        tracker.update(take_epoch(work.specs[0], 1, 0.25))
    last = front.shown[-1]
    parts = {row.variant: row.seconds_left for row in last.variants}
    assert sum(parts.values()) == pytest.approx(last.seconds_left)
    first = work.specs[0].variant.id
    assert next(row for row in last.variants if row.variant == first).curve == (0.25,)


def test_state_is_in_the_run_while_it_is_held_and_gone_after(work, front, tmp_path):
    store = RunStore(tmp_path)
    watch = Watch(front)
    with pytest.raises(KeyboardInterrupt), watch.keep_in(store):
        with watch.step("measure") as advance:
            assert store.load_model(LIVE_FILE, LiveRecord).step == "measure"
            advance(1, 2)
        with Tracker(work, watch):
            live = store.load_model(LIVE_FILE, LiveRecord)
            assert (live.step, live.total) == ("train", len(work.specs))
            raise KeyboardInterrupt
    assert not store.has(LIVE_FILE)
    assert front.is_over


def test_state_is_not_made_more_often_than_it_is_shown(front):
    front.seconds = 3600.0
    watch = Watch(front)
    made = []
    watch.begin(LiveRecord(step="train"))
    watch.show(lambda: made.append(1) or LiveRecord(step="train"))
    watch.show(lambda: made.append(1) or LiveRecord(step="train"))
    # The first is for the folder, which was not written to yet in this second.
    assert len(made) <= 1
    watch.show(lambda: LiveRecord(step="train", done=9), is_last=True)
    assert front.shown[-1].done == 9


def test_front_is_chosen_by_where_words_go():
    from rich.console import Console

    kinds = [
        type(open_front(Console(**options), "en")).__name__
        for options in ({"quiet": True}, {"force_terminal": True}, {"force_terminal": False})
    ]
    assert kinds == ["QuietFront", "TerminalFront", "LinesFront"]
