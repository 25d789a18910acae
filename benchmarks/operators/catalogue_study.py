"""A study of all operators on the built-in pictures; every exported model against its trial.

    python -m benchmarks.operators.catalogue_study [--folds 2] [--repeats 2]

Backbone lab, recipe quick as on the built-in image set. Of each variant the exported ONNX file
predicts the held-out pictures of the trial that it came from; the largest difference of a logit
from what torch measured goes to benchmarks/results/catalogue/study.json, with the accuracies.
"""

import argparse
import json
import math
import tempfile
from pathlib import Path

import numpy as np

from benchmarks.machine import describe
from benchmarks.operators.catalogue import RESULTS


def main() -> None:
    """Run, compare, write."""
    import poolbench

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folds", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=2)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        study = poolbench.compare(
            "sample", operators="all", folds=arguments.folds, repeats=arguments.repeats,
            out=Path(folder, "all"), lang="en",
        )  # fmt: skip
        rows = {row.variant: check_variant(study.path, row.variant) for row in study.leaderboard()}
        for row in study.leaderboard():
            rows[row.variant] |= {"accuracy": row.accuracy, "gap": row.gap}
        content = {
            **describe(("onnxruntime", "onnx")),
            "trials": len(list((study.path / "trials").iterdir())) - 1,
            "verdict": study.verdict.model_dump(mode="json")["kind"],
            "checks_of_the_winner": len(study.verify().checks),
            "rows": rows,
        }
    RESULTS.mkdir(parents=True, exist_ok=True)
    (RESULTS / "study.json").write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    worst = max(row["largest_logit_difference"] for row in rows.values())
    print(f"{len(rows)} variants, largest difference of a logit {worst:.2g}")


def check_variant(run: Path, variant: str) -> dict[str, float]:
    """The exported file against the predictions of its trial."""
    from poolbench.data.sample import load_sample
    from poolbench.export.predict import load_model

    trial = find_trial(run, variant)
    record = json.loads((trial / "record.json").read_text(encoding="utf-8"))
    if record["diverged_at"] is not None or not math.isfinite(record["held_out"]["nll"]):
        raise SystemExit(f"{variant} diverged")
    measured = np.load(trial / "predictions.npz")
    model = load_model(run / "variants" / variant / "model.onnx")
    logits, _ = model.predict(load_sample().pool.images[measured["index"]])
    return {
        "largest_logit_difference": float(np.abs(logits - measured["logits"]).max()),
        "other_labels": int((logits.argmax(1) != measured["logits"].argmax(1)).sum()),
        "pictures": len(logits),
    }


def find_trial(run: Path, variant: str) -> Path:
    """The first trial of a variant: repeat 0, fold 0."""
    for trial in sorted((run / "trials").iterdir()):
        spec = json.loads((trial / "record.json").read_text(encoding="utf-8"))["spec"]
        names = (spec["variant"][part] for part in ("operator", "backbone"))
        is_first = (spec["split"], spec["repeat"], spec["fold"]) == ("fold", 0, 0)
        recipe = spec["variant"]["recipe"]["name"]
        if is_first and ".".join([*names, recipe]) == variant:
            return trial
    raise SystemExit(f"{variant} has no trial")


if __name__ == "__main__":
    main()
