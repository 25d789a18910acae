"""Make ``best/explain.npz``: what a report draws and no record holds, while torch is at hand.

Plain arrays and, in ``facts``, JSON as bytes; nothing is pickled. The pictures are held-out ones
(of the pool, each seen by a network that did not train on it; with the lab protocol those of the
test half), the answers those of repeat 0. *First trial* means repeat 0, fold 0. ``V`` variants
stand in the order of ``facts["variants"]``, labels in that of ``facts["classes"]``. A part that
could not be made has no pictures, and ``facts`` gives the reason (else ``null``): ``diverged``,
``no-map``, ``too-costly`` or ``failed: …``.

``wrong_*``: what the recommended variant got most confidently wrong, the worst first, ``n <= 16``:
    ``images`` uint8 ``[n, H, W, 3]``; ``labels``, ``predicted`` int64 ``[n]``; ``probability``
    float64 ``[n]``, of the predicted class; ``names`` str ``[n]``.

``disagreed_*``: where the variants disagree most (highest entropy of their answers, then order):
    ``images``, ``labels``, ``names`` as above; ``predicted`` int64 ``[V, n]``, -1 where the trial
    diverged.

``cam_*``: where the first trial of the recommended variant found what spoke for its answer
(Grad-CAM), up to 4 of the most confidently wrong pictures, then right ones, ``n <= 12``:
    ``images``, ``labels``, ``predicted``, ``names`` as above; ``heat`` float16 ``[n, H, W]``, 0–1.
    ``facts["cam"]``: ``trial``, ``layer``, ``map_size``, ``reason``.

``maps_*``: one picture before and after the first site, in the first trial of each variant:
    ``image`` uint8 ``[H, W, 3]``. For each entry ``i`` of ``facts["maps"]["entries"]``:
    ``maps_before_i``, ``maps_after_i`` float16 ``[channels, h, w]``, the 4 channels that vary most
    after it, at most 64x64 pixels. An entry: ``variant``, ``trial``, ``site``, ``channels``,
    ``before_size``, ``after_size`` (in the network). ``facts["maps"]`` also: ``name``, ``label``.

``shift_*``: pictures moved by whole pixels, each in one of four directions, which take turns:
    ``pixels`` int64 ``[S]``, from 0; ``accuracy``, ``consistency`` float64 ``[V, 2, S]``, NaN where
    there is nothing; ``counts`` int64 ``[V]``, the pictures. ``facts["shift"]``: ``modes`` (what
    leaves the picture comes in again, and black comes in), ``trials``, ``reason``.

``landscape_*``: mean cross-entropy of the handed over network on pictures that it was trained on,
without augmentation or smoothing, around its weights:
    ``coefficients`` float64 ``[k]``; ``losses`` float32 ``[k, k]``, row: first direction.
    ``facts["landscape"]``: ``trial``, ``pictures``, ``reason``.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from poolbench.data.image_set import Half, Images, ImageSet
from poolbench.evaluation.cost import bound_pictures
from poolbench.evaluation.explain import GradCam, compute_grad_cam, compute_site_maps
from poolbench.evaluation.landscape import compute_landscape, plan_landscape
from poolbench.evaluation.logits import compute_logits, to_tensor
from poolbench.evaluation.selection import (
    choose_in_turn,
    choose_wrong_and_right,
    compute_confidence,
    compute_labels,
    find_disagreed,
    find_wrong,
)
from poolbench.evaluation.shift import (
    SHIFT_MODES,
    compute_shift_curve,
    count_pixels,
    predict_shifted,
)
from poolbench.models.views import add_views, count_passes
from poolbench.planning.plan import take_first
from poolbench.records import ShiftCurve, TrialSpec
from poolbench.rundir.formats import pack_arrays
from poolbench.rundir.store import RunStore
from poolbench.training.seeds import Purpose, make_rng
from poolbench.trials.build import make_form, split_pictures
from poolbench.trials.restore import restore_inner

Arrays = dict[str, NDArray[Any]]
Facts = dict[str, Any]
Index = NDArray[np.int64]

SHOWN_PICTURES = 16
CAM_PICTURES = 12
CAM_WRONG = 4
MOST_SHIFT_PIXELS = 8
SHIFT_PICTURES = 256
_LARGEST_FLOAT16 = float(np.finfo(np.float16).max)


@contextmanager
def _one_thread() -> Iterator[None]:
    """Compute on one thread: batches are small, and more threads may give other last bits."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


@_one_thread()
def make_explanation(
    store: RunStore, trials: Sequence[TrialSpec], final: TrialSpec, image_set: ImageSet
) -> bytes:
    """Make the content of ``explain.npz``; the same bytes whenever it is made again.

    Args:
        trials: What was compared.
        final: The trial whose network is handed over, of the recommended variant.
    """
    study = _Explained(store, trials, final, image_set)
    arrays: Arrays = {}
    facts: Facts = {
        "classes": list(image_set.classes),
        "variants": list(study.first),
        "recommended": final.variant.id,
    }
    arrays.update(_explain_answers(study))
    for name, explain in (
        ("cam", _explain_attention),
        ("maps", _explain_sites),
        ("shift", _explain_shifts),
        ("landscape", _explain_landscape),
    ):
        found, facts[name] = explain(study)
        arrays.update({f"{name}_{key}": value for key, value in found.items()})
    # JSON as bytes: an array of Python strings could only be read back by unpickling.
    arrays["facts"] = np.frombuffer(json.dumps(facts).encode(), dtype=np.uint8)
    return pack_arrays(arrays)


@dataclass(frozen=True)
class _Explained:
    """A study whose trials are all there."""

    store: RunStore
    trials: Sequence[TrialSpec]
    final: TrialSpec
    image_set: ImageSet

    @property
    def first(self) -> dict[str, TrialSpec]:
        """The first trial of each variant; they all hold out the same pictures."""
        return take_first(self.trials)

    @property
    def half(self) -> Half:
        """Where the held-out pictures are."""
        is_pool = self.trials[0].split == "fold"
        return self.image_set.pool if is_pool else self.image_set.test

    def is_diverged(self, spec: TrialSpec) -> bool:
        return self.store.load_trial(spec.id).diverged_at is not None

    def take_held_out(self, spec: TrialSpec) -> tuple[Half, NDArray[np.float32]]:
        """Return the pictures that a trial was judged by, and its logits."""
        arrays = self.store.load_arrays(spec.id, "predictions")
        return self.half.take(arrays["index"]), arrays["logits"]

    def collect_logits(self, variant_id: str) -> NDArray[np.float32]:
        """Collect the logits of repeat 0 of a variant, ``[N, classes]``; NaN where it diverged."""
        shape = (len(self.half), len(self.image_set.classes))
        logits = np.full(shape, np.nan, dtype=np.float32)
        for spec in self.trials:
            if (spec.variant.id, spec.repeat) == (variant_id, 0) and not self.is_diverged(spec):
                arrays = self.store.load_arrays(spec.id, "predictions")
                logits[arrays["index"]] = arrays["logits"]
        return logits


def _explain_answers(study: _Explained) -> Arrays:
    logits = {name: study.collect_logits(name) for name in study.first}
    own = logits[study.final.variant.id]
    wrong = find_wrong(own, study.half.labels, SHOWN_PICTURES)
    votes = np.stack([compute_labels(said) for said in logits.values()])
    disagreed = find_disagreed(votes, SHOWN_PICTURES)
    return {
        **_describe("wrong", study.half.take(wrong)),
        "wrong_predicted": compute_labels(own[wrong]),
        "wrong_probability": compute_confidence(own[wrong]),
        **_describe("disagreed", study.half.take(disagreed)),
        "disagreed_predicted": votes[:, disagreed],
    }


def _describe(name: str, pictures: Half) -> Arrays:
    prefix = f"{name}_" if name else ""
    return {
        f"{prefix}images": pictures.images,
        f"{prefix}labels": pictures.labels,
        f"{prefix}names": np.array(pictures.names, dtype=np.str_),
    }


def _explain_attention(study: _Explained) -> tuple[Arrays, Facts]:
    spec = study.first[study.final.variant.id]
    held_out, logits = study.take_held_out(spec)
    chosen = choose_wrong_and_right(logits, held_out.labels, CAM_WRONG, CAM_PICTURES)
    cam: GradCam | None = None
    reason: str | None = "diverged"
    if not study.is_diverged(spec):
        # The maps explain what the variant answered, also where its recipe asks for several views.
        cam, reason = _try_grad_cam(study, spec, held_out.images[chosen], logits[chosen])
    if cam is None:
        chosen = chosen[:0]
    pictures = held_out.take(chosen)
    heat = np.zeros(pictures.images.shape[:3]) if cam is None else cam.heat
    arrays = {
        **_describe("", pictures),
        "predicted": compute_labels(logits[chosen]),
        "heat": heat.astype(np.float16),
    }
    facts = {
        "trial": spec.id,
        "layer": None if cam is None else cam.layer,
        "map_size": None if cam is None else cam.map_size,
        "reason": reason,
    }
    return arrays, facts


def _try_grad_cam(
    study: _Explained, spec: TrialSpec, images: Images, logits: NDArray[np.float32]
) -> tuple[GradCam | None, str | None]:
    """Return the maps, or the reason why there are none."""
    network = restore_inner(study.store, spec.id)
    try:
        cam = compute_grad_cam(network, to_tensor(images), compute_labels(logits))
    except Exception as error:
        # A custom network may raise anything; it was trained, judged and exported all the same.
        return None, f"failed: {type(error).__name__}: {str(error)[:200]}"
    return cam, "no-map" if cam is None else None


def _explain_sites(study: _Explained) -> tuple[Arrays, Facts]:
    specs = {name: spec for name, spec in study.first.items() if not study.is_diverged(spec)}
    held_out, chosen = _choose_known(study, list(specs.values()))
    image = held_out.images[chosen]
    arrays: Arrays = {"image": image}
    entries: list[Facts] = []
    for name, spec in specs.items():
        found = compute_site_maps(restore_inner(study.store, spec.id), to_tensor(image[None]))
        if found is None:
            continue
        arrays[f"before_{len(entries)}"] = _to_float16(found.before)
        arrays[f"after_{len(entries)}"] = _to_float16(found.after)
        entries.append(
            {
                "variant": name,
                "trial": spec.id,
                "site": found.site,
                "channels": found.channels,
                "before_size": found.before_size,
                "after_size": found.after_size,
            }
        )
    label = int(held_out.labels[chosen])
    return arrays, {"name": held_out.names[chosen], "label": label, "entries": entries}


def _choose_known(study: _Explained, specs: Sequence[TrialSpec]) -> tuple[Half, int]:
    """Return the held-out pictures, and the first of those that most of these trials got right."""
    held_out, _ = study.take_held_out(study.trials[0])
    right = np.zeros(len(held_out), dtype=np.int64)
    for spec in specs:
        right += compute_labels(study.take_held_out(spec)[1]) == held_out.labels
    return held_out, int(right.argmax())


def _explain_shifts(study: _Explained) -> tuple[Arrays, Facts]:
    specs = study.first
    held_out, _ = study.take_held_out(next(iter(specs.values())))
    pixels = 1 + count_pixels(study.image_set.image_size, MOST_SHIFT_PIXELS)
    # The same pictures for all variants, so that their curves can be compared.
    largest = max(study.store.load_trial(spec.id).cost.multiply_adds for spec in specs.values())
    passes = len(SHIFT_MODES) * pixels
    count = bound_pictures(largest, passes, min(len(held_out), SHIFT_PICTURES))
    pictures = held_out.take(choose_in_turn(held_out.labels, count))
    shape = (len(specs), len(SHIFT_MODES), pixels)
    accuracy, consistency = np.full(shape, np.nan), np.full(shape, np.nan)
    counts = np.zeros(len(specs), dtype=np.int64)
    for row, spec in enumerate(specs.values()):
        if count and not study.is_diverged(spec):
            curves = _measure_shifts(study, spec, pictures)
            accuracy[row] = [curve.accuracy for curve in curves]
            consistency[row] = [curve.consistency for curve in curves]
            counts[row] = count
    arrays = {
        "pixels": np.arange(pixels),
        "accuracy": accuracy,
        "consistency": consistency,
        "counts": counts,
    }
    facts = {
        "modes": list(SHIFT_MODES),
        "trials": [spec.id for spec in specs.values()],
        "reason": None if count else "too-costly",
    }
    return arrays, facts


def _measure_shifts(study: _Explained, spec: TrialSpec, pictures: Half) -> list[ShiftCurve]:
    """Measure a curve for each mode."""
    form = make_form(restore_inner(study.store, spec.id), spec)
    network = add_views(form.whole, spec.variant.recipe.test_views)
    images = to_tensor(pictures.images)
    unmoved = compute_logits(network, images).argmax(axis=1)
    return [
        compute_shift_curve(
            predict_shifted(network, images, move, MOST_SHIFT_PIXELS, unmoved), pictures.labels
        )
        for move in SHIFT_MODES.values()
    ]


def _explain_landscape(study: _Explained) -> tuple[Arrays, Facts]:
    spec = study.final
    pool = study.image_set.pool
    train = pool.take(split_pictures(spec, study.image_set).train)
    cost = study.store.load_trial(spec.id).cost.multiply_adds
    # The cost of one view, since the plane is that of the loss in training.
    side, count = plan_landscape(cost // count_passes(spec.variant.recipe.test_views), len(train))
    facts = {"trial": spec.id, "pictures": count, "reason": None if count else "too-costly"}
    if not count:
        return {"coefficients": np.zeros(0), "losses": np.zeros((0, 0), np.float32)}, facts
    pictures = train.take(choose_in_turn(train.labels, count))
    found = compute_landscape(
        make_form(restore_inner(study.store, spec.id), spec).whole,
        to_tensor(pictures.images),
        pictures.labels,
        side,
        make_rng(spec.seed, Purpose.LANDSCAPE),
    )
    return {"coefficients": found.coefficients, "losses": found.losses}, facts


def _to_float16(values: NDArray[np.float32]) -> NDArray[np.float16]:
    # Beyond float16's range there would be nothing to draw.
    return np.clip(values, -_LARGEST_FLOAT16, _LARGEST_FLOAT16).astype(np.float16)
