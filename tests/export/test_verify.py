import hashlib
import io
import json
import os

import numpy as np
import onnx
import pytest
from safetensors.numpy import load_file, save

from poolbench.errors import RunError, VerificationError
from poolbench.export import verify
from poolbench.export.verify import (
    VerificationReport,
    check_run,
    count_wrong_labels,
    verify_run,
)
from poolbench.rundir.store import RunStore


def change_model(run, change):
    """Change the ONNX file, and the hash that is recorded of it too."""
    path = run / "best" / "model.onnx"
    proto = onnx.load(path)
    change(proto)
    path.write_bytes(proto.SerializeToString())
    record_hash(run, "model.onnx")


def record_hash(run, name):
    def change(arrays):
        facts = json.loads(arrays["facts"].tobytes())
        content = (run / "best" / name).read_bytes()
        facts["sha256"][name] = hashlib.sha256(content).hexdigest()
        arrays["facts"] = np.frombuffer(json.dumps(facts).encode(), dtype=np.uint8)

    change_reference(run, change)


def change_reference(run, change):
    path = run / "best" / "reference.npz"
    with np.load(path) as archive:
        arrays = {key: archive[key] for key in archive.files}
    change(arrays)
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    path.write_bytes(buffer.getvalue())


def add_to_bias(proto, amount=0.01):
    (bias,) = (i for i in proto.graph.initializer if i.name == "network.linear.bias")
    value = onnx.numpy_helper.to_array(bias) + np.float32([amount, 0, 0])
    bias.CopyFrom(onnx.numpy_helper.from_array(value, bias.name))


def list_failed(run):
    return [
        check.name
        for check in check_run(run).checks
        if not check.passed and "torch" not in check.name
    ]


def find_check(run, name):
    (check,) = (check for check in check_run(run).checks if check.name == name)
    return check


def test_verify_run_passes_in_a_fresh_process_without_torch_after_a_move(run):
    report = verify_run(run)
    assert report.passed and not report.torch_imported
    assert report.pictures == 64
    assert 0 < report.seconds < 600
    assert RunStore(run).load_model("best/verification.json", VerificationReport) == report
    names = [check.name for check in report.checks]
    for place in ("batch 1", "batch 2", "batch 7", "26x14"):
        assert f"logits, {place}" in names and f"labels, {place}" in names
    assert "torch stays out of the process" in names
    for check in report.checks:
        if check.name.startswith(("logits", "labels", "probabilities", "torch")):
            assert 0 <= check.value <= check.tolerance
        assert check.detail == "" or check.name == "class names"


def test_verify_run_fails_on_a_changed_weight(run):
    change_model(run, add_to_bias)
    with pytest.raises(VerificationError) as caught:
        verify_run(run)
    assert caught.value.exit_code == 4
    report = RunStore(run).load_model("best/verification.json", VerificationReport)
    assert not report.passed
    failed = [check for check in report.checks if not check.passed]
    assert {"logits, batch 1", "weights in both files"} <= {check.name for check in failed}
    names = [check.name.replace("26x14", "26 × 14 px") for check in failed]
    listed = [f"{name} ({check.detail})" for name, check in zip(names, failed, strict=True)]
    assert str(caught.value) == (
        f"The model in {run / 'best'} does not reproduce its recorded predictions. Failed checks: "
        f"{'; '.join(listed)}. "
        "The files were changed or damaged: copy them again, or run the study again."
    )
    told = caught.value.tell("ru")
    assert "логиты, размер пакета 1 (" in told and "веса в обоих файлах (" in told
    assert "допустимо не больше 0,001" in told


def test_check_run_sees_torch_in_the_process(run):
    # Which this one has imported.
    report = check_run(run)
    assert report.torch_imported and not report.passed
    check = find_check(run, "torch stays out of the process")
    assert (check.passed, check.value, check.tolerance) == (False, 1, 0)


def test_verify_run_hands_on_why_there_is_nothing_to_verify(run):
    change_reference(run, lambda arrays: arrays.pop("labels"))
    with pytest.raises(RunError) as refused:
        verify_run(run)
    with pytest.raises(RunError) as expected:
        check_run(run.resolve())
    assert str(refused.value) == str(expected.value)
    assert refused.value.tell("ru") == expected.value.tell("ru")


@pytest.mark.skipif(os.name == "nt", reason="a script with its interpreter in the first line")
@pytest.mark.parametrize(
    ("said", "last"), [("echo first >&2; echo last >&2", "last"), (":", "it gave no reason")]
)
def test_verify_run_tells_of_a_process_that_broke_off(run, tmp_path, monkeypatch, said, last):
    python = tmp_path / "python"
    python.write_text(f"#!/bin/sh\n{said}\nexit 3\n")
    python.chmod(0o755)
    monkeypatch.setattr(verify.sys, "executable", str(python))
    # Nothing is known of the model: not the code that means that it differs.
    with pytest.raises(RunError) as broken:
        verify_run(run)
    assert str(broken.value) == f"The verification of {run} stopped with exit code 3 ({last})."


def test_verify_run_tells_that_there_is_no_run_or_that_it_has_no_bundle(tmp_path):
    for path, said in ((tmp_path / "gone", "is not a run"), (tmp_path, "There is no run at")):
        with pytest.raises(RunError, match=said) as refused:
            verify_run(path)
        assert str(path) in str(refused.value)
    (tmp_path / "best").mkdir()
    (tmp_path / "best" / "model.onnx").touch()
    with pytest.raises(RunError, match=r"^best/weights.* and best/reference\.npz are missing from"):
        verify_run(tmp_path)


def test_check_run_finds_a_changed_weight_by_its_hash(run):
    path = run / "best" / "model.onnx"
    content = bytearray(path.read_bytes())
    place = content.index(b"network.conv2.weight") + 2000
    content[place] ^= 1
    recorded = hashlib.sha256(path.read_bytes()).hexdigest()[:12]
    path.write_bytes(content)
    found = hashlib.sha256(content).hexdigest()[:12]
    check = find_check(run, "SHA-256 of model.onnx")
    assert (check.passed, check.detail) == (False, f"{found}…, recorded {recorded}…")


def test_check_run_fails_where_no_hash_was_recorded(run):
    change_reference(run, set_facts({"classes": [], "sha256": {}}))
    check = find_check(run, "SHA-256 of model.onnx")
    assert not check.passed and check.detail.endswith("…, none recorded")


def test_check_run_does_not_read_what_is_too_large(run, monkeypatch):
    size = (run / "best" / "model.onnx").stat().st_size
    monkeypatch.setattr(verify, "MOST_BYTES", size)
    assert find_check(run, "SHA-256 of model.onnx").passed
    monkeypatch.setattr(verify, "MOST_BYTES", size - 1)
    check = find_check(run, "SHA-256 of model.onnx")
    assert (check.passed, check.detail) == (
        False,
        f"it has {size:,} bytes, and at most {size - 1:,} are read",
    )


@pytest.mark.parametrize("is_recorded", [False, True])
def test_check_run_finds_a_changed_weights_file(run, is_recorded):
    path = run / "best" / "weights.safetensors"
    weights = load_file(path)
    weights["conv1.weight"][0, 0, 0, 0] += np.float32(1e-4)
    path.write_bytes(save(weights))
    if is_recorded:
        record_hash(run, "weights.safetensors")
    failed = list_failed(run)
    assert "weights in both files" in failed
    assert ("SHA-256 of weights.safetensors" in failed) != is_recorded


def test_check_run_finds_weights_that_differ_by_value_alone(run):
    path = run / "best" / "weights.safetensors"
    weights = load_file(path)
    weights["conv1.weight"][0, 0, 0, 0] += np.float32(1e-6)
    path.write_bytes(save(weights))
    record_hash(run, "weights.safetensors")

    def tell_new_hash(proto):
        (entry,) = (e for e in proto.metadata_props if e.key == "weights_sha256")
        entry.value = hashlib.sha256(path.read_bytes()).hexdigest()

    change_model(run, tell_new_hash)
    assert list_failed(run) == ["weights in both files"]
    check = find_check(run, "weights in both files")
    assert (check.value, check.detail) == (1, "conv1.weight")


def test_check_run_fails_where_weights_of_another_network_lie(run):
    path = run / "best" / "weights.safetensors"
    path.write_bytes(save({f"other.{name}": value for name, value in load_file(path).items()}))
    check = find_check(run, "weights in both files")
    assert not check.passed
    assert check.detail == (
        "the checksum of the weights that the model names, no name is in both files"
    )


@pytest.mark.full(seconds=1)
def test_check_run_finds_other_class_names(run):
    def swap(proto):
        (entry,) = (e for e in proto.metadata_props if e.key == "classes")
        entry.value = json.dumps(json.loads(entry.value)[::-1])

    change_model(run, swap)
    assert list_failed(run) == ["class names"]
    assert find_check(run, "class names").detail == "the model names macro avg, ёлка, apple"


def test_check_run_finds_a_changed_resize(run):
    def change(proto):
        for node in proto.graph.node:
            if node.op_type == "Floor":
                node.op_type = "Ceil"

    change_model(run, change)
    assert "logits, 26x14" in list_failed(run)


def test_check_run_fails_on_a_model_that_does_not_open(run):
    (run / "best" / "model.onnx").write_bytes(b"broken")
    record_hash(run, "model.onnx")
    assert list_failed(run) == ["weights in both files", "model opens"]
    assert find_check(run, "weights in both files").detail


def test_check_run_says_why_a_model_does_not_open(run):
    (run / "best" / "model.onnx").write_bytes(b"broken")
    assert str(run / "best" / "model.onnx") in find_check(run, "model opens").detail


@pytest.mark.full(seconds=11)
def test_check_run_fails_on_logits_of_another_shape(run):
    change_reference(run, lambda arrays: arrays.update(logits=arrays["logits"][:, :2]))
    assert list_failed(run) == [f"logits, batch {batch}" for batch in (1, 2, 7)]
    details = {check.detail for check in check_run(run).checks if check.name in list_failed(run)}
    assert details == {"shape (64, 3), expected (64, 2)"}


def test_check_run_fails_on_pictures_that_the_model_does_not_take(run):
    change_reference(run, lambda arrays: arrays.update(images=arrays["images"][..., :2]))
    failed = {check.name: check.detail for check in check_run(run).checks if not check.passed}
    assert {"logits, batch 1", "logits, batch 2", "logits, batch 7"} < set(failed)
    assert "Expected [height, width]" in failed["logits, batch 1"]


def test_check_run_reads_no_file_that_the_model_names(run, monkeypatch):
    monkeypatch.chdir(run)

    def move_outside(proto):
        weight = proto.graph.initializer[0]
        (run / "numbers.bin").write_bytes(onnx.numpy_helper.to_array(weight).tobytes())
        weight.ClearField("raw_data")
        weight.data_location = onnx.TensorProto.EXTERNAL
        weight.external_data.add(key="location", value="numbers.bin")

    # Read, the numbers would be the right ones.
    change_model(run, move_outside)
    assert list_failed(run) == ["weights in both files", "model opens"]


def test_check_run_fails_on_logits_that_are_no_numbers(run):
    change_model(run, lambda proto: add_to_bias(proto, np.nan))
    check = find_check(run, "logits, batch 1")
    assert (check.passed, check.value, check.tolerance) == (False, None, 1e-3)
    assert check.detail == "nan, at most 0.001"


def test_check_run_counts_a_single_wrong_label(run):
    def turn_first(arrays):
        arrays["logits"][0] = arrays["logits"][0, ::-1] * 2

    change_reference(run, turn_first)
    check = find_check(run, "labels, batch 1")
    assert (check.passed, check.value, check.tolerance) == (False, 1, 0)
    assert check.detail == "1, at most 0"


def test_check_run_tells_of_a_broken_reference(run):
    (run / "best" / "reference.npz").write_bytes(b"broken")
    with pytest.raises(RunError, match="cannot be read"):
        check_run(run)


def set_facts(facts):
    return lambda arrays: arrays.update(facts=np.frombuffer(json.dumps(facts).encode(), np.uint8))


COUNTS = "expected equally many images, labels and logits, at least one each"
NAMES = "its arrays are not the expected ones: images, images_other, logits, logits_other"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda arrays: arrays.pop("labels"), NAMES),
        (lambda arrays: arrays.update(labels=arrays["labels"][1:]), COUNTS),
        (lambda arrays: arrays.update(logits=arrays["logits"][:, :0]), COUNTS),
        (lambda arrays: arrays.update({k: arrays[k][:0] for k in arrays if k != "facts"}), COUNTS),
        (set_facts([]), "it lists no checksums"),
        (set_facts({"classes": [], "sha256": []}), "it lists no checksums"),
        (set_facts({"classes": {}, "sha256": {}}), "it lists no classes"),
    ],
    ids=["arrays", "labels", "classes", "none", "facts", "hashes", "names"],
)
def test_check_run_tells_what_is_wrong_with_a_reference(run, change, message):
    change_reference(run, change)
    with pytest.raises(RunError) as refused:
        check_run(run)
    assert str(refused.value) == (
        f"{run / 'best' / 'reference.npz'} cannot be read ({message}): the saved model is "
        "incomplete. Run the study again with the same out to recreate it."
    )


def test_reference_of_one_picture_is_one(run):
    change_reference(
        run, lambda arrays: arrays.update({k: arrays[k][:1] for k in arrays if k != "facts"})
    )
    assert all("images" in name for name in list_failed(run))
    assert find_check(run, "labels, batch 7").passed


def test_count_wrong_labels_leaves_ties_out():
    measured = np.float32([[1.0, 1.0005, 0.0], [3.0, 1.0, 2.0]])
    assert count_wrong_labels(np.float32([[2.0, 1.0, 0.0], [3.0, 1.0, 2.0]]), measured) == 0
    assert count_wrong_labels(np.float32([[2.0, 1.0, 0.0], [0.0, 1.0, 2.0]]), measured) == 1


@pytest.mark.full(seconds=4)
def test_a_run_that_cannot_be_written_is_verified_all_the_same(run):
    place = run / "best" / "verification.json"
    place.unlink(missing_ok=True)
    # As on a read-only disc, which not everybody may make: nothing can take this place.
    (place / "in the way").mkdir(parents=True)
    assert verify_run(run).passed


@pytest.mark.parametrize("name", ["model.onnx", "weights.safetensors", "reference.npz"])
def test_files_that_lead_out_of_the_run_are_refused_and_differ_from_nothing(run, tmp_path, name):
    place = run / "best" / name
    place.rename(tmp_path / "other")
    place.symlink_to(tmp_path / "other")
    with pytest.raises(RunError, match="it is a link"):
        verify_run(run)
