import subprocess
import sys

import numpy as np
import onnx
import pytest
import torch
from onnx import TensorProto, helper
from PIL import Image

from poolbench.data.resize import resize_images
from poolbench.errors import DataError, ShapeError
from poolbench.export.onnx import export_onnx
from poolbench.export.predict import load_model, predict_files, resize_picture


def make_pictures(count, height, width):
    rng = np.random.default_rng(5)
    return rng.integers(0, 256, (count, height, width, 3), dtype=np.uint8)


@pytest.fixture(scope="module")
def model(bundle):
    return load_model(bundle / "best" / "model.onnx")


@pytest.fixture(scope="module")
def nchw_model(tmp_path_factory, network):
    path = tmp_path_factory.mktemp("nchw") / "m.onnx"
    classes = ("a", "b", "c")
    options = {"image_size": (20, 18), "layout": "nchw", "classes": classes, "fit": "crop"}
    return load_model(export_onnx(network, path, **options))


def save_identity(path, shape, **more):
    given = helper.make_tensor_value_info("input", TensorProto.FLOAT, shape)
    output = helper.make_tensor_value_info("output", TensorProto.FLOAT, [None, None])
    node = helper.make_node("Flatten", ["input"], ["output"])
    graph = helper.make_graph([node], "g", [given], [output])
    opset = [helper.make_opsetid("", 13)]
    onnx.save(helper.make_model(graph, opset_imports=opset, ir_version=8, **more), path)
    return path


def test_load_model_knows_classes_and_metadata(model):
    assert model.classes == ("apple", "ёлка", "macro avg")
    assert model.metadata["operator"] == "max"
    assert model.size is None


def test_predict_gives_the_same_for_any_batch_and_type(model):
    pictures = make_pictures(300, 20, 18)
    logits, probabilities = model.predict(pictures)
    alone = np.concatenate([model.predict(p[None].astype(np.float64))[0] for p in pictures[::60]])
    np.testing.assert_allclose(logits[::60], alone, atol=1e-5)
    assert logits.shape == probabilities.shape == (300, 3)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-5)
    assert (probabilities.argmax(1) == logits.argmax(1)).all()


def test_predict_of_fixed_size_is_that_of_any_size(model, nchw_model):
    assert nchw_model.size == (20, 18)
    pictures = make_pictures(9, 20, 18)
    for found, wanted in zip(nchw_model.predict(pictures), model.predict(pictures), strict=True):
        np.testing.assert_allclose(found, wanted, atol=1e-4)


def test_predict_of_fixed_size_resizes_with_the_same_fit(model, nchw_model):
    # Smooth pictures, so that a level of rounding is all that can differ.
    pictures = np.stack(
        [np.asarray(Image.fromarray(p).resize((60, 33))) for p in make_pictures(4, 3, 5)]
    )
    found, wanted = nchw_model.predict(pictures)[1], model.predict(pictures)[1]
    np.testing.assert_allclose(found, wanted, atol=0.01)


@pytest.mark.parametrize("shape", [(20, 18, 3), (1, 3, 20, 18), (0, 20, 18, 3)])
def test_predict_refuses_pictures_of_another_shape(model, shape):
    with pytest.raises(ShapeError, match="expected"):
        model.predict(np.zeros(shape, dtype=np.float32))


def test_predict_files_gives_the_probability_of_each_class(model, tmp_path):
    pictures = [make_pictures(1, height, width)[0] for height, width in ((20, 18), (7, 50))]
    paths = [tmp_path / f"{number}.png" for number in range(2)]
    for picture, path in zip(pictures, paths, strict=True):
        Image.fromarray(picture).save(path)
    found = predict_files(model, paths)
    for row, picture in zip(found, pictures, strict=True):
        assert list(row) == list(model.classes)
        np.testing.assert_allclose(list(row.values()), model.predict(picture[None])[1][0])


def test_load_model_refuses_what_is_no_model(tmp_path):
    broken = tmp_path / "broken.onnx"
    broken.write_bytes(b"no model")
    with pytest.raises(DataError, match=r"broken\.onnx is not an ONNX model"):
        load_model(broken)
    with pytest.raises(DataError, match="is not a file"):
        load_model(tmp_path / "missing.onnx")
    with pytest.raises(DataError, match="does not take pictures"):
        load_model(save_identity(tmp_path / "flat.onnx", ["batch", 7]))
    with pytest.raises(DataError, match="does not take pictures"):
        load_model(save_identity(tmp_path / "grey.onnx", ["batch", 1, 8, 8]))


def test_load_model_takes_a_file_that_says_nothing_about_itself(tmp_path):
    model = load_model(save_identity(tmp_path / "m.onnx", [1, 3, 1, 2]))
    logits, probabilities = model.predict(make_pictures(3, 1, 2))
    assert logits.shape == (3, 6)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-6)


@pytest.mark.parametrize("fit", ["crop", "pad", "squash"])
@pytest.mark.parametrize("size", [(40, 80), (80, 40), (24, 24)])
def test_resize_picture_is_close_to_the_resize_of_training(fit, size):
    picture = np.asarray(Image.fromarray(make_pictures(1, 4, 4)[0]).resize(size[::-1]))
    images = torch.from_numpy(picture.copy()).permute(2, 0, 1)[None].float()
    wanted = resize_images(images, (24, 24), fit)[0].permute(1, 2, 0).numpy()
    found = resize_picture(picture, (24, 24), fit).astype(np.float32)
    assert np.abs(found - wanted).max() <= 2


def test_predicting_loads_no_torch():
    code = "import poolbench.export.predict, sys; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
