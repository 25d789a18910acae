"""How much room on the disk a study needs; found out before it begins."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from poolbench.data.image_set import ImageSet
from poolbench.errors import RunError
from poolbench.execution.checkpoints import GENERATIONS
from poolbench.execution.estimate import SHIFTS
from poolbench.records import Speed, TrialSpec
from poolbench.system import read_free_bytes

# Of a trial besides weights and predictions, and of a run besides its trials (report, figures,
# explanation); both measured and rounded up.
TRIAL_BYTES = 128 * 1024
RUN_BYTES = 32 * 1024 * 1024
# Weights of a variant after its trials: a model for the page. Of the final one besides: a trial,
# weights and model in best/.
FINAL_COPIES = 3
# An optimizer keeps up to two numbers for each weight, an average one more.
CHECKPOINT_TIMES = 4
INT_BYTES = 8
FLOAT_BYTES = 4
GIB = 2**30


def estimate_room_bytes(
    missing: Sequence[TrialSpec], speeds: Mapping[str, Speed], image_set: ImageSet, workers: int
) -> int:
    """Of everything that these trials and what follows them will write, not compressed.

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
    most = max(weights.values())
    # One more while it is written.
    checkpoints = workers * (GENERATIONS + 1) * CHECKPOINT_TIMES * most
    return RUN_BYTES + trials + sum(weights.values()) + FINAL_COPIES * most + checkpoints


def _count_predictions(spec: TrialSpec, image_set: ImageSet) -> int:
    pool, test = len(image_set.pool), len(image_set.test)
    held_out = -(-pool // spec.folds) if spec.split == "fold" else test
    logits, labels = FLOAT_BYTES * spec.num_classes, INT_BYTES * (2 + 1 + SHIFTS)
    return held_out * (logits + labels)


def check_room(folder: Path, needed_bytes: int) -> None:
    """Refuse what will not fit; where the system does not say what is free, nothing is refused.

    Raises:
        RunError: That says how much is needed and how much there is.
    """
    free = read_free_bytes(folder)
    if free is not None and needed_bytes > free:
        raise RunError(
            f"The study needs about {needed_bytes / GIB:.2f} GiB of room in {folder}, and "
            f"{free / GIB:.2f} GiB are free. Make room, or choose another --out."
        )
