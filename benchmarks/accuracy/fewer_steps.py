"""Does a recipe of half the steps reach what a recipe reaches? On classes that no figure reports.

    python -m benchmarks.accuracy.fewer_steps search --data-file cifar-100-python.tar.gz
    python -m benchmarks.accuracy.fewer_steps judge --data-file … --candidate 17

``RESERVE_SEED`` draws 36 classes of CIFAR-100, twelve triples, for the judgement, and 18 others,
six triples, for the search; none is in a reported figure. ``search`` trains candidates of half
the steps of recipe quick by successive halving: every round trains those that are left on more
triples and folds, the same for all, and keeps the best third. ``judge`` trains one candidate and
quick as it is on the twelve triples, five folds and two repeats each, with stride, max and average
pooling, and tells the difference with its 90 % interval, the triples being the sample. Trainings
that are on file are not done again. Accuracies and the summary go to benchmarks/results/accuracy.
"""

import argparse
import csv
import json
import math
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import product
from multiprocessing import get_context
from pathlib import Path
from statistics import mean, stdev

import numpy as np
import torch
from scipy import stats

from benchmarks import machine
from poolbench.config import DataConfig, RecipeConfig, StudyConfig
from poolbench.data.load import load_image_set
from poolbench.planning.plan import make_plan
from poolbench.training.recipes import get_recipe
from poolbench.trials.run import run_trial
from poolbench.trials.session import Session

ROOM = machine.RESULTS / "accuracy"
RESERVE_SEED = 27
# In figures of the documentation: the lab's classes, "Ten classes" (docs/accuracy.md), and those on
# which recipe quick itself was chosen.
REPORTED = {*range(10), 33, 43, 55, 58, 42, 47, 57}
JUDGED_TRIPLES, SEARCHED_TRIPLES = 12, 6
# The number that stands for recipe quick as it is.
QUICK = -1
OPERATORS = ("stride", "max", "avg")
FOLDS, REPEATS = 5, 2
MARGIN, CONFIDENCE = 0.5, 0.9
COLUMNS = ("candidate", "triple", "operator", "repeat", "fold", "accuracy", "nll")
# What a candidate may change, and how many are drawn besides those that are named. The epochs are
# half of quick's.
EPOCHS = 20
CHOICES: dict[str, tuple[object, ...]] = {
    "learning_rate": (0.01, 0.02, 0.03, 0.05),
    "batch_size": (32, 64),
    "weight_decay": (0.002, 0.005, 0.01),
    "schedule": ("one-cycle", "cosine"),
    "warmup_fraction": (0.1, 0.25),
    "label_smoothing": (0.0, 0.1),
    "flip": ("random", "alternating"),
    "translate_pixels": (2, 3, 4),
    "ema_decay": (0.0, 0.95, 0.98),
    "whitened": (False, True),
    "initialization": ("uniform", "dirac"),
    "test_views": ("one", "mirror"),
}
NAMED: tuple[dict[str, object], ...] = (
    {},
    {"test_views": "mirror"},
    {"test_views": "mirror", "flip": "alternating"},
    {"test_views": "mirror", "flip": "alternating", "translate_pixels": 2},
    {"test_views": "mirror", "flip": "alternating", "whitened": True},
    {"test_views": "mirror", "flip": "alternating", "initialization": "dirac"},
    {"test_views": "mirror", "flip": "alternating", "label_smoothing": 0.1},
    {"test_views": "mirror", "flip": "alternating", "learning_rate": 0.03},
    {"test_views": "mirror", "flip": "alternating", "ema_decay": 0.98},
)
DRAWN = 21
# Rounds of the search: triples, folds of each, candidates that are left after it.
ROUNDS = ((2, 2, 10), (4, 3, 3), (6, 5, 1))


@dataclass(frozen=True)
class Cell:
    """One training of a candidate, or of ``QUICK``."""

    candidate: int
    triple: tuple[int, ...]
    operator: str
    repeat: int
    fold: int


def main() -> None:
    """One part of the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("part", choices=("search", "judge"))
    parser.add_argument("--data-file", required=True)
    parser.add_argument("--candidate", type=int)
    parser.add_argument("--processes", type=int, default=2)
    machine.add_short(parser)
    arguments = parser.parse_args()
    kept = Kept(ROOM / f"fewer-steps-{arguments.part}.csv", arguments)
    if arguments.part == "search":
        figures = search(kept, arguments.short)
    else:
        if arguments.candidate is None:
            parser.error("judge needs --candidate")
        figures = judge(kept, arguments.candidate, arguments.short)
    print(json.dumps(figures, indent=1))
    print(machine.save(f"fewer-steps-{arguments.part}", figures, room="accuracy"))


def reserve_classes() -> tuple[list[tuple[int, ...]], list[tuple[int, ...]]]:
    """Draw the triples of the judgement and those of the search."""
    free = [number for number in range(100) if number not in REPORTED]
    drawn = np.random.default_rng(RESERVE_SEED).permutation(free).tolist()
    triples = [tuple(sorted(drawn[place : place + 3])) for place in range(0, len(drawn) - 2, 3)]
    return triples[:JUDGED_TRIPLES], triples[JUDGED_TRIPLES : JUDGED_TRIPLES + SEARCHED_TRIPLES]


def list_candidates() -> list[dict[str, object]]:
    """List what each candidate changes in recipe quick."""
    rng = np.random.default_rng(RESERVE_SEED)
    drawn = [
        {name: values[rng.integers(len(values))] for name, values in CHOICES.items()}
        for _ in range(DRAWN)
    ]
    return [{"epochs": EPOCHS, **changes} for changes in (*NAMED, *drawn)]


def make_recipe(candidate: int) -> RecipeConfig:
    """Return the recipe of a candidate, or quick as it is."""
    changes = {} if candidate == QUICK else list_candidates()[candidate]
    values = {**get_recipe("quick").model_dump(), **changes, "name": f"c{candidate}"}
    return RecipeConfig.model_validate(values)


class Kept:
    """The trainings on file, and the processes that add to them."""

    def __init__(self, path: Path, arguments: argparse.Namespace) -> None:
        """Read what is there."""
        self.path, self.arguments = path, arguments
        path.parent.mkdir(parents=True, exist_ok=True)
        self.found: dict[Cell, float] = {}
        if path.is_file():
            with path.open(encoding="utf-8", newline="") as file:
                for row in csv.DictReader(file):
                    self.found[_read_cell(row)] = float(row["accuracy"])

    def train(self, cells: Iterable[Cell]) -> None:
        """Train what is not on file, and add it."""
        wanted = sorted(
            {cell for cell in cells if cell not in self.found}, key=lambda cell: cell.triple
        )
        tasks = [(cell, self.arguments.data_file, self.arguments.short) for cell in wanted]
        is_new = not self.path.is_file()
        with (
            ProcessPoolExecutor(self.arguments.processes, mp_context=get_context("spawn")) as pool,
            self.path.open("a", encoding="utf-8", newline="") as file,
        ):
            writer = csv.writer(file, lineterminator="\n")
            if is_new:
                writer.writerow(COLUMNS)
            for cell, (accuracy, nll) in zip(wanted, pool.map(_train, tasks), strict=True):
                self.found[cell] = accuracy
                writer.writerow(
                    [
                        cell.candidate, "-".join(map(str, cell.triple)), cell.operator,
                        cell.repeat, cell.fold, accuracy, nll,
                    ]
                )  # fmt: skip
                file.flush()


def search(kept: Kept, is_short: bool) -> dict[str, object]:
    """Find the best candidate; its mean accuracy and that of quick in every round."""
    triples = reserve_classes()[1]
    left = list(range(len(list_candidates())))
    rounds = []
    if is_short:
        left = left[:2]
    for number, (count, folds, survivors) in enumerate(ROUNDS[: 1 if is_short else None]):
        cells = list(_list_cells(triples[: 1 if is_short else count], 1, folds))
        kept.train(_of(cells, (*left, QUICK)))
        scores = {
            candidate: mean(kept.found[cell] for cell in _of(cells, (candidate,)))
            for candidate in (QUICK, *left)
        }
        left = sorted(left, key=lambda candidate: (-scores[candidate], candidate))[:survivors]
        rounds.append(
            {
                "round": number + 1,
                "trainings_each": len(cells),
                "accuracy": {str(key): round(value, 4) for key, value in scores.items()},
                "left": left,
            }
        )
        print(json.dumps(rounds[-1]), flush=True)
    candidates = {str(number): c for number, c in enumerate(list_candidates())}
    return {"triples": triples, "rounds": rounds, "candidates": candidates}


def judge(kept: Kept, candidate: int, is_short: bool) -> dict[str, object]:
    """Compare a candidate with quick on the reserved triples, for every operator."""
    triples = reserve_classes()[0]
    if is_short:
        triples = triples[:2]
    folds, repeats = (2, 1) if is_short else (FOLDS, REPEATS)
    cells = list(_list_cells(triples, repeats, folds))
    kept.train(_of(cells, (QUICK, candidate)))
    rows: dict[str, object] = {}
    for operators in (*((name,) for name in OPERATORS), OPERATORS):
        own = [cell for cell in cells if cell.operator in operators]
        differences = []
        for triple in triples:
            pairs = [cell for cell in own if cell.triple == triple]
            quick = mean(kept.found[cell] for cell in _of(pairs, (QUICK,)))
            other = mean(kept.found[cell] for cell in _of(pairs, (candidate,)))
            differences.append(100 * (other - quick))
        rows["all" if len(operators) > 1 else operators[0]] = {
            "quick": round(mean(kept.found[cell] for cell in _of(own, (QUICK,))), 4),
            "candidate": round(mean(kept.found[cell] for cell in _of(own, (candidate,))), 4),
            **_tell(differences),
        }
    recipe = make_recipe(candidate).model_dump(mode="json", exclude_defaults=True)
    return {"candidate": candidate, "recipe": recipe, "triples": triples, "operators": rows}


def _tell(points: list[float]) -> dict[str, object]:
    """Tell the mean difference of the triples, its interval, and if it is within the margin."""
    half = stats.t.ppf((1 + CONFIDENCE) / 2, len(points) - 1) * stdev(points)
    half /= math.sqrt(len(points))
    low, high = float(mean(points) - half), float(mean(points) + half)
    return {
        "difference_points": round(mean(points), 2),
        "interval": [round(low, 2), round(high, 2)],
        "is_equivalent": low > -MARGIN and high < MARGIN,
        "is_not_inferior": low > -MARGIN,
    }


def _list_cells(triples: list[tuple[int, ...]], repeats: int, folds: int) -> Iterator[Cell]:
    """List the trainings of one candidate; whose it is, is filled in later."""
    for triple, operator, repeat, fold in product(triples, OPERATORS, range(repeats), range(folds)):
        yield Cell(QUICK, triple, operator, repeat, fold)


def _of(cells: Iterable[Cell], candidates: Iterable[int]) -> list[Cell]:
    """Return the same trainings for each of the candidates."""
    return [replace(cell, candidate=candidate) for candidate, cell in product(candidates, cells)]


def _read_cell(row: dict[str, str]) -> Cell:
    """Read the training that a row tells of."""
    triple = tuple(map(int, row["triple"].split("-")))
    return Cell(
        int(row["candidate"]), triple, row["operator"], int(row["repeat"]), int(row["fold"])
    )


def _train(task: tuple[Cell, str, bool]) -> tuple[float, float]:
    """Train one network; its held-out accuracy and mean negative log-likelihood in nats."""
    cell, data_file, is_short = task
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    session = _open_session(data_file, cell.triple)
    recipe = make_recipe(cell.candidate)
    if is_short:
        recipe = recipe.model_copy(update={"epochs": 1})
    config = StudyConfig(
        # A recipe's epochs depend on where the pictures are from.
        data=_describe_data(data_file, cell.triple),
        operators=(cell.operator,),
        recipes=(recipe.name,),
        own_recipes=(recipe,),
        repeats=REPEATS,
    )
    specs = make_plan(config, session.image_set).specs
    (spec,) = (s for s in specs if (s.repeat, s.fold) == (cell.repeat, cell.fold))
    held_out = run_trial(spec, session).record.held_out
    return round(held_out.accuracy, 4), round(held_out.nll, 4)


@lru_cache(maxsize=1)
def _open_session(data_file: str, triple: tuple[int, ...]) -> Session:
    """Load the pictures of three classes; those of one triple follow each other."""
    return Session(load_image_set(_describe_data(data_file, triple)))


def _describe_data(data_file: str, triple: tuple[int, ...]) -> DataConfig:
    return DataConfig(source="cifar100", data_file=data_file, classes=tuple(map(str, triple)))


if __name__ == "__main__":
    main()
