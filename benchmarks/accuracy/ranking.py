"""Does the ranking of operators change with backbone and recipe?

    python -m benchmarks.accuracy.ranking --data-file cifar-100-python.tar.gz [--only lab-quick]

Six operators in three backbones under several recipes, on classes 0,33,43 of CIFAR-100: a study
with its verdict for each pair, and Kendall's tau between the orders. Each study is written as it
ends to benchmarks/results/ranking.
"""

import argparse
import itertools
import json

from scipy.stats import kendalltau

from benchmarks.accuracy.cifar import summarize
from benchmarks.machine import RESULTS, save
from poolbench.config import build_config

ROOM = "ranking"
OPERATORS = ("stride", "max", "avg", "blur", "soft", "space-to-depth")
CLASSES = ("0", "33", "43")
# Backbone, recipe and epochs; of the deeper ones so many as a study on two cores has time for.
SETTINGS: dict[str, tuple[str, str, int]] = {
    "lab-quick": ("lab", "quick", 40),
    "lab-lab": ("lab", "lab", 60),
    "plain-standard": ("plain", "standard", 15),
    "plain-lab": ("plain", "lab", 15),
    "resnet-standard": ("resnet", "standard", 12),
}


def main() -> None:
    """Run the studies that are asked for, then compare all orders that there are."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data-file", required=True)
    parser.add_argument("--only", choices=SETTINGS, action="append")
    parser.add_argument("--repeats", type=int, default=2)
    arguments = parser.parse_args()
    for name in arguments.only or SETTINGS:
        backbone, recipe, epochs = SETTINGS[name]
        data = {"source": "cifar100", "data_file": arguments.data_file, "classes": CLASSES}
        config = build_config(
            {"data": data, "operators": OPERATORS, "backbones": (backbone,), "recipes": (recipe,),
             "epochs": epochs, "repeats": arguments.repeats}
        )  # fmt: skip
        figures = {"setting": SETTINGS[name], "repeats": arguments.repeats, **summarize(config)}
        print(save(name, figures, room=ROOM), flush=True)
    print(save("agreement", compare_orders(), room=ROOM))


def compare_orders() -> dict[str, object]:
    """Kendall's tau between each two studies that were written."""
    accuracies = {}
    for name in SETTINGS:
        path = RESULTS / ROOM / f"{name}.json"
        if path.exists():
            rows = json.loads(path.read_text(encoding="utf-8"))["leaderboard"]
            by_operator = {row["variant"].partition(".")[0]: row["accuracy"] for row in rows}
            accuracies[name] = [by_operator[operator] for operator in OPERATORS]
    taus = {
        f"{first} and {second}": float(kendalltau(accuracies[first], accuracies[second]).statistic)
        for first, second in itertools.combinations(accuracies, 2)
    }
    return {"operators": OPERATORS, "accuracies": accuracies, "kendall_tau": taus}


if __name__ == "__main__":
    main()
