"""How recipe quick was chosen: candidates on classes that no reported figure uses.

    python benchmarks/recipe_quick.py --data-file cifar-100-python.tar.gz

Pear, maple tree and leopard, backbone lab, operators max and avg, folds 0 and 1 of five of repeat
0; held-out accuracy of each training goes to benchmarks/results/recipe_quick.csv. About half an
hour on one core.
"""

import argparse
import csv
from pathlib import Path

import torch

from poolbench.config import DataConfig, RecipeConfig, StudyConfig
from poolbench.data.load import load_image_set
from poolbench.execution.plan import make_plan
from poolbench.execution.trial import run_trial
from poolbench.execution.workplace import Workplace
from poolbench.training.recipes import QUICK

RESULTS = Path(__file__).parent / "results" / "recipe_quick.csv"
START = {"learning_rate": 0.01, "translate_pixels": 2}
CHANGES: tuple[dict[str, float], ...] = (
    {},
    {"learning_rate": 0.02},
    {"learning_rate": 0.01, "weight_decay": 5e-4},
    {"learning_rate": 0.02, "weight_decay": 5e-4},
    {"learning_rate": 0.03, "batch_size": 64},
    {"learning_rate": 0.02, "translate_pixels": 4},
    {"learning_rate": 0.02, "weight_decay": 2e-2},
    {"learning_rate": 0.04},
)


def main() -> None:
    """Train every candidate and write its row."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data-file", required=True, type=Path)
    data = DataConfig(
        source="cifar100", data_file=parser.parse_args().data_file, classes=("57", "47", "42")
    )
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    image_set = load_image_set(data)
    with RESULTS.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(
            ["learning_rate", "batch_size", "weight_decay", "translate_pixels", "operator",
             "fold_0", "fold_1"]
        )  # fmt: skip
        for change in CHANGES:
            recipe = QUICK.model_copy(update={**START, **change, "name": "candidate"})
            for operator in ("max", "avg"):
                writer.writerow([*describe(recipe), operator, *train(recipe, operator, image_set)])


def describe(recipe: RecipeConfig) -> list[float]:
    """What differs between candidates."""
    return [
        recipe.learning_rate,
        recipe.batch_size,
        recipe.weight_decay,
        recipe.translate_pixels,
    ]


def train(recipe: RecipeConfig, operator: str, image_set) -> list[float]:
    """Held-out accuracy on folds 0 and 1."""
    config = StudyConfig(operators=(operator,), recipes=("candidate",), own_recipes=(recipe,))
    specs = make_plan(config, image_set).specs[:2]
    place = Workplace(image_set)
    return [round(run_trial(spec, place).record.held_out.accuracy, 4) for spec in specs]


if __name__ == "__main__":
    main()
