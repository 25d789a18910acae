"""Do the intervals hold for real networks, and do equal variants stay without a winner?

    python -m benchmarks.verdict.coverage_networks --data-file cifar-100-python.tar.gz \
        [--studies 200] [--processes 2]

Three superclasses of CIFAR-100 (9,000 pictures of trees, large carnivores and vehicles) are the
population. Each study draws 300 of them anew, trains a network of the shape of ``lab-example``,
half as wide (6,243 parameters), with average pooling, with max pooling, and with max pooling once
more (another replica), 5 folds x 2 repeats, and judges the held-out pictures as ``poolbench run``
does. Every network is also judged on 2,000 of the pictures that its study did not draw; the mean
over all studies is the true difference.

Writes benchmarks/results/verdict/coverage_networks.csv, one row for each study, and prints how
many intervals hold the truth and how many equal variants found a winner. Goes on where it stopped.
"""

import argparse
import csv
import os

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")

import time
from concurrent.futures import ProcessPoolExecutor
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
from torch import nn

from benchmarks import machine
from poolbench.config import DataConfig, RecipeConfig
from poolbench.data.image_set import Half
from poolbench.data.load import load_image_set
from poolbench.data.splits import assign_folds
from poolbench.evaluation.logits import compute_logits
from poolbench.models import Network
from poolbench.models.lab import Normalize
from poolbench.models.rewrite import rewrite
from poolbench.operators import build_operator
from poolbench.records import Cost
from poolbench.training.loop import run_training
from poolbench.training.pictures import Part, Pictures, prepare_pictures
from poolbench.training.schedule import Schedule
from poolbench.training.seeds import initialize
from poolbench.verdict import Evidence, Question, compute_interval, decide

RESULTS = machine.RESULTS / "verdict"
SUPERCLASSES = (
    ("maple_tree", "oak_tree", "palm_tree", "pine_tree", "willow_tree"),
    ("bear", "leopard", "lion", "tiger", "wolf"),
    ("bicycle", "bus", "motorcycle", "pickup_truck", "train"),
)
DRAWN = 100
UNDRAWN = 2000
FOLDS, REPEATS = 5, 2
# Operator and replica.
VARIANTS = (("max", 0), ("avg", 0), ("max", 1))
RECIPE = RecipeConfig(
    name="tiny", epochs=12, batch_size=32, learning_rate=0.05, momentum=0.9, nesterov=True,
    weight_decay=5e-3, schedule="one-cycle", warmup_fraction=0.25, flip="random",
)  # fmt: skip
COLUMNS = (
    "study", "difference", "low", "high", "undrawn_difference", "low_one_repeat",
    "high_one_repeat", "equal_difference", "equal_low", "equal_high", "equal_undrawn", "equal_kind",
    "max_accuracy", "avg_accuracy",
)  # fmt: skip


def main() -> None:
    """Run the studies that are missing and say what all of them found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data-file", required=True)
    parser.add_argument("--studies", type=int, default=200)
    parser.add_argument("--processes", type=int, default=os.cpu_count())
    arguments = parser.parse_args()
    RESULTS.mkdir(parents=True, exist_ok=True)
    path = RESULTS / "coverage_networks.csv"
    rows = read_rows(path)
    done = {int(row["study"]) for row in rows}
    missing = [study for study in range(arguments.studies) if study not in done]
    started = time.monotonic()
    with ProcessPoolExecutor(arguments.processes) as pool:
        files = [arguments.data_file] * len(missing)
        for number, row in enumerate(pool.map(run_study, missing, files), 1):
            rows.append({name: str(value) for name, value in zip(COLUMNS, row, strict=True)})
            write_rows(path, rows)
            if number % 10 == 0:
                seconds = time.monotonic() - started
                print(f"{number}/{len(missing)} studies, {seconds:.0f} s", flush=True)
    summarize(rows)


def read_rows(path: Path) -> list[dict[str, str]]:
    """The studies that are done."""
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write_rows(path: Path, rows: list[dict[str, str]]) -> None:
    """All studies so far."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def summarize(rows: list[dict[str, str]]) -> None:
    """Print the coverage and the false winners."""

    def column(name: str) -> np.ndarray:
        return np.array([float(row[name]) for row in rows])

    truth = column("undrawn_difference").mean()
    own = column("undrawn_difference")
    print(f"studies: {len(rows)}; max minus avg on undrawn pictures: {truth:.3f} points")
    accuracies = [column(f"{name}_accuracy").mean() for name in ("max", "avg")]
    print(f"accuracy of max {accuracies[0]:.4f}, avg {accuracies[1]:.4f}")
    print(f"sd of the differences {column('difference').std(ddof=1):.3f}, "
          f"mean half-width {((column('high') - column('low')) / 2).mean():.3f}")  # fmt: skip
    for low, high, name in (("low", "high", "2 repeats"),
                            ("low_one_repeat", "high_one_repeat", "1 repeat")):  # fmt: skip
        holds = (column(low) <= truth) & (truth <= column(high))
        print(f"{name}: the interval holds the truth in {holds.sum()} of {len(rows)}")
    holds = (column("low") <= own) & (own <= column("high"))
    print(f"2 repeats: it holds the study's own difference on undrawn pictures in {holds.sum()}")
    holds = (column("equal_low") <= 0) & (column("equal_high") >= 0)
    print(f"equal variants: the interval holds 0 in {holds.sum()}")
    winners = sum(row["equal_kind"] == "winner" for row in rows)
    print(f"equal variants: false winners {winners} of {len(rows)}")


@lru_cache
def load_population(data_file: str) -> Half:
    """9,000 pictures labelled by superclass."""
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    classes = tuple(name for group in SUPERCLASSES for name in group)
    image_set = load_image_set(
        DataConfig(source="cifar100", data_file=Path(data_file), classes=classes)
    )
    halves = (image_set.pool, image_set.test)
    images = np.concatenate([half.images for half in halves])
    labels = np.concatenate([half.labels for half in halves]) // len(SUPERCLASSES[0])
    return Half(images, labels, tuple(map(str, range(len(labels)))))


def run_study(study: int, data_file: str) -> tuple:
    """Draw pictures, train all trials, judge; one row."""
    population = load_population(data_file)
    rng = np.random.default_rng([study, 7])
    drawn = np.concatenate(
        [
            rng.choice(np.flatnonzero(population.labels == label), DRAWN, replace=False)
            for label in range(len(SUPERCLASSES))
        ]
    )
    pool = population.take(drawn)
    others = np.setdiff1d(np.arange(len(population)), drawn)
    rest = population.take(rng.choice(others, UNDRAWN, replace=False))
    fold = np.stack([assign_folds(pool.labels, FOLDS, rng) for _ in range(REPEATS)])
    correct = np.zeros((len(VARIANTS), REPEATS, len(pool)), dtype=bool)
    undrawn = np.zeros(len(VARIANTS))
    for variant, (operator, replica) in enumerate(VARIANTS):
        for repeat in range(REPEATS):
            for part in range(FOLDS):
                held_out = np.flatnonzero(fold[repeat] == part)
                train = pool.take(np.flatnonzero(fold[repeat] != part))
                network = train_network(operator, train, study, (repeat, part, replica))
                correct[variant, repeat, held_out] = judge(network, pool.take(held_out))
                undrawn[variant] += judge(network, rest).mean() / (REPEATS * FOLDS)
    return make_row(study, correct, fold, 100 * undrawn)


def make_row(study: int, correct: np.ndarray, fold: np.ndarray, undrawn: np.ndarray) -> tuple:
    """What one study says, as ``COLUMNS``."""
    points = 100.0 * correct
    interval = compute_interval(points[0] - points[1], fold, 0.95)
    single = compute_interval((points[0] - points[1])[:1], fold[:1], 0.95)
    equal = compute_interval(points[0] - points[2], fold, 0.95)
    cost = Cost(parameters=1, multiply_adds=1, conv_multiply_adds=1)
    question = Question(("a", "b"), {"a": cost, "b": cost}, 1.0, "cv")
    verdict = decide(Evidence(correct[[0, 2]], fold), question)
    values = (
        interval.mean, interval.low, interval.high, undrawn[0] - undrawn[1], single.low,
        single.high, equal.mean, equal.low, equal.high, undrawn[0] - undrawn[2],
    )  # fmt: skip
    accuracies = (correct[0].mean(), correct[1].mean())
    rounded = [round(float(value), 4) for value in (*values, *accuracies)]
    return (study, *rounded[:10], verdict.kind, *rounded[10:])


def build_network(operator: str) -> Network:
    """Two convolutions, 16 and 32 channels, the operator at stride 4 on a map of 8x8."""
    network = Network()
    network.add_module("normalize", Normalize())
    network.add_module("conv1", nn.Conv2d(3, 16, 5, stride=4, padding=2))
    network.add_module("relu1", nn.ReLU())
    network.add_module("conv2", nn.Conv2d(16, 32, 3, padding=1))
    network.add_module("relu2", nn.ReLU())
    network.add_module("site", build_operator(operator, 32, stride=4))
    network.add_module("flatten", nn.Flatten())
    network.add_module("linear", nn.Linear(128, len(SUPERCLASSES)))
    return network


def train_network(operator: str, train: Half, study: int, key: tuple[int, ...]) -> nn.Module:
    """One trial's network, as the engine trains it."""
    network = build_network(operator)
    initialize(network, study, *key)
    for parameter in network.parameters():
        if parameter.dim() == 4:
            parameter.data = parameter.data.contiguous(memory_format=torch.channels_last)
    form = rewrite(network)
    pictures = Pictures(torch.from_numpy(train.images), torch.from_numpy(train.labels))
    part = Part(prepare_pictures(pictures, form, torch.float32), torch.arange(len(train)))
    run_training(form, part, None, Schedule(RECIPE, study, key, "float32"))
    return network


def judge(network: nn.Module, half: Half) -> np.ndarray:
    """bool ``[n]``: which pictures it predicts right."""
    images = torch.from_numpy(half.images).permute(0, 3, 1, 2)
    return compute_logits(network, images).argmax(axis=1) == half.labels


if __name__ == "__main__":
    main()
