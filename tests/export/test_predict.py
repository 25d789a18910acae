import json
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
from poolbench.export.predict import load_model, predict_file, resize_picture


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


@pytest.mark.parametrize("shape", [(20, 18, 5), (1, 3, 20, 18), (0, 20, 18, 3)])
def test_predict_refuses_pictures_of_another_shape(model, shape):
    with pytest.raises(ShapeError, match="Expected"):
        model.predict(np.zeros(shape, dtype=np.float32))


def test_predict_file_gives_the_probability_of_each_class(model, tmp_path):
    pictures = [make_pictures(1, height, width)[0] for height, width in ((20, 18), (7, 50))]
    paths = [tmp_path / f"{number}.png" for number in range(2)]
    for picture, path in zip(pictures, paths, strict=True):
        Image.fromarray(picture).save(path)
    found = [predict_file(model, path) for path in paths]
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
    with pytest.raises(DataError, match="does not turn images into logits"):
        load_model(save_identity(tmp_path / "flat.onnx", ["batch", 7]))
    with pytest.raises(DataError, match="does not turn images into logits"):
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


@pytest.fixture
def mixed_files(tmp_path):
    """A model of the pixels of a picture, two pictures, and two files that are none."""
    model = save_identity(tmp_path / "m.onnx", [1, 3, 1, 1])
    files = [tmp_path / name for name in ("a.png", "torn.png", "b.png", "gone.png")]
    for file, colour in ((files[0], (9, 0, 0)), (files[2], (0, 0, 9))):
        Image.new("RGB", (1, 1), colour).save(file)
    files[1].write_bytes(b"x")
    return model, files


def test_every_picture_that_can_be_is_classified_and_the_others_are_named(
    mixed_files, poolbench_here
):
    model, files = mixed_files
    done = poolbench_here("predict", model, *files)
    assert done.returncode == 3
    said = [line.split(": ")[0] for line in done.stdout.splitlines()]
    assert said == [str(files[0]), str(files[2])]
    assert "no prediction for 2 of 4 images" in done.stderr
    for file in (files[1], files[3]):
        assert done.stderr.count(f"{file} cannot be read: ") == 1


def test_what_cannot_be_classified_stands_in_the_json_too(mixed_files, poolbench_here):
    model, files = mixed_files
    done = poolbench_here("predict", model, *files, "--json")
    assert done.returncode == 3
    found = json.loads(done.stdout)
    assert [entry["path"] for entry in found] == [str(file) for file in files]
    assert [sorted(entry)[0] for entry in found] == ["path", "error", "path", "error"]
    assert found[0]["probabilities"]["0"] > 0.99
    done = poolbench_here("predict", model, files[0], "--json")
    assert (done.returncode, done.stderr) == (0, "")


def test_one_picture_that_cannot_be_classified_is_one_line(mixed_files, poolbench_here):
    model, files = mixed_files
    done = poolbench_here("predict", model, files[1])
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr == f"{files[1]} cannot be read: its format is not recognised.\n"


def test_answers_that_are_no_numbers_are_named(tmp_path):
    given = helper.make_tensor_value_info("input", TensorProto.FLOAT, ["b", 3, 1, 1])
    output = helper.make_tensor_value_info("output", TensorProto.FLOAT, ["b", 3])
    nodes = [helper.make_node("Flatten", ["input"], ["f"]), helper.make_node("Log", ["f"], ["l"])]
    nodes += [helper.make_node("Sub", ["l", "l"], ["output"])]
    graph = helper.make_graph(nodes, "g", [given], [output])
    opset = [helper.make_opsetid("", 13)]
    onnx.save(helper.make_model(graph, opset_imports=opset, ir_version=8), tmp_path / "m.onnx")
    Image.new("RGB", (1, 1)).save(tmp_path / "a.png")
    with pytest.raises(DataError, match=r"a\.png: the model's predictions are not finite numbers"):
        predict_file(load_model(tmp_path / "m.onnx"), tmp_path / "a.png")
