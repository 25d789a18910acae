"""End a study: the winner and one trial of each variant, exported once."""

from collections.abc import Sequence
from contextlib import suppress

from poolbench.data.image_set import ImageSet
from poolbench.errors import RunError, TrainingError
from poolbench.export.ahead import NOTHING_AHEAD, Ahead
from poolbench.export.bundle import (
    compute_sha256,
    export_final,
    export_variant,
    make_weights,
    restore_final,
    save_bundle,
    save_pictures,
)
from poolbench.export.card import render_card
from poolbench.export.explanation import make_explanation
from poolbench.export.origin import describe_weights, find_weights
from poolbench.models.seen import Seen, read_seen, see
from poolbench.planning.plan import take_first
from poolbench.records import (
    DataRecord,
    FinalRecord,
    Headline,
    StudyRecord,
    TrialSpec,
    VerdictRecord,
)
from poolbench.rundir.files import EXPLANATION
from poolbench.rundir.store import RunStore
from poolbench.trials.restore import restore_network
from poolbench.verdict.proportion import compute_headline

# File that is written by whoever verifies, so it is no part of what is handed over.
_PROOF = "verification.json"
# All files that are written there; anybody may have put something beside them.
_BUNDLE = (
    *("best/model.onnx", "best/weights.safetensors", "best/README.md", "best/final.json"),
    *("best/reference.npz", EXPLANATION, f"best/{_PROOF}"),
)


def hand_over(
    store: RunStore,
    trials: Sequence[TrialSpec],
    final: TrialSpec | None,
    verdict: VerdictRecord,
    image_set: ImageSet,
    ahead: Ahead = NOTHING_AHEAD,
) -> None:
    """Write ``best/``, ``variants/``, ``pictures.npz`` and, last, ``study.json``.

    Nothing is done if all of it is there and undamaged.

    Args:
        ahead: What another process does of it at the same time.
        trials: What was compared.
        final: The trial whose network is handed over; its held-out pictures are the test half.
            ``None``: nothing was learned, so no network is.

    Raises:
        TrainingError: If the final trial diverged.
    """
    if final is None:
        _hand_over_nothing(store, trials, image_set)
        return
    record = store.load_trial(final.id)
    if record.diverged_at is not None:
        step, variant = record.diverged_at, final.variant.id
        raise TrainingError("final.diverged", variant=variant, step=step)
    data = store.load_model("data.json", DataRecord)
    handed = FinalRecord(
        trial=final.id,
        variant=final.variant.id,
        test=record.held_out,
        headline=_measure_headline(store, final, verdict, image_set),
        weights=describe_weights(store, final),
    )
    card = render_card(final, data, handed, verdict)
    if _is_done(store, trials, final, card):
        return
    # Without this file an interrupted hand-over is done again from its start.
    store.remove("study.json")
    network = restore_final(store, final)
    weights = make_weights(network, _see(store, final, image_set))
    ahead.begin_final(compute_sha256(weights))
    store.save_bytes(EXPLANATION, make_explanation(store, trials, final, image_set))
    if not ahead.take_models():
        for spec in take_first(trials).values():
            export_variant(store, restore_network(store, spec.id), spec, data)
    if not ahead.take_final():
        export_final(store, network, final, data, compute_sha256(weights))
    measured = store.load_arrays(final.id, "predictions")["logits"]
    save_bundle(store, network, weights, data, handed, image_set.test, measured, card)
    save_pictures(store, image_set.test)
    ids = tuple(spec.id for spec in trials)
    study = StudyRecord(trials=ids, final=final.id, files=_hash_files(store, trials))
    store.save_model("study.json", study)


def _see(store: RunStore, final: TrialSpec, image_set: ImageSet) -> Seen:
    """Record what the network was trained on, and what the weights that it began with had seen."""
    seen = see(image_set.pool)
    if final.weights is None:
        return seen
    path = find_weights(store, final)
    return seen.add(None if path is None else read_seen(path))


def _measure_headline(
    store: RunStore, final: TrialSpec, verdict: VerdictRecord, image_set: ImageSet
) -> Headline:
    """Measure the test half in the metric of the comparison, over groups where there are some."""
    answers = store.load_arrays(final.id, "predictions")
    groups = image_set.test.groups
    return compute_headline(
        answers["logits"].argmax(axis=1) == answers["labels"],
        answers["labels"],
        verdict.metric,
        None if groups is None else groups[answers["index"]],
    )


def _hand_over_nothing(store: RunStore, trials: Sequence[TrialSpec], image_set: ImageSet) -> None:
    """Write only what was compared; models of an earlier study are withdrawn."""
    with suppress(RunError):
        store.remove(*_BUNDLE, *(f"variants/{name}/model.onnx" for name in take_first(trials)))
    with suppress(OSError):
        # Unless something else lies there.
        (store.path / "best").rmdir()
    save_pictures(store, image_set.test)
    study = StudyRecord(trials=tuple(spec.id for spec in trials), final=None)
    store.save_model("study.json", study)


def _is_done(store: RunStore, trials: Sequence[TrialSpec], final: TrialSpec, card: str) -> bool:
    try:
        study = store.load_model("study.json", StudyRecord)
        found = _hash_files(store, trials)
    except (RunError, OSError):
        return False
    ids = tuple(spec.id for spec in trials)
    expected = compute_sha256(card.encode())
    is_same_study = (study.trials, study.final) == (ids, final.id)
    # A run of an earlier version may be whole and lack the explanation.
    is_whole = study.files == found and EXPLANATION in found
    return is_same_study and is_whole and found["best/README.md"] == expected


def _hash_files(store: RunStore, trials: Sequence[TrialSpec]) -> dict[str, str]:
    """Compute the SHA-256 of the files by path within the run."""
    inside = sorted((store.path / "best").iterdir())
    files = [path for path in inside if path.is_file() and path.name != _PROOF]
    files += [store.path / "variants" / name / "model.onnx" for name in take_first(trials)]
    return {
        file.relative_to(store.path).as_posix(): compute_sha256(file.read_bytes()) for file in files
    }
