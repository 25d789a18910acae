"""How recipe quick was chosen: candidates on classes that no reported figure uses.

    python -m benchmarks.lab.recipe_quick --data-file cifar-100-python.tar.gz [--table epochs]

Pear, maple tree and leopard, backbone lab, operators max and avg, folds of repeat 0. Table rates
changes rate, batch, decay and shifts at 40 epochs (two folds); table epochs asks how few epochs do
(five folds, the rates that won). Held-out accuracy of each training goes to benchmarks/results/.
About half an hour on two cores.
"""

import argparse
import csv
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import torch

from benchmarks import machine
from poolbench.config import DataConfig, RecipeConfig, StudyConfig
from poolbench.data.load import load_image_set
from poolbench.planning.plan import make_plan
from poolbench.training.recipes import QUICK
from poolbench.trials.run import run_trial
from poolbench.trials.session import Session

RESULTS = machine.RESULTS
TUNING_CLASSES = ("57", "47", "42")
RATES_START = {"epochs": 40, "learning_rate": 0.01, "translate_pixels": 2}
RATES: tuple[dict[str, float], ...] = (
    {},
    {"learning_rate": 0.02},
    {"learning_rate": 0.01, "weight_decay": 5e-4},
    {"learning_rate": 0.02, "weight_decay": 5e-4},
    {"learning_rate": 0.03, "batch_size": 64},
    {"learning_rate": 0.02, "translate_pixels": 4},
    {"learning_rate": 0.02, "weight_decay": 2e-2},
    {"learning_rate": 0.04},
)
EPOCHS: tuple[dict[str, float], ...] = (
    {"epochs": 40},
    {"epochs": 30},
    {"epochs": 30, "learning_rate": 0.03},
    {"epochs": 20},
)
# File, what is the same for all candidates, candidates, folds.
TABLES = {
    "rates": ("recipe_quick.csv", RATES_START, RATES, 2),
    "epochs": ("recipe_epochs.csv", {"learning_rate": 0.02}, EPOCHS, 5),
}
COLUMNS = ("epochs", "learning_rate", "batch_size", "weight_decay", "translate_pixels")


def main() -> None:
    """Train every candidate and write its row."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data-file", required=True)
    parser.add_argument("--table", choices=TABLES, default="rates")
    parser.add_argument("--processes", type=int, default=2)
    arguments = parser.parse_args()
    name, start, changes, folds = TABLES[arguments.table]
    tasks = [
        (QUICK.model_copy(update={**start, **change, "name": "candidate"}), operator, folds,
         arguments.data_file)
        for change in changes
        for operator in ("max", "avg")
    ]  # fmt: skip
    with (
        ProcessPoolExecutor(arguments.processes, mp_context=get_context("spawn")) as pool,
        (RESULTS / name).open("w", encoding="utf-8", newline="") as file,
    ):
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([*COLUMNS, "operator", *(f"fold_{fold}" for fold in range(folds))])
        for (recipe, operator, *_), row in zip(tasks, pool.map(train, tasks), strict=True):
            writer.writerow([*(getattr(recipe, column) for column in COLUMNS), operator, *row])
            file.flush()


def train(task: tuple[RecipeConfig, str, int, str]) -> list[float]:
    """Held-out accuracy on the first folds."""
    recipe, operator, folds, data_file = task
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    data = DataConfig(source="cifar100", data_file=data_file, classes=TUNING_CLASSES)
    session = Session(load_image_set(data))
    # A recipe's epochs depend on where the pictures are from.
    config = StudyConfig(
        data=data, operators=(operator,), recipes=("candidate",), own_recipes=(recipe,)
    )
    specs = make_plan(config, session.image_set).specs[:folds]
    return [round(run_trial(spec, session).record.held_out.accuracy, 4) for spec in specs]


if __name__ == "__main__":
    main()
