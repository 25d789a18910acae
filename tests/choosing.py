"""Which tests run: those of every day, a part of the rest by turns, or all.

A test marked ``full`` is left out by default. Of the cases of a test marked ``one_of_each`` the
default keeps few in which every value of every parameter occurs; where ``by`` is given, every value
of what it makes of the parameters. The other cases become ``full``, unless ``-k`` names what
is to run. Both marks say about how many
seconds a case takes on one core, so that the parts that ``.ci/run`` takes by turns last as long as
each other; what is marked ``full(..., always=True)`` is in all of them.
"""

import os
import random
from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

SOURCE = Path(__file__).parents[1] / "src"
# So many runs with consecutive seeds take all tests marked full.
PARTS = 12


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Return one process more than there are processors: tests also wait for processes."""
    return (os.cpu_count() or 1) + 1


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Leave out modules without examples: to look for them takes seconds in every process."""
    is_module = collection_path.is_relative_to(SOURCE) and collection_path.suffix == ".py"
    return True if is_module and b">>>" not in collection_path.read_bytes() else None


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--seed", type=int, help=f"of the tests marked full, take the part of this number ({PARTS})"
    )


def pytest_report_header(config: pytest.Config) -> str | None:
    seed = config.getoption("seed")
    return None if seed is None else f"tests marked full: the part of --seed {seed}"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark what is full; with a seed, leave out all of it but one part."""
    families: dict[object, list[Any]] = defaultdict(list)
    for item in items:
        # Whoever names what is to run gets all of it.
        if item.get_closest_marker("one_of_each") and not config.getoption("keyword"):
            families[item.path, item.originalname].append(item)  # type: ignore[attr-defined]
    for cases in families.values():
        mark_full(cases)
    seed = config.getoption("seed")
    if seed is not None:
        seconds = read_seconds(items)
        left_out = seconds.keys() - choose_part(seconds, seed)
        config.hook.pytest_deselected(items=[item for item in items if item.nodeid in left_out])
        items[:] = [item for item in items if item.nodeid not in left_out]


def mark_full(cases: list[Any]) -> None:
    """Mark the cases that the default leaves out."""
    mark = cases[0].get_closest_marker("one_of_each")
    by = mark.kwargs.get("by", get_identities)
    kept = cover([by(case.callspec.params) for case in cases])
    for number, case in enumerate(cases):
        if number not in kept:
            case.add_marker(pytest.mark.full(seconds=mark.kwargs["seconds"]))


def get_identities(params: Mapping[str, object]) -> dict[str, int]:
    """Return what tells one value of a parameter from another, which may have no hash."""
    return {name: id(value) for name, value in params.items()}


def cover(cases: list[Mapping[str, Hashable]]) -> set[int]:
    """Return the numbers of few cases in which every value of every parameter occurs.

    >>> sorted(cover([{"a": a, "b": b} for a in range(2) for b in range(3)]))
    [0, 2, 4]
    """
    missing = {pair for case in cases for pair in case.items()}
    kept = set()
    while missing:
        best = max(range(len(cases)), key=lambda number: len(missing & cases[number].items()))
        missing -= cases[best].items()
        kept.add(best)
    return kept


def read_seconds(items: Iterable[pytest.Item]) -> dict[str, float]:
    """Return how long each test takes that runs by turns."""
    found = {}
    for item in items:
        mark = item.get_closest_marker("full")
        is_slow = item.get_closest_marker("slow") is not None
        if mark is not None and not is_slow and not mark.kwargs.get("always", False):
            found[item.nodeid] = float(mark.kwargs["seconds"])
    return found


def choose_part(seconds: Mapping[str, float], seed: int) -> set[str]:
    """Return the tests of one part; all parts take about as long.

    Seeds from a multiple of ``PARTS`` to the next divide the tests in the same way.

    Args:
        seconds: How long each test takes.

    >>> parts = [choose_part({"a": 9, "b": 2, "c": 2, "d": 5}, seed) for seed in range(PARTS)]
    >>> sorted(name for part in parts for name in part)
    ['a', 'b', 'c', 'd']
    """
    turn, number = divmod(seed, PARTS)
    names = sorted(seconds)
    random.Random(turn).shuffle(names)
    parts: list[set[str]] = [set() for _ in range(PARTS)]
    sums = [0.0] * PARTS
    for name in sorted(names, key=lambda name: -seconds[name]):
        least = sums.index(min(sums))
        parts[least].add(name)
        sums[least] += seconds[name]
    return parts[number]
