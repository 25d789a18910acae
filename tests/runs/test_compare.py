"""What differs between two runs, and how sure a difference of accuracies is."""

import json

import numpy as np
import pytest

from poolbench.errors import RunError
from poolbench.runs.compare import compare_runs


def edit(path, **values):
    """Change values of a JSON file."""
    path.write_text(json.dumps({**json.loads(path.read_text()), **values}))


def test_run_does_not_differ_from_itself(place):
    found = compare_runs(place / "new", place / "new")
    assert (found.pictures, found.settings, found.versions) == ((), (), ())
    assert [variant.is_same for variant in found.variants] == [True, True]
    assert found.unpaired is None


def test_what_differs_is_named(place):
    found = compare_runs(place / "old", place / "new")
    assert found.pictures == ()
    assert "recipes" in {change.name for change in found.settings}
    assert "recipe.lab.class_balance" in {change.name for change in found.settings}
    assert [change.name for change in found.versions] == ["poolbench"]
    json.dumps(found.dump())


def test_paired_trials_have_an_interval_around_their_difference(place):
    found = compare_runs(place / "old", place / "new")
    assert {variant.first for variant in found.variants} == {"none.mlp.lab", "none.mlp.quick"}
    for variant in found.variants:
        difference = 100 * (variant.second_accuracy - variant.first_accuracy)
        assert variant.points == pytest.approx(difference)
        assert variant.low < variant.points < variant.high
        assert variant.repeats == 1


def test_difference_is_second_minus_first(place):
    """The first variant of the second run is told wrong on every picture."""
    for predictions in (place / "new" / "trials").glob("none.mlp.lab-*/predictions.npz"):
        arrays = dict(np.load(predictions))
        arrays["logits"] = np.eye(2, dtype=np.float32)[1 - arrays["labels"]]
        np.savez_compressed(predictions, **arrays)
        (predictions.parent / "SHA256SUMS").unlink(missing_ok=True)
    forth = compare_runs(place / "old", place / "new").variants[0]
    back = compare_runs(place / "new", place / "old").variants[0]
    assert forth.second_accuracy == 0
    assert forth.points == pytest.approx(-100 * forth.first_accuracy)
    assert -100 <= forth.low < forth.points < forth.high
    assert (back.points, back.low, back.high) == pytest.approx(
        (-forth.points, -forth.high, -forth.low)
    )


def test_other_pictures_are_not_paired(place):
    edit(place / "new" / "data.json", manifest_hash="0" * 64, source="folder:elsewhere")
    found = compare_runs(place / "old", place / "new")
    assert found.unpaired == "pictures"
    assert {change.name for change in found.pictures} == {"source", "sha256"}
    assert all(variant.points is None for variant in found.variants)


def test_other_folds_are_not_paired(place):
    """In one run the folds of each variant have exchanged a picture."""
    for variant in ("none.mlp.lab", "none.mlp.brief"):
        folds = [
            next((place / "new" / "trials").glob(f"{variant}-r0f{fold}-*/predictions.npz"))
            for fold in (0, 1)
        ]
        arrays = [dict(np.load(path)) for path in folds]
        places = [found["index"][0] for found in arrays]
        for path, found, index in zip(folds, arrays, reversed(places), strict=True):
            found["index"][0] = index
            np.savez_compressed(path, **found)
            (path.parent / "SHA256SUMS").unlink(missing_ok=True)
    found = compare_runs(place / "old", place / "new")
    assert found.unpaired == "splits"
    assert all(variant.low is None for variant in found.variants)


def test_unfinished_run_is_compared_as_far_as_it_goes(place, unfinished):
    found = compare_runs(place / "old", unfinished)
    assert found.unpaired == "unfinished"
    assert (found.variants, found.only_first) == ((), ())
    assert found.settings


def test_studies_without_a_common_operator_say_so(place):
    study = json.loads((place / "new" / "study.json").read_text())
    for trial in study["trials"]:
        path = place / "new" / "trials" / trial
        record = json.loads((path / "record.json").read_text())
        record["spec"]["variant"]["operator"] = "other"
        # Of a schema of before, whose ids may have been made in another way.
        edit(path / "record.json", spec=record["spec"], schema_version=1)
        (path / "SHA256SUMS").unlink(missing_ok=True)
    found = compare_runs(place / "old", place / "new")
    assert found.unpaired == "no-variant"
    assert found.variants == ()
    assert all(name.startswith("other.") for name in found.only_second)
    assert set(found.only_first) == {"none.mlp.lab", "none.mlp.quick"}


def test_what_is_no_run_is_refused(place, tmp_path):
    with pytest.raises(RunError, match=r"data\.json cannot be read"):
        compare_runs(place / "old", tmp_path)
