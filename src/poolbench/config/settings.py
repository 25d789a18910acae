"""The keyword arguments of :func:`poolbench.compare`, so that an editor can complete them."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, TypedDict

from poolbench.config.names import OPTION_NAMES
from poolbench.config.reading import split_names
from poolbench.config.schema import Log, Metric, Precision, Protocol, RecipeConfig, Tune, Vary
from poolbench.errors import UnknownNameError, UsageError

# Fields that are several names, which may stand in one string with commas.
LISTS = ("recipes", "vary", "log")


class Settings(TypedDict, total=False):
    """Fields of :class:`StudyConfig` as a person gives them, and ``preset``, which sets several.

    Where the command line has another name for a field, that is understood too: ``margin``,
    ``time_limit`` and ``no_rewrites``.
    """

    preset: Literal["quick", "standard", "thorough"]
    recipes: str | Sequence[str]
    protocol: Protocol
    folds: int
    repeats: int | Literal["auto"]
    most_repeats: int
    time_limit: int | str | None
    time_limit_seconds: int | str | None
    epochs: int | None
    margin: float
    margin_points: float
    metric: Metric | Literal["auto"]
    baseline: str | None
    replicas: int
    seed: int
    device: str
    precision: Precision | Literal["auto"]
    workers: int | None
    stack: int | Literal["auto"]
    no_rewrites: bool
    rewrites: bool
    tune: Tune
    vary: str | Sequence[Vary]
    methods: bool
    weights: str | Path | None
    executor: Literal["local", "ray"]
    address: str | None
    storage: str | Path | None
    allow_mixed: bool
    log: str | Sequence[Log]
    own_recipes: Sequence[RecipeConfig]


def read_settings(given: Mapping[str, Any], others: Iterable[str] = ()) -> dict[str, Any]:
    """Return settings under the names of their fields, with names in one string split.

    Args:
        others: What else could have been meant by a setting that there is not.

    Raises:
        UnknownNameError: For a setting that there is not.
        UsageError: For a setting that is given under two names.
    """
    values: dict[str, Any] = {}
    for name, value in given.items():
        if name not in Settings.__annotations__:
            raise UnknownNameError("setting", name, [*others, *Settings.__annotations__])
        field = "rewrites" if name == "no_rewrites" else OPTION_NAMES.get(name, name)
        if field != name and field in given:
            raise UsageError("config.two-names", first=name, second=field)
        if name == "no_rewrites":
            values[field] = not value
        elif field in LISTS and isinstance(value, str):
            values[field] = split_names(value)
        else:
            values[field] = value
    return values
