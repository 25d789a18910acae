"""Draw known-answer image sets, for which theory says which operator must win.

They test the instrument, not the operators: a comparison that does not find these orders is not to
be believed elsewhere. The judge is ``evaluation.probe``: the operator itself at stride 4 on the
plain pictures, then a linear head, so that nothing but the operator can make the difference.

Amplitudes were chosen with pilot seeds (1 to 3) other than those that are judged here, so that each
expected order is clear (five standard errors or more at 5 folds x 2 repeats) while accuracies stay
well inside chance and 1.

Pictures are grey, three equal channels. The numbers are those of NumPy's PCG64 with a seed
sequence: the same for the same task, repetition and version of NumPy.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from poolbench.data.image_set import Half, ImageSet, Labels
from poolbench.errors import UnknownNameError

Measure = Literal["accuracy", "consistency"]
# Grey levels, float64 [N, 32, 32]; rounded and cut to 0-255 only when the set is made.
Planes = NDArray[np.float64]
Draw = Callable[[np.random.Generator, Labels, Mapping[str, float]], Planes]

SIZE = 32
# Pixels, each way, that one value of an operator's output stands for.
CELL = 4


@dataclass(frozen=True)
class Task:
    """A known-answer image set and the answer.

    Attributes:
        classes: Named after what the pictures hold.
        seed: The root of its random numbers.
        count: Pictures in the pool, half of them of each class; the test half has a third as many.
        facts: Amplitudes and the scale, in grey levels, pixels or standard deviations (``_sd``).
        operators: Ids of the operators to compare.
        expected: Pairs of ids, the better one first.
        measure: What the order is about: accuracy, or consistency under a shift.
        draw: Generator, labels and ``facts`` to grey levels.
        tied: Ids of the operators that must give the very same result.
    """

    name: str
    title: str
    title_ru: str
    classes: tuple[str, str]
    seed: int
    count: int
    facts: Mapping[str, float]
    operators: tuple[str, ...]
    expected: tuple[tuple[str, str], ...]
    measure: Measure
    draw: Draw
    tied: tuple[str, ...] = ()

    def make(self, repetition: int = 0) -> ImageSet:
        """Draw the pictures, uint8 ``[count, 32, 32, 3]`` and a test half; each repetition its own.

        Example:
            >>> get_task("needle").make().pool.images.shape
            (1200, 32, 32, 3)
        """
        facts: dict[str, Any] = {
            "test_share": "official",
            "skipped": [],
            "seed": self.seed,
            "repetition": repetition,
            **self.facts,
        }
        pool = self._make_half("train", self.count, repetition, 0)
        test = self._make_half("test", self.count // 3, repetition, 1)
        return ImageSet(
            f"task:{self.name}", self.classes, pool, test, has_official_test=True, facts=facts
        )

    def _make_half(self, name: str, count: int, *key: int) -> Half:
        sequence = np.random.SeedSequence(self.seed, spawn_key=key)
        rng = np.random.Generator(np.random.PCG64(sequence))
        labels = np.arange(count, dtype=np.int64) % len(self.classes)
        levels = np.clip(np.rint(self.draw(rng, labels, self.facts)), 0, 255).astype(np.uint8)
        images = np.repeat(levels[..., None], 3, axis=3)
        return Half(images, labels, tuple(f"{name}/{number}" for number in range(count)))


def list_tasks() -> tuple[Task, ...]:
    """Return all known-answer image sets."""
    return _TASKS


def get_task(name: str) -> Task:
    """Return the known-answer image set of this name.

    Raises:
        UnknownNameError: With the nearest names.
    """
    by_name = {task.name: task for task in _TASKS}
    if name not in by_name:
        raise UnknownNameError("task", name, by_name)
    return by_name[name]


def _draw_needle(rng: np.random.Generator, labels: Labels, facts: Mapping[str, float]) -> Planes:
    planes: Planes = np.maximum(rng.standard_normal((len(labels), SIZE, SIZE)), 0.0)
    down, right = rng.integers(SIZE, size=(2, len(labels)))
    planes[np.arange(len(labels)), down, right] += facts["needle_sd"] * labels
    planes *= facts["levels_per_sd"]
    return planes


def _draw_density(rng: np.random.Generator, labels: Labels, facts: Mapping[str, float]) -> Planes:
    rates = np.array([facts["sparse_rate"], facts["dense_rate"]])[labels]
    is_dot = rng.random((len(labels), SIZE, SIZE)) < rates[:, None, None]
    return np.where(is_dot, np.float64(facts["dot_levels"]), 0.0)


def _draw_weak_mean(rng: np.random.Generator, labels: Labels, facts: Mapping[str, float]) -> Planes:
    planes = rng.standard_normal((len(labels), SIZE, SIZE))
    planes += (_sign(labels) * facts["shift_sd"])[:, None, None]
    return facts["grey_level"] + facts["levels_per_sd"] * planes


def _draw_two_tone(rng: np.random.Generator, labels: Labels, facts: Mapping[str, float]) -> Planes:
    """Draw the sign of a coarse grating, under two fine ones: at stride 4, 9/32 looks like 1/32."""
    count = len(labels)
    signal = _sign(labels) * facts["signal_levels"] * rng.random(count)
    rows = signal[:, None] * _make_wave(1, "cos")
    for periods in (9, 10):
        for kind in ("cos", "sin"):
            amplitude = facts["nuisance_levels_sd"] * rng.standard_normal(count)
            rows += amplitude[:, None] * _make_wave(periods, kind)
    noise = facts["noise_levels_sd"] * rng.standard_normal((count, SIZE, SIZE))
    return facts["grey_level"] + rows[:, None, :] + noise


def _draw_phase(rng: np.random.Generator, labels: Labels, facts: Mapping[str, float]) -> Planes:
    planes = rng.standard_normal((len(labels), SIZE, SIZE))
    column = np.where(labels == 0, 1, 3)[:, None]
    bright = np.arange(SIZE) % CELL == column
    planes += facts["signal_sd"] * bright[:, None, :]
    return facts["grey_level"] + facts["levels_per_sd"] * planes


def _draw_blocky(rng: np.random.Generator, labels: Labels, facts: Mapping[str, float]) -> Planes:
    """Draw constant cells, so that it does not matter which of their values is taken."""
    cells = rng.standard_normal((len(labels), SIZE // CELL, SIZE // CELL))
    cells += (_sign(labels) * facts["shift_sd"])[:, None, None]
    levels = facts["grey_level"] + facts["levels_per_sd"] * cells
    return np.repeat(np.repeat(levels, CELL, axis=1), CELL, axis=2)


def _draw_shift(rng: np.random.Generator, labels: Labels, facts: Mapping[str, float]) -> Planes:
    """Draw a filled square, or its outline, somewhere in the noise."""
    count, side = len(labels), int(facts["object_pixels"])
    objects = np.ones((2, side, side))
    objects[1, 1:-1, 1:-1] = 0.0
    planes: Planes = rng.normal(facts["grey_level"], facts["noise_levels_sd"], (count, SIZE, SIZE))
    corners = rng.integers(SIZE - side + 1, size=(count, 2))
    for plane, label, (down, right) in zip(planes, labels, corners, strict=True):
        plane[down : down + side, right : right + side] += facts["object_levels"] * objects[label]
    return planes


def _sign(labels: Labels) -> Planes:
    """Return -1 for the first class, +1 for the second."""
    return np.where(labels == 0, -1.0, 1.0)


def _make_wave(periods: int, kind: str) -> Planes:
    """Return so many periods over the width of the picture, amplitude 1: ``[32]``."""
    angle = 2 * np.pi * periods * np.arange(SIZE) / SIZE
    return np.cos(angle) if kind == "cos" else np.sin(angle)


_TASKS = (
    Task(
        name="needle",
        title="one bright pixel somewhere in the noise",
        title_ru="один яркий пиксель где-то в шуме",
        classes=("noise", "needle"),
        seed=7301,
        count=1200,
        facts={"needle_sd": 7.0, "levels_per_sd": 20.0},
        operators=("stride", "max", "avg"),
        expected=(("max", "avg"), ("max", "stride")),
        measure="accuracy",
        draw=_draw_needle,
    ),
    Task(
        name="density",
        title="many dots or somewhat fewer",
        title_ru="много точек или немного меньше",
        classes=("sparse dots", "dense dots"),
        seed=7302,
        count=1200,
        facts={"sparse_rate": 0.26, "dense_rate": 0.30, "dot_levels": 200.0},
        operators=("stride", "max", "avg"),
        expected=(("avg", "max"), ("avg", "stride")),
        measure="accuracy",
        draw=_draw_density,
    ),
    Task(
        name="weak-mean",
        title="noise, a little darker or a little brighter",
        title_ru="шум, чуть темнее или чуть светлее",
        classes=("darker noise", "brighter noise"),
        seed=7303,
        count=1200,
        facts={"shift_sd": 0.06, "levels_per_sd": 28.0, "grey_level": 128.0},
        operators=("stride", "max", "avg"),
        expected=(("avg", "max"), ("max", "stride"), ("avg", "stride")),
        measure="accuracy",
        draw=_draw_weak_mean,
    ),
    Task(
        name="two-tone",
        title="the sign of a coarse grating under fine ones that alias onto it",
        title_ru="знак грубой решётки под мелкими, которые при прореживании похожи на неё",
        classes=("dark edges", "dark middle"),
        seed=7304,
        count=1200,
        facts={
            "signal_levels": 10.0,
            "nuisance_levels_sd": 26.0,
            "noise_levels_sd": 4.0,
            "grey_level": 128.0,
        },
        operators=("stride", "avg", "blur"),
        expected=(("avg", "stride"), ("blur", "stride")),
        measure="accuracy",
        draw=_draw_two_tone,
    ),
    Task(
        name="phase",
        title="which column of every cell is the brighter one",
        title_ru="какой столбец каждой клетки светлее",
        classes=("bright second columns", "bright fourth columns"),
        seed=7305,
        count=1200,
        facts={"signal_sd": 0.3, "levels_per_sd": 28.0, "grey_level": 128.0},
        operators=("stride", "max", "avg", "space-to-depth"),
        expected=tuple(("space-to-depth", other) for other in ("stride", "max", "avg")),
        measure="accuracy",
        draw=_draw_phase,
    ),
    Task(
        name="blocky",
        title="cells of one value each, which every plain operator passes on",
        title_ru="клетки из одного значения, которые простые операторы передают одинаково",
        classes=("darker cells", "brighter cells"),
        seed=7306,
        count=1200,
        facts={"shift_sd": 0.15, "levels_per_sd": 28.0, "grey_level": 128.0},
        operators=("stride", "max", "avg"),
        expected=(),
        measure="accuracy",
        draw=_draw_blocky,
        tied=("stride", "max", "avg"),
    ),
    Task(
        name="shift",
        title="a square or its outline, and whether a small shift changes the answer",
        title_ru="квадрат или его контур: меняет ли малый сдвиг ответ",
        classes=("square", "outline"),
        seed=7307,
        count=1200,
        facts={
            "object_pixels": 7.0,
            "object_levels": 80.0,
            "noise_levels_sd": 20.0,
            "grey_level": 100.0,
        },
        operators=("stride", "avg", "blur"),
        expected=(("blur", "stride"), ("avg", "stride")),
        measure="consistency",
        draw=_draw_shift,
    ),
)
