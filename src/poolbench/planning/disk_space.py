"""Estimate the disk space that a study needs, before it begins."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

from poolbench.data.image_set import ImageSet
from poolbench.errors import RunError, UsageError
from poolbench.planning.durations import SHIFTS
from poolbench.records import Speed, TrialSpec
from poolbench.rundir.files import MOST_TEXT_BYTES
from poolbench.system import read_free_bytes
from poolbench.trials.checkpoints import GENERATIONS

# Bytes of a trial besides weights and predictions, and of a run besides its trials (report,
# figures, explanation); both measured and rounded up.
TRIAL_BYTES = 128 * 1024
RUN_BYTES = 32 * 1024 * 1024
# Weights of a variant after its trials: a model for the page. Of the final one besides: a trial,
# weights and model in best/.
FINAL_COPIES = 3
# An optimizer keeps up to two numbers for each weight, an average one more.
CHECKPOINT_TIMES = 4
# Bytes in the JSON record of a trial, for both sides: a cell of the confusion matrix, on a line of
# its own, with up to two digits; the measures of a class, without its name.
CELL_BYTES = 8
CLASS_BYTES = 160
INT_BYTES = 8
FLOAT_BYTES = 4
GIB = 2**30


def estimate_disk_bytes(
    missing: Sequence[TrialSpec], speeds: Mapping[str, Speed], image_set: ImageSet, workers: int
) -> int:
    """Estimate the bytes of all that these trials and what follows them will write.

    Args:
        speeds: By variant id.
    """
    if not missing:
        return 0
    weights = {name: speed.weights_bytes for name, speed in speeds.items()}
    trials = sum(
        TRIAL_BYTES + weights[spec.variant.id] + _count_predictions(spec, image_set)
        for spec in missing
    )
    trials += len(missing) * estimate_record_bytes(image_set.classes)
    most = max(weights.values())
    # One more while it is written.
    checkpoints = workers * (GENERATIONS + 1) * CHECKPOINT_TIMES * most
    return RUN_BYTES + trials + sum(weights.values()) + FINAL_COPIES * most + checkpoints


def _count_predictions(spec: TrialSpec, image_set: ImageSet) -> int:
    pool, test = len(image_set.pool), len(image_set.test)
    held_out = -(-pool // spec.folds) if spec.split == "fold" else test
    logits, labels = FLOAT_BYTES * spec.num_classes, INT_BYTES * (2 + 1 + SHIFTS)
    return held_out * (logits + labels)


def estimate_record_bytes(classes: Sequence[str]) -> int:
    """Estimate the bytes of a record that grow with the number of classes, at most."""
    names = sum(len(name.encode("utf-8", "backslashreplace")) for name in classes)
    return 2 * (CELL_BYTES * len(classes) ** 2 + CLASS_BYTES * len(classes) + names)


def check_classes(classes: Sequence[str]) -> None:
    """Refuse more classes than the records of their trials can be read back with.

    Raises:
        UsageError: That says how many can be compared.
    """
    if estimate_record_bytes(classes) <= MOST_TEXT_BYTES:
        return
    most = math.isqrt(MOST_TEXT_BYTES // (2 * CELL_BYTES))
    raise UsageError("plan.classes", count=len(classes), most=most)


def check_disk_space(folder: Path, needed_bytes: int) -> None:
    """Refuse what will not fit, if the system says how much is free.

    Raises:
        RunError: That says how much is needed and how much there is.
    """
    free = read_free_bytes(folder)
    if free is not None and needed_bytes > free:
        needed, left = needed_bytes / GIB, free / GIB
        raise RunError("plan.disk", folder=folder, needed=needed, free=left)
