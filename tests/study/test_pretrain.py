"""Weights from one image set help on another: the whole way, by the command line."""

import hashlib
import json

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from poolbench.data.sample import load_sample
from poolbench.models.seen import read_seen, see
from poolbench.models.transfer import add_facts
from poolbench.records import TrialRecord

NETWORK = ("--backbones", "resnet", "--operators", "avg", "--image-size", "16")
SHORT = (
    "--data",
    "sample",
    "--epochs",
    "1",
    "--folds",
    "2",
    "--repeats",
    "1",
    "--precision",
    "float32",
)
HEAD = (
    'epochs = 1\nbatch_size = 64\nlearning_rate = 0.05\npretrained = true\ntrained_part = "head"\n'
)


@pytest.fixture(scope="module")
def weights(tmp_path_factory, poolbench_cli):
    """Of two classes of the sample, max pooling."""
    place = tmp_path_factory.mktemp("pretrained")
    done = poolbench_cli(
        "pretrain", "--data", "sample", "--classes", "all-but:0,1", "--image-size", "16",
        "--epochs", "1", "--precision", "float32", "--out", "made/w.safetensors", cwd=place,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "SHA-256" in done.stderr
    return place / "made" / "w.safetensors"


@pytest.mark.full(seconds=12, always=True)
def test_pretraining_leaves_the_weights_of_a_trained_network(weights):
    values = load_file(weights)
    assert values["linear.weight"].shape[0] == 2
    assert values["stem.norm1.num_batches_tracked"] > 0


@pytest.mark.full(seconds=12, always=True)
def test_weights_say_what_they_were_trained_on(weights):
    seen, sample = read_seen(weights), load_sample()
    assert seen.is_all
    assert seen.count_in(sample.pool) == len(seen.pictures) == np.sum(sample.pool.labels > 1)
    assert seen.count_in(sample.test) == 0


@pytest.mark.full(seconds=45)
def test_study_begins_with_the_weights_and_says_what_fits(
    weights, tmp_path, poolbench_here, train_here
):
    (tmp_path / "head.toml").write_text(HEAD)
    run = ("run", "--classes", "0,1,2", *NETWORK, *SHORT, "--recipes", "head.toml")
    done = poolbench_here(*run, "--weights", weights, "--out", "study")
    assert done.returncode == 0, done.stderr
    assert "Initialised anew: linear.weight, linear.bias" in done.stderr
    assert "trained with operator max; licence: –" in done.stderr
    card = (tmp_path / "study" / "best" / "README.md").read_text(encoding="utf-8")
    sha256 = hashlib.sha256(weights.read_bytes()).hexdigest()
    told = f"- `w.safetensors`, SHA-256 `{sha256}`; trained with operator `max`; licence unknown"
    assert told in card
    assert "trained on 300 of the 900 training images" in done.stderr
    # What comes out of it has seen its own pool, and what the weights had seen.
    seen = read_seen(tmp_path / "study" / "best" / "weights.safetensors")
    assert (len(seen.pictures), seen.is_all) == (1200, True)
    source = load_file(weights)
    for folder in (tmp_path / "study" / "trials").iterdir():
        record = TrialRecord.model_validate_json((folder / "record.json").read_text())
        assert len(record.spec.weights) == 64
        found = load_file(folder / "weights.safetensors")
        # The recipe trains the head alone, so all else is as it came.
        assert torch.equal(found["stage3.block2.main.conv2.weight"],
                           source["stage3.block2.main.conv2.weight"])  # fmt: skip
        assert found["stem.norm1.num_batches_tracked"] == source["stem.norm1.num_batches_tracked"]
    proof = json.loads((tmp_path / "study" / "best" / "verification.json").read_text())
    assert proof["passed"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--recipes", "head.toml"), "starts from pretrained weights"),
        (
            ("--weights", "other.safetensors"),
            "no recipe in this study starts from pretrained weights",
        ),
        (("--recipes", "finetune", "--weights", "gone.safetensors"), "cannot be read"),
        (("--recipes", "finetune", "--weights", "head.toml"), "is not a safetensors file"),
        (("--recipes", "finetune", "--weights", "other.safetensors"), "Nothing in other"),
        (("--recipes", "head.toml", "--weights", "some.safetensors"), "has no values for it"),
    ],
)
def test_weights_that_cannot_be_used_are_refused(arguments, message, tmp_path, poolbench_here):
    (tmp_path / "head.toml").write_text(HEAD)
    save_file({"elsewhere": torch.ones(3)}, tmp_path / "other.safetensors")
    save_file({"stem.norm1.weight": torch.ones(32)}, tmp_path / "some.safetensors")
    done = poolbench_here("run", *NETWORK, *SHORT, *arguments)
    assert done.returncode == 2
    assert message in done.stderr
    assert not (tmp_path / "runs").exists()


def test_pretraining_takes_groups_and_duplicates(poolbench_here):
    done = poolbench_here("pretrain", "--groups", "subfolder")
    assert done.returncode == 2
    assert "--groups subfolder works only with --data folder:PATH" in done.stderr
    done = poolbench_here("pretrain", "--on-duplicates", "keep")
    assert done.returncode == 2
    assert "--on-duplicates is 'keep'" in done.stderr


def test_pretraining_of_several_variants_is_refused(poolbench_here):
    done = poolbench_here("pretrain", "--operator", "max,avg")
    assert done.returncode == 2
    assert "one variant" in done.stderr


def test_pretraining_replaces_no_file_of_somebody_else(tmp_path, poolbench_here):
    (tmp_path / "weights.safetensors").write_bytes(b"mine")
    done = poolbench_here("pretrain")
    assert done.returncode == 2
    assert "weights.safetensors exists, and no pretraining" in done.stderr
    assert (tmp_path / "weights.safetensors").read_bytes() == b"mine"


@pytest.mark.parametrize(
    ("more", "message"),
    [({}, "one variant"), ({"license": "MIT"}, "exists, and no pretraining")],
)
def test_pretraining_replaces_what_it_wrote_itself(more, message, tmp_path, poolbench_here):
    kept = tmp_path / "runs" / "sample" / "trials" / "all" / "weights.safetensors"
    kept.parent.mkdir(parents=True)
    save_file({"weight": torch.ones(3)}, kept)
    facts = {
        "operator": "max",
        "backbone": "lab",
        **see(load_sample().test).make_metadata(),
        **more,
    }
    (tmp_path / "weights.safetensors").write_bytes(add_facts(kept.read_bytes(), facts))
    # What is refused next comes behind the look at the file.
    done = poolbench_here("pretrain", "--operator", "max,avg")
    assert done.returncode == 2
    assert message in done.stderr
