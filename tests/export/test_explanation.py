"""``explain.npz`` of small studies, held against what their trials stored."""

import io
import json

import numpy as np
import pytest
import torch
from torch import nn

from poolbench.config import StudyConfig
from poolbench.data.image_set import Half, ImageSet
from poolbench.evaluation.logits import compute_logits
from poolbench.evaluation.metrics import compute_nll
from poolbench.evaluation.selection import compute_confidence
from poolbench.executors.process import save_outcome
from poolbench.export.explanation import make_explanation
from poolbench.models import add_factory
from poolbench.models.views import ViewedNetwork
from poolbench.planning.plan import make_final_spec, make_plan
from poolbench.records import TrialRecord
from poolbench.rundir.store import RunStore
from poolbench.trials.build import split_pictures
from poolbench.trials.restore import restore_inner, restore_network
from poolbench.trials.run import run_trial
from poolbench.trials.session import Session


def draw_set(classes=3, count=10, size=(12, 10), seed=0):
    """Pictures whose class shifts their colours a little, so that much is predicted wrong."""
    rng = np.random.default_rng(seed)

    def draw(count, name):
        labels = np.repeat(np.arange(classes), count)
        images = rng.integers(0, 200, (len(labels), *size, 3))
        images[..., 0] += 50 * labels[:, None, None] // classes
        names = tuple(f"{name}/{number}" for number in range(len(labels)))
        return Half(images.astype(np.uint8), labels, names)

    names = tuple(f"class {number}" for number in range(classes))
    return ImageSet("folder:drawn", names, draw(count, "train"), draw(4, "test"), True)


class Made:
    """A study whose trials are on disk, and its explanation."""

    def __init__(self, path, image_set, operators=("stride", "max", "avg"), **settings):
        defaults = {"backbones": ("lab",), "epochs": 2, "folds": 2, "repeats": 2}
        config = StudyConfig(operators=operators, device="cpu", **{**defaults, **settings})
        plan = make_plan(config, image_set)
        self.image_set, self.plan, self.store = image_set, plan, RunStore(path)
        self.final = make_final_spec(plan, plan.variants[-1].id)
        session = Session(image_set)
        for spec in {spec.id: spec for spec in (*plan.specs, self.final)}.values():
            save_outcome(self.store, run_trial(spec, session))

    def explain(self):
        return make_explanation(self.store, self.plan.specs, self.final, self.image_set)

    def load(self):
        with np.load(io.BytesIO(self.explain()), allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files}
        return arrays, json.loads(arrays.pop("facts").tobytes())

    def collect(self, variant_id):
        """``[N, classes]``: what repeat 0 said of the pictures that were held out."""
        arrays = [
            self.store.load_arrays(spec.id, "predictions")
            for spec in self.plan.list_trials(variant_id, 1)
        ]
        index = np.concatenate([each["index"] for each in arrays])
        logits = np.concatenate([each["logits"] for each in arrays])
        return logits[np.argsort(index)]

    def diverge(self, spec):
        """Let a trial look as one that diverged."""
        path = self.store.trials / spec.id / "record.json"
        record = TrialRecord.model_validate_json(path.read_text())
        path.write_text(record.model_copy(update={"diverged_at": 3}).model_dump_json())
        path.with_name("SHA256SUMS").unlink()


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Three variants, cross-validated; not to be changed."""
    return Made(tmp_path_factory.mktemp("made") / "run", draw_set())


@pytest.fixture(scope="module")
def found(made):
    return made.load()


def look_up(half, names):
    return np.array([half.names.index(str(name)) for name in names], dtype=np.int64)


@pytest.mark.full(seconds=4)
def test_explanation_is_the_same_bytes_again_whatever_the_threads(made):
    before = torch.get_num_threads()
    first = made.explain()
    try:
        torch.set_num_threads(2)
        assert made.explain() == first
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)


def test_wrong_pictures_are_the_most_confidently_wrong_of_the_winner(made, found):
    arrays, facts = found
    pool = made.image_set.pool
    logits = made.collect(facts["recommended"])
    place = look_up(pool, arrays["wrong_names"])
    np.testing.assert_array_equal(arrays["wrong_images"], pool.images[place])
    np.testing.assert_array_equal(arrays["wrong_labels"], pool.labels[place])
    np.testing.assert_array_equal(arrays["wrong_predicted"], logits[place].argmax(1))
    wrong = np.flatnonzero(logits.argmax(1) != pool.labels)
    wanted = np.sort(compute_confidence(logits[wrong]))[::-1][:16]
    assert len(place) == min(16, len(wrong)) > 3
    np.testing.assert_array_equal(arrays["wrong_probability"], wanted)


def test_disagreed_pictures_are_those_with_the_most_different_answers(made, found):
    arrays, facts = found
    votes = np.stack([made.collect(name).argmax(1) for name in facts["variants"]])
    kinds = np.array([len(set(column)) for column in votes.T])
    place = look_up(made.image_set.pool, arrays["disagreed_names"])
    np.testing.assert_array_equal(arrays["disagreed_predicted"], votes[:, place])
    np.testing.assert_array_equal(arrays["disagreed_labels"], made.image_set.pool.labels[place])
    # Of three votes the entropy follows the number of different ones.
    wanted = np.argsort(-kinds, kind="stable")[:16]
    assert place.tolist() == [k for k in wanted if kinds[k] > 1]


def test_grad_cam_is_of_held_out_pictures_of_the_first_trial(made, found):
    arrays, facts = found
    first = made.plan.list_trials(facts["recommended"])[0]
    assert facts["cam"] == {"trial": first.id, "layer": "site", "map_size": [3, 3], "reason": None}
    pool = made.image_set.pool
    place = look_up(pool, arrays["cam_names"])
    assert np.isin(place, split_pictures(first, made.image_set).held_out).all()
    predicted = made.collect(facts["recommended"])[place].argmax(1)
    np.testing.assert_array_equal(arrays["cam_predicted"], predicted)
    is_wrong = predicted != pool.labels[place]
    assert is_wrong.tolist() == sorted(is_wrong, reverse=True) and is_wrong.sum() <= 4
    assert arrays["cam_heat"].shape == (len(place), 12, 10)
    assert arrays["cam_heat"].dtype == np.float16
    assert arrays["cam_heat"].max() == 1 and arrays["cam_heat"].min() >= 0


def test_every_variant_shows_the_same_picture_before_and_after_its_site(made, found):
    arrays, facts = found
    assert [entry["variant"] for entry in facts["maps"]["entries"]] == facts["variants"]
    place = made.image_set.pool.names.index(facts["maps"]["name"])
    np.testing.assert_array_equal(arrays["maps_image"], made.image_set.pool.images[place])
    assert facts["maps"]["label"] == made.image_set.pool.labels[place]
    for number, entry in enumerate(facts["maps"]["entries"]):
        before, after = arrays[f"maps_before_{number}"], arrays[f"maps_after_{number}"]
        assert list(before.shape[1:]) == entry["before_size"] == [12, 10]
        assert list(after.shape[1:]) == entry["after_size"] == [3, 3]
        assert len(before) == len(after) == len(entry["channels"]) == 4
    stride, largest = arrays["maps_after_0"], arrays["maps_before_1"]
    np.testing.assert_array_equal(stride, arrays["maps_before_0"][:, ::4, ::4])
    assert (arrays["maps_after_1"].max((1, 2)) == largest.max((1, 2))).all()


def test_shift_curves_begin_with_the_accuracy_of_the_trials(made, found):
    arrays, facts = found
    assert facts["shift"]["modes"] == ["circular", "border"]
    assert arrays["shift_pixels"].tolist() == list(range(9))
    assert arrays["shift_accuracy"].shape == arrays["shift_consistency"].shape == (3, 2, 9)
    for place, name in enumerate(facts["variants"]):
        record = made.store.load_trial(made.plan.list_trials(name)[0].id)
        assert arrays["shift_counts"][place] == record.held_out.count == 15
        assert (arrays["shift_accuracy"][place, :, 0] == record.held_out.accuracy).all()
    assert (arrays["shift_consistency"][..., 0] == 1).all()


def test_landscape_is_around_the_network_that_is_handed_over(made, found):
    arrays, facts = found
    assert facts["landscape"] == {"trial": made.final.id, "pictures": 30, "reason": None}
    pool = made.image_set.pool
    pictures = torch.from_numpy(pool.images).permute(0, 3, 1, 2)
    logits = compute_logits(restore_network(made.store, made.final.id), pictures)
    middle = len(arrays["landscape_coefficients"]) // 2
    wanted = compute_nll(logits, pool.labels)
    assert arrays["landscape_losses"][middle, middle] == pytest.approx(wanted, rel=1e-5)
    assert arrays["landscape_losses"].shape == (25, 25)


@pytest.mark.full(seconds=3)
def test_lab_protocol_explains_pictures_of_the_test_half(tmp_path):
    made = Made(tmp_path, draw_set(), ("max", "avg"), protocol="lab", repeats=1)
    arrays, facts = made.load()
    names = set(made.image_set.test.names)
    for part in ("wrong", "disagreed", "cam"):
        assert set(arrays[f"{part}_names"].tolist()) <= names
    assert facts["maps"]["name"] in names
    assert facts["landscape"]["trial"] == facts["cam"]["trial"] == made.final.id
    assert (arrays["shift_counts"] == len(names)).all()


@pytest.mark.full(seconds=3)
def test_diverged_trial_is_left_out_and_said(tmp_path):
    made = Made(tmp_path, draw_set(), ("max", "avg"), repeats=1)
    first = made.plan.list_trials(made.final.variant.id)[0]
    made.diverge(first)
    held_out = split_pictures(first, made.image_set).held_out
    arrays, facts = made.load()
    assert facts["cam"]["reason"] == "diverged" and arrays["cam_heat"].shape == (0, 12, 10)
    assert [entry["variant"] for entry in facts["maps"]["entries"]] == ["max.lab.quick"]
    assert arrays["shift_counts"].tolist() == [15, 0]
    assert np.isnan(arrays["shift_accuracy"][1]).all()
    assert not np.isin(look_up(made.image_set.pool, arrays["wrong_names"]), held_out).any()
    assert not np.isin(look_up(made.image_set.pool, arrays["disagreed_names"]), held_out).any()


@pytest.mark.full(seconds=2)
def test_one_variant_with_views_disagrees_with_nobody_and_is_explained_by_its_network(tmp_path):
    image_set = draw_set(classes=2, size=(4, 6))
    made = Made(tmp_path, image_set, ("blur",), recipes=("standard",), repeats=1)
    arrays, facts = made.load()
    assert isinstance(restore_network(made.store, made.final.id), ViewedNetwork)
    assert not isinstance(restore_inner(made.store, made.final.id), ViewedNetwork)
    assert arrays["disagreed_predicted"].shape == (1, 0)
    assert facts["cam"]["layer"] == "relu2" and arrays["cam_heat"].shape[1:] == (4, 6)
    # No further than the picture reaches.
    assert arrays["shift_pixels"].tolist() == [0, 1, 2, 3]
    record = made.store.load_trial(made.plan.specs[0].id)
    assert (arrays["shift_accuracy"][0, :, 0] == record.held_out.accuracy).all()


@pytest.mark.full(seconds=2)
def test_network_without_a_map_and_many_classes_have_the_rest(tmp_path):
    image_set = draw_set(classes=100, count=2, size=(8, 8))
    made = Made(tmp_path, image_set, ("max",), backbones=("lab-example", "mlp"), repeats=1)
    arrays, facts = made.load()
    assert facts["recommended"] == "none.mlp.quick"
    assert facts["cam"]["reason"] == "no-map" and len(arrays["cam_images"]) == 0
    assert [entry["variant"] for entry in facts["maps"]["entries"]] == ["max.lab-example.quick"]
    assert (arrays["shift_counts"] == 100).all()
    assert facts["landscape"]["pictures"] == 128
    assert np.isfinite(arrays["landscape_losses"]).all()


def test_nothing_is_pickled_and_names_are_plain_text(found):
    arrays, _ = found
    assert all(array.dtype != object for array in arrays.values())
    assert arrays["wrong_names"].dtype.kind == "U"


class _Shy(nn.Module):
    """Gives no gradients outside training."""

    def __init__(self, classes):
        super().__init__()
        self.layers = nn.Sequential(nn.Conv2d(3, 4, 3), nn.MaxPool2d(2), nn.Flatten())
        self.head = nn.Linear(4 * 5 * 4, classes)

    def forward(self, x):
        with torch.set_grad_enabled(self.training):
            return self.head(self.layers(x))


def make_shy(classes):
    return _Shy(classes)


def test_network_of_ones_own_that_cannot_be_looked_into_has_the_rest(tmp_path):
    add_factory("make_shy", make_shy)
    made = Made(tmp_path, draw_set(), ("max",), backbones=("make_shy",), repeats=1)
    arrays, facts = made.load()
    assert facts["cam"]["reason"].startswith("failed: RuntimeError")
    assert facts["maps"]["entries"][0]["site"] == "model.layers.1.site"
    assert np.isfinite(arrays["landscape_losses"]).all()
