"""Account for every second of a study: what the program did while somebody waited for it."""

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Literal

from poolbench.errors import RunError
from poolbench.planning.budget import MeasuredPlan
from poolbench.records import Account, StudyTiming, TrialSpec
from poolbench.rundir.store import RunStore

Phase = Literal["start", "images", "measure", "train", "final", "hand-over", "verify", "report"]


class Accountant:
    """Measures the phases of one command, and writes them to ``timing.json``.

    Args:
        start_seconds: Since the process began; 0 where that is no part of the study.
    """

    def __init__(self, start_seconds: float = 0.0) -> None:
        self._began = time.perf_counter() - start_seconds
        self._phases: dict[str, float] = {"start": start_seconds} if start_seconds else {}
        self._before: StudyTiming | None = None
        self._account: Account | None = None
        self._missing: list[TrialSpec] = []
        self._workers = 1

    @contextmanager
    def phase(self, name: Phase) -> Iterator[None]:
        """Measure a phase, of which there may be several pieces."""
        started = time.perf_counter()
        try:
            yield
        finally:
            self._phases[name] = self._phases.get(name, 0.0) + time.perf_counter() - started

    def begin(self, store: RunStore, measured: MeasuredPlan) -> None:
        """Note what is still to be trained, and what is known of the last time."""
        self._missing, self._workers = measured.list_missing(store), measured.plan.workers
        with suppress(RunError):
            self._before = store.load_model("timing.json", StudyTiming)

    def add(self, spec: TrialSpec) -> None:
        """Note a trial more that is to be trained."""
        self._missing.append(spec)

    def save(self, store: RunStore) -> None:
        """Write the account; one of a command that trained nothing leaves the last one there."""
        if self._account is None:
            self._account = self._sum_trials(store)
        account = None if self._before is None else self._before.account
        if self._account.trials:
            other = time.perf_counter() - self._began - sum(self._phases.values())
            account = self._account.model_copy(update={"phases": {**self._phases, "other": other}})
        timing = store.load_model("timing.json", StudyTiming)
        store.save_model("timing.json", timing.model_copy(update={"account": account}))

    def _sum_trials(self, store: RunStore) -> Account:
        """Sum up the seconds of the trials that this command trained; its phases are still open."""
        timings = [store.load_timing(s.id) for s in self._missing if store.has_trial(s.id)]
        steps = sum(timing.train_seconds for timing in timings)
        watching = sum(timing.watch_seconds or 0.0 for timing in timings)
        judging = sum(timing.judge_seconds or 0.0 for timing in timings)
        whole = sum(timing.wall_seconds for timing in timings)
        return Account(
            phases={},
            workers=self._workers,
            trials=len(timings),
            steps=steps,
            watching=watching,
            judging=judging,
            rest=max(0.0, whole - steps - watching - judging),
        )
