"""Follow a study step by step, and show each state to whoever watches."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from poolbench.config import Metric
from poolbench.executors.base import Progress
from poolbench.records import (
    MOST_POINTS,
    LiveRecord,
    LiveVariant,
    Step,
    TrialSpec,
    thin_curve,
)
from poolbench.results.standings import Standings
from poolbench.rundir.store import LIVE_FILE, RunStore
from poolbench.study.watching.front import Front

# Least seconds between two states on disk.
FILE_SECONDS = 1.0


class Watch:
    """Shows what a study is doing, on a front and in its run directory."""

    def __init__(self, front: Front) -> None:
        self.front = front
        self._store: RunStore | None = None
        self._next_shown = self._next_written = 0.0

    def begin(self, live: LiveRecord) -> None:
        """Show the first state of a step."""
        self.front.begin(live)
        self._next_shown = time.monotonic() + self.front.seconds
        self._write(live)

    def show(self, make: Callable[[], LiveRecord], *, is_last: bool = False) -> None:
        """Show a later state, unless one was shown a moment ago.

        Args:
            make: Makes the state; not called where it is not shown.
            is_last: Show it in any case.
        """
        now = time.monotonic()
        is_shown = is_last or now >= self._next_shown
        is_written = is_last or now >= self._next_written
        if not is_shown and not is_written:
            return
        live = make()
        if is_shown:
            self.front.show(live)
            self._next_shown = now + self.front.seconds
        if is_written:
            self._write(live)

    def end(self) -> None:
        """Take the step away."""
        self.front.end()

    @contextmanager
    def step(self, name: Step) -> Iterator[Callable[[int, int], None]]:
        """Show that something is prepared; yields what takes how much of it is done."""
        self.begin(LiveRecord(step=name))

        def advance(done: int, total: int) -> None:
            share = done / total if total else 0.0
            self.show(lambda: LiveRecord(step=name, done=done, total=total, share=share))

        try:
            yield advance
        finally:
            self.end()

    @contextmanager
    def keep_in(self, store: RunStore) -> Iterator[None]:
        """Write each state into a run that is held, and remove it at the end."""
        self._store = store
        try:
            yield
        finally:
            self._store = None
            store.remove(LIVE_FILE)

    def _write(self, live: LiveRecord) -> None:
        self._next_written = time.monotonic() + FILE_SECONDS
        if self._store is not None:
            self._store.save_model(LIVE_FILE, live)


@dataclass(frozen=True)
class Work:
    """Trials that are to be trained now.

    Attributes:
        specs: The trials.
        seconds: Expected seconds of one trial, by its id.
        step: What is said of it.
        repeats: The number of repeats after which the study is judged.
        metric: What accuracy is.
        labels: The shortest name of each variant.
    """

    specs: Sequence[TrialSpec]
    seconds: Mapping[str, float]
    step: Step = "train"
    repeats: int | None = None
    metric: Metric = "accuracy"
    labels: Mapping[str, str] | None = None


class Tracker:
    """Counts the finished work of some trials and shows it; a context manager."""

    def __init__(self, work: Work, watch: Watch, standings: Standings | None = None) -> None:
        self.work, self.watch, self.standings = work, watch, standings
        self.total = sum(work.seconds.values())
        self.done = 0
        self.started = time.monotonic()
        self._parts: dict[str, float] = {}
        self._specs = {spec.id: spec for spec in work.specs}

    def __enter__(self) -> "Tracker":
        self.watch.begin(self.describe())
        return self

    def __exit__(self, *error: object) -> None:
        self.watch.end()

    def update(self, progress: Progress) -> None:
        """Take an epoch, or the end, of a trial."""
        trial, measures = progress.trial, progress.measures
        if measures is None:
            self.done += 1
            self._parts[trial] = self.work.seconds[trial]
            if self.standings is not None:
                self.standings.take_finished(trial)
        else:
            # After the last epoch a trial is still to be judged and saved.
            epochs = self._specs[trial].variant.recipe.epochs
            self._parts[trial] = self.work.seconds[trial] * progress.epoch / (epochs + 1)
            if self.standings is not None:
                accuracy = measures.held_out_accuracy
                self.standings.take_epoch(trial, progress.epoch, accuracy)
        self.watch.show(self.describe, is_last=self.done == len(self._specs))

    @property
    def share(self) -> float:
        """Finished share of the work, 0–1."""
        return sum(self._parts.values()) / self.total if self.total else 1.0

    @property
    def seconds_left(self) -> float | None:
        """Seconds that are left by the speed so far; ``None`` at the beginning."""
        if not self.share:
            return None
        elapsed = time.monotonic() - self.started
        return elapsed / self.share - elapsed

    def describe(self) -> LiveRecord:
        """Describe how far it is."""
        work = self.work
        seconds_left = self.seconds_left
        variants = tuple(self._list_variants(seconds_left))
        # Those that an earlier process trained count too, as they do in the rows.
        done, total = self.done, len(self._specs)
        if variants:
            done, total = (sum(getattr(row, key) for row in variants) for key in ("done", "total"))
        return LiveRecord(
            step=work.step,
            done=done,
            total=total,
            share=min(self.share, 1.0),
            seconds_left=seconds_left,
            repeats=work.repeats,
            metric=work.metric,
            variants=variants,
        )

    def _list_variants(self, seconds_left: float | None) -> Iterator[LiveVariant]:
        if self.standings is None:
            return
        left = {} if seconds_left is None else self._split(seconds_left)
        labels = self.work.labels or {}
        for name, found in self.standings.list().items():
            interval = found.interval
            yield LiveVariant(
                variant=name,
                label=labels.get(name, name),
                done=found.done,
                total=found.total,
                accuracy=None if interval is None else interval.mean,
                low=None if interval is None else interval.low,
                high=None if interval is None else interval.high,
                curve=thin_curve(found.curve, MOST_POINTS),
                seconds_left=left.get(name, 0.0) if left else None,
            )

    def _split(self, seconds: float) -> dict[str, float]:
        """Split the seconds that are left by the work that is left of each variant."""
        rest = self.total - sum(self._parts.values())
        shares: dict[str, float] = {}
        for trial, spec in self._specs.items():
            open_work = self.work.seconds[trial] - self._parts.get(trial, 0.0)
            shares[spec.variant.id] = shares.get(spec.variant.id, 0.0) + open_work
        return {name: seconds * part / rest if rest else 0.0 for name, part in shares.items()}
