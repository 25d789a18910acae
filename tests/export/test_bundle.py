import hashlib
import json

import numpy as np
import onnxruntime
import torch
from safetensors.numpy import load_file

from poolbench.export.bundle import make_metadata
from poolbench.records import FinalRecord
from poolbench.rundir.store import RunStore


def load_reference(run):
    with np.load(run / "best" / "reference.npz", allow_pickle=False) as archive:
        return {name: archive[name] for name in archive.files}


def test_save_bundle_writes_everything_and_leaves_nothing_of_before(bundle):
    assert sorted(path.name for path in (bundle / "best").iterdir()) == [
        "README.md",
        "final.json",
        "model.onnx",
        "reference.npz",
        "weights.safetensors",
    ]


def test_save_bundle_keeps_weights_under_their_names(bundle, network):
    saved = load_file(bundle / "best" / "weights.safetensors")
    wanted = network.state_dict()
    assert saved.keys() == wanted.keys()
    for name, value in saved.items():
        np.testing.assert_array_equal(value, wanted[name].numpy())


def test_save_bundle_keeps_what_torch_measured(bundle, network, image_set):
    reference = load_reference(bundle)
    with torch.no_grad():
        images = torch.from_numpy(reference["images"]).permute(0, 3, 1, 2).float()
        wanted = network.eval()(images).numpy()
    np.testing.assert_allclose(reference["logits"], wanted, atol=1e-5)
    assert reference["images"].shape == (64, 20, 18, 3)
    assert reference["images_other"].shape == (64, 26, 14, 3)
    known = {
        image.tobytes(): label
        for image, label in zip(image_set.test.images, image_set.test.labels, strict=True)
    }
    for image, label in zip(reference["images"], reference["labels"], strict=True):
        assert known[image.tobytes()] == label


def test_save_bundle_records_hashes_without_pickled_objects(bundle):
    reference = load_reference(bundle)
    facts = json.loads(reference["facts"].tobytes())
    for name in ("model.onnx", "weights.safetensors"):
        content = (bundle / "best" / name).read_bytes()
        assert facts["sha256"][name] == hashlib.sha256(content).hexdigest()
    assert all(array.dtype != object for array in reference.values())


def test_save_bundle_keeps_the_final_record(bundle, final):
    assert RunStore(bundle).load_model("best/final.json", FinalRecord) == final


def test_export_variant_predicts_like_the_network(bundle, network, spec, image_set):
    path = bundle / "variants" / spec.variant.id / "model.onnx"
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    pictures = image_set.test.images[:5]
    logits = session.run(None, {"input": pictures.astype(np.float32)})[0]
    with torch.no_grad():
        wanted = network.eval()(torch.from_numpy(pictures).permute(0, 3, 1, 2).float())
    np.testing.assert_allclose(logits, wanted.numpy(), atol=1e-4)


def test_save_pictures_keeps_labels_and_names_without_pickled_objects(bundle, image_set):
    test = image_set.test
    with np.load(bundle / "pictures.npz", allow_pickle=False) as archive:
        assert len(archive["names"]) == 64
        for name, image, label in zip(
            *(archive[k] for k in ("names", "images", "labels")), strict=True
        ):
            place = test.names.index(str(name))
            assert label == test.labels[place]
            np.testing.assert_array_equal(image, test.images[place])


def test_make_metadata_names_the_data_but_not_the_folders_above_it(spec, data):
    facts = make_metadata(spec, data)
    assert facts["source"] == "folder:fruit"
    assert facts["operator"] == "max" and facts["data_hash"] == data.manifest_hash
    assert not any("somebody" in value for value in facts.values())
