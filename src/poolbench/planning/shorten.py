"""Find options that bring a study which would take hours to one hour."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from poolbench.records import TrialSpec
from poolbench.texts import DEFAULT_LANGUAGE
from poolbench.texts.filling import Filler, Spelling

# A study that takes longer is told how to be shorter.
LONG_SECONDS = 2 * 3600.0
WANTED_SECONDS = 3600.0
# Pictures smaller than this have little left to see.
LEAST_SIZE = 16

# Seconds of some trials, from those of one trial of each variant.
Estimate = Callable[[Sequence[TrialSpec], Mapping[str, float]], float]


class Option(NamedTuple):
    """A setting and its value, as a value of a text.

    Example:
        >>> Option("repeats", 2).tell("en", "options"), Option("repeats", 2).tell("en", "arguments")
        ('--repeats 2', 'repeats=2')
    """

    name: str
    value: str | int

    def tell(self, lang: str | None = None, spelling: Spelling | None = None) -> str:
        """Return it as it is typed."""
        filler = Filler(lang or DEFAULT_LANGUAGE, spelling or "options")
        return filler.vformat(f"{{--{self.name}:{self.value}}}", (), {})


def list_shorter(
    specs: Sequence[TrialSpec], seconds: Mapping[str, float], run: Estimate
) -> list[Option]:
    """List options, each of which alone brings a study to about an hour.

    Args:
        specs: That are still to be trained.
        seconds: Of one trial, by variant id.
    """
    tries = (_try_repeats, _try_epochs, _try_size, _try_operators, _try_limit)
    return [option for find in tries for option in find(specs, seconds, run)]


def _try_repeats(
    specs: Sequence[TrialSpec], seconds: Mapping[str, float], run: Estimate
) -> Iterator[Option]:
    most = 1 + max(spec.repeat for spec in specs)
    for repeats in range(most - 1, 0, -1):
        if run([spec for spec in specs if spec.repeat < repeats], seconds) <= WANTED_SECONDS:
            yield Option("repeats", repeats)
            return


def _try_epochs(
    specs: Sequence[TrialSpec], seconds: Mapping[str, float], run: Estimate
) -> Iterator[Option]:
    share = _find_share(specs, seconds, run)
    epochs = math.floor(share * max(spec.variant.recipe.epochs for spec in specs))
    if epochs >= 1:
        yield Option("epochs", epochs)


def _try_size(
    specs: Sequence[TrialSpec], seconds: Mapping[str, float], run: Estimate
) -> Iterator[Option]:
    """Try smaller pictures, whose cost goes with their area."""
    side = min(specs[0].image_size) * math.sqrt(_find_share(specs, seconds, run))
    size = 8 * math.floor(side / 8)
    if size >= LEAST_SIZE:
        yield Option("image-size", size)


def _try_operators(
    specs: Sequence[TrialSpec], seconds: Mapping[str, float], run: Estimate
) -> Iterator[Option]:
    """Try the first operators of the list."""
    names = list(dict.fromkeys(spec.variant.operator for spec in specs))
    for count in range(len(names) - 1, 1, -1):
        kept = set(names[:count])
        if (
            run([spec for spec in specs if spec.variant.operator in kept], seconds)
            <= WANTED_SECONDS
        ):
            yield Option("operators", ",".join(names[:count]))
            return


def _try_limit(
    specs: Sequence[TrialSpec], seconds: Mapping[str, float], run: Estimate
) -> Iterator[Option]:
    """Try as many repeats as fit, if one of them does."""
    if run([spec for spec in specs if spec.repeat == 0], seconds) <= WANTED_SECONDS:
        yield Option("time-limit", "1h")


def _find_share(specs: Sequence[TrialSpec], seconds: Mapping[str, float], run: Estimate) -> float:
    """Find the share of each trial's seconds with which all of them take an hour."""
    low, high = 0.0, 1.0
    for _ in range(30):
        middle = (low + high) / 2
        fits = run(specs, {name: middle * value for name, value in seconds.items()})
        low, high = (middle, high) if fits <= WANTED_SECONDS else (low, middle)
    return low
