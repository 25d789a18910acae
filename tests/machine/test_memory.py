"""How many workers there is memory for."""

from poolbench.machine import memory
from poolbench.machine.memory import START_BYTES, bound_starts, bound_workers
from small_studies import SPEED


def test_workers_are_as_many_as_memory_holds():
    assert bound_workers(8, [SPEED], available_bytes=64 << 30) == 8
    assert bound_workers(8, [SPEED], available_bytes=16 << 30) == 3
    assert bound_workers(8, [SPEED], available_bytes=1 << 30) == 1
    unknown = SPEED.model_copy(update={"peak_memory_bytes": None})
    assert bound_workers(8, [unknown], available_bytes=1 << 30) == 8


def test_processes_are_no_more_than_memory_is_free_for():
    assert bound_starts(3, 1000 * START_BYTES) == 3
    # A fifth of what is free stays so.
    assert bound_starts(20, 10 * START_BYTES) == 8
    assert bound_starts(20, START_BYTES // 2) == 1
    assert bound_starts(20, START_BYTES // 2, least=0) == 0


def test_memory_of_workers_that_were_never_begun_is_not_counted_as_theirs(monkeypatch):
    monkeypatch.setattr(memory, "read_available_memory_bytes", lambda: 16 << 30)
    assert bound_workers(8, [SPEED], running=1) == 4
    assert bound_workers(8, [SPEED], running=8) == 8
