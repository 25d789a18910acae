"""All cases, group by group."""

from functools import cache

from corpus import (
    archives,
    arrays,
    configs,
    folders,
    images_broken,
    images_odd,
    models,
    networks,
    numbers,
    runs,
)
from corpus.case import Case

ROOMS = (
    images_broken,
    images_odd,
    folders,
    arrays,
    archives,
    configs,
    numbers,
    networks,
    runs,
    models,
)
GROUPS = tuple(dict.fromkeys(room.GROUP for room in ROOMS))


@cache
def list_cases() -> tuple[Case, ...]:
    """Every case, in the order of the groups."""
    return tuple(case for room in ROOMS for case in room.list_cases())
