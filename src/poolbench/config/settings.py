"""The keyword arguments of :func:`poolbench.compare`, so that an editor can complete them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal, TypedDict

from poolbench.config.schema import Metric, Precision, Protocol, RecipeConfig, Tune, Vary


class Settings(TypedDict, total=False):
    """Fields of :class:`StudyConfig` as a person gives them, and ``preset``, which sets several."""

    preset: Literal["quick", "standard", "thorough"]
    recipes: Sequence[str]
    protocol: Protocol
    folds: int
    repeats: int | Literal["auto"]
    most_repeats: int
    time_limit_seconds: int | str | None
    epochs: int | None
    margin_points: float
    metric: Metric | Literal["auto"]
    baseline: str | None
    replicas: int
    seed: int
    device: str
    precision: Precision | Literal["auto"]
    workers: int | None
    stack: int | Literal["auto"]
    rewrites: bool
    tune: Tune
    vary: Sequence[Vary]
    methods: bool
    weights: str | Path | None
    executor: Literal["local", "ray"]
    address: str | None
    storage: str | Path | None
    allow_mixed: bool
    own_recipes: Sequence[RecipeConfig]
