"""How many workers there is memory for."""

from poolbench.execution.memory import bound_workers
from poolbench.records import Speed

SPEED = Speed(
    train=0.01,
    watch=0.003,
    judge=0.002,
    start=0.5,
    tables=0.1,
    peak_memory_bytes=4 << 30,
    weights_bytes=1_000_000,
)


def test_workers_are_as_many_as_memory_holds():
    assert bound_workers(8, [SPEED], available_bytes=64 << 30) == 8
    assert bound_workers(8, [SPEED], available_bytes=16 << 30) == 3
    assert bound_workers(8, [SPEED], available_bytes=1 << 30) == 1
    unknown = SPEED.model_copy(update={"peak_memory_bytes": None})
    assert bound_workers(8, [unknown], available_bytes=1 << 30) == 8
