"""One small bundle, made once; a test that changes it works on a copy."""

import shutil

import numpy as np
import pytest
import torch

from poolbench.config import RecipeConfig
from poolbench.data.image_set import Half, ImageSet
from poolbench.evaluation.logits import compute_logits
from poolbench.evaluation.metrics import compute_side_metrics
from poolbench.export.bundle import (
    compute_sha256,
    export_final,
    export_variant,
    make_weights,
    save_bundle,
    save_pictures,
)
from poolbench.export.card import render_card
from poolbench.models.seen import see
from poolbench.records import (
    Conditions,
    DataRecord,
    Difference,
    FinalRecord,
    TrialSpec,
    VariantSpec,
    VerdictRecord,
)
from poolbench.rundir.store import RunStore
from poolbench.trials.build import build_network

torch.set_num_threads(1)

CLASSES = ("apple", "ёлка", "macro avg")
SIZE = (20, 18)


def make_half(count, seed):
    rng = np.random.default_rng(seed)
    images = rng.integers(0, 256, (count, *SIZE, 3), dtype=np.uint8)
    labels = np.arange(count, dtype=np.int64) % len(CLASSES)
    return Half(images, labels, tuple(f"{seed}/{number}" for number in range(count)))


@pytest.fixture(scope="session")
def image_set():
    return ImageSet(
        "folder:/home/somebody/fruit", CLASSES, make_half(30, 1), make_half(70, 2), True
    )


@pytest.fixture(scope="session")
def spec(image_set):
    recipe = RecipeConfig(name="quick", epochs=4, batch_size=32, learning_rate=0.05)
    conditions = Conditions(
        device="cpu",
        precision="float32",
        threads=1,
        rewrites=True,
        poolbench="0",
        torch=torch.__version__,
        fingerprint="f",
    )
    return TrialSpec(
        variant=VariantSpec(operator="max", backbone="lab", recipe=recipe),
        split="whole",
        repeat=0,
        fold=0,
        folds=1,
        seed=0,
        manifest_hash=image_set.manifest_hash,
        num_classes=len(CLASSES),
        image_size=SIZE,
        conditions=conditions,
    )


@pytest.fixture(scope="session")
def data(image_set):
    return DataRecord(
        source=image_set.source,
        classes=CLASSES,
        image_size=SIZE,
        fit="crop",
        manifest_hash=image_set.manifest_hash,
        pool_counts=(10, 10, 10),
        test_counts=(24, 23, 23),
        has_official_test=True,
    )


@pytest.fixture(scope="session")
def network(spec):
    return build_network(spec)


@pytest.fixture(scope="session")
def final(spec, image_set, network):
    pictures = torch.from_numpy(image_set.test.images).permute(0, 3, 1, 2)
    logits = compute_logits(network, pictures)
    test = compute_side_metrics(logits, image_set.test.labels, CLASSES)
    return FinalRecord(trial=spec.id, variant=spec.variant.id, test=test)


@pytest.fixture(scope="session")
def verdict():
    rival = Difference(
        first="max.lab.quick",
        second="avg.lab.quick",
        points=2.5,
        low=1.0,
        high=4.0,
        tie_low=1.2,
        tie_high=3.8,
        p_value=0.002,
        p_adjusted=0.004,
        probability_better=0.97,
        probability_equal=0.03,
        probability_worse=0.0,
        repeats=2,
    )
    return VerdictRecord(
        protocol="cv",
        kind="winner",
        winner="max.lab.quick",
        tied=(),
        recommended="max.lab.quick",
        margin_points=1.0,
        pictures=30,
        repeats=2,
        folds=5,
        differences=(rival,),
    )


@pytest.fixture(scope="session")
def card(spec, data, final, verdict):
    return render_card(spec, data, final, verdict)


@pytest.fixture(scope="session")
def bundle(tmp_path_factory, image_set, spec, data, network, final, card):
    """A run with ``best/`` and one variant; do not change it."""
    store = RunStore(tmp_path_factory.mktemp("made") / "run")
    store.save_bytes("best/verification.json", b"of an earlier bundle")
    measured = compute_logits(network, torch.from_numpy(image_set.test.images).permute(0, 3, 1, 2))
    weights = make_weights(network, see(image_set.pool))
    export_final(store, network, spec, data, compute_sha256(weights))
    save_bundle(store, network, weights, data, final, image_set.test, measured, card)
    export_variant(store, network, spec, data)
    save_pictures(store, image_set.test)
    return store.path


@pytest.fixture
def run(bundle, tmp_path):
    """A copy of the run in another place."""
    return shutil.copytree(bundle, tmp_path / "moved")
