"""Write tables of single pictures, by file name: where each was, and what was said of it."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.special import softmax

from poolbench.data.image_set import Half, ImageSet
from poolbench.records import TrialSpec
from poolbench.rundir.formats import neutralize, pack_table
from poolbench.rundir.store import RunStore

SPLIT_COLUMNS = ("picture", "class", "half", "group")
PREDICTION_COLUMNS = ("picture", "half", "repeat", "class", "predicted", "probability")


def save_picture_tables(
    store: RunStore,
    image_set: ImageSet,
    trials: Sequence[TrialSpec],
    variant: str,
    final: TrialSpec | None,
) -> None:
    """Write ``split.csv``, and ``predictions.csv`` of one variant.

    Repeats and folds are counted from 1.

    Args:
        trials: What was compared.
        variant: Whose answers are listed, by its id.
        final: The trial that was judged on the test half; ``None``: there is none.
    """
    halves = {"pool": image_set.pool, "test": image_set.test}
    names = {half: [neutralize(name) for name in halves[half].names] for half in halves}
    classes = [neutralize(name) for name in image_set.classes]
    folds = [spec for spec in trials if spec.split == "fold"]
    mine = [spec for spec in folds if spec.variant.id == variant]
    table = _find_folds(store, mine, len(image_set.pool))
    columns = (*SPLIT_COLUMNS, *(f"fold_{repeat + 1}" for repeat in range(len(table))))
    rows: list[tuple[object, ...]] = []
    for half, pictures in halves.items():
        cells = table.T.tolist() if half == "pool" else [[""] * len(table)] * len(pictures)
        rows += [
            (name, classes[label], half, group, *fold)
            for name, label, group, fold in zip(
                names[half], pictures.labels, _list_groups(pictures), cells, strict=True
            )
        ]
    store.save_bytes("split.csv", pack_table(columns, rows))
    answers: list[tuple[object, ...]] = []
    for spec in [*mine, *([] if final is None else [final])]:
        half, repeat = ("pool", spec.repeat + 1) if spec.split == "fold" else ("test", "")
        for index, label, predicted, share in _read_answers(store, spec):
            told = ("", "") if predicted is None else (classes[predicted], f"{share:.6f}")
            answers.append((names[half][index], half, repeat, classes[label], *told))
    store.save_bytes("predictions.csv", pack_table(PREDICTION_COLUMNS, answers))


def _list_groups(half: Half) -> Sequence[object]:
    return [""] * len(half) if half.groups is None else half.groups.tolist()


def _find_folds(store: RunStore, trials: Sequence[TrialSpec], pictures: int) -> NDArray[np.int64]:
    """Find in which fold a picture was held out, from 1: ``[repeats, pictures]``."""
    repeats = 1 + max((spec.repeat for spec in trials), default=-1)
    table = np.zeros((repeats, pictures), dtype=np.int64)
    for spec in trials:
        table[spec.repeat, store.load_arrays(spec.id, "predictions")["index"]] = spec.fold + 1
    return table


def _read_answers(store: RunStore, spec: TrialSpec) -> Iterator[tuple[int, int, int | None, float]]:
    """Yield position, true class, predicted class and its probability of held-out pictures.

    Nothing was predicted where the training diverged or the answer is no number.
    """
    arrays = store.load_arrays(spec.id, "predictions")
    logits = arrays["logits"].astype(np.float64)
    has_diverged = store.load_trial(spec.id).diverged_at is not None
    is_told = np.isfinite(logits).all(axis=1) & np.full(len(logits), not has_diverged)
    shares = softmax(np.where(is_told[:, None], logits, 0.0), axis=1)
    found = arrays["logits"].argmax(axis=1)
    for index, label, told, predicted, share in zip(
        arrays["index"].tolist(),
        arrays["labels"].tolist(),
        is_told.tolist(),
        found.tolist(),
        shares.max(axis=1).tolist(),
        strict=True,
    ):
        yield index, label, predicted if told else None, share
