"""Pictures in whatever form a person has them."""

import numpy as np
import pytest
import torch
from PIL import Image

from poolbench.errors import DataError, ShapeError, UsageError
from poolbench.export.given import make_batches
from poolbench.export.predict import load_model


@pytest.fixture(scope="module")
def picture():
    return np.random.default_rng(3).integers(0, 256, (6, 5, 3), dtype=np.uint8)


def take(given):
    (batch,) = make_batches(given)
    assert batch.places.tolist() == list(range(len(batch.images)))
    return batch.images


def test_a_picture_is_the_same_as_file_picture_array_and_list(picture, tmp_path):
    path = tmp_path / "p.png"
    Image.fromarray(picture).save(path)
    forms = (
        path, str(path), Image.open(path), Image.fromarray(picture), picture, picture[None],
        [picture], [path], (Image.fromarray(picture),), picture.astype(np.int64),
        torch.from_numpy(picture), [picture[None]],
    )  # fmt: skip
    for form in forms:
        found = take(form)
        assert found.dtype == np.uint8
        np.testing.assert_array_equal(found, picture[None])
    found = take(picture.astype(np.float64))
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found, picture[None])


def test_grey_and_transparent_arrays_are_what_their_files_are(picture, tmp_path):
    grey = picture[..., 0]
    for form in (grey, grey[..., None], grey[None, :, :, None]):
        np.testing.assert_array_equal(take(form), np.repeat(grey[None, ..., None], 3, axis=3))
    seen = np.dstack([picture, np.linspace(0, 255, 30).reshape(6, 5).astype(np.uint8)])
    Image.fromarray(seen).save(tmp_path / "seen.png")
    wanted = take(tmp_path / "seen.png")
    for form in (seen, seen[None], seen.astype(float), Image.fromarray(seen)):
        np.testing.assert_array_equal(take(form), wanted)


def test_photographs_are_turned_upright(picture, tmp_path):
    exif = Image.Exif()
    exif[274] = 6
    Image.fromarray(picture).save(tmp_path / "turned.png", exif=exif)
    with Image.open(tmp_path / "turned.png") as opened:
        np.testing.assert_array_equal(take(opened), take(tmp_path / "turned.png"))
        assert take(opened).shape == (1, 5, 6, 3)


def test_answers_come_in_the_order_of_the_pictures_whatever_their_sizes(bundle):
    model = load_model(bundle / "best" / "model.onnx")
    rng = np.random.default_rng(4)
    shapes = [(20, 18, 3), (7, 9), (20, 18, 3), (7, 9, 3), (20, 18)]
    pictures = [rng.integers(0, 256, shape, dtype=np.uint8) for shape in shapes]
    pictures[2] = pictures[2].astype(np.float32)
    logits, probabilities = model.predict(pictures)
    assert logits.shape == probabilities.shape == (5, 3)
    alone = np.concatenate([model.predict(one)[0] for one in pictures])
    np.testing.assert_allclose(logits, alone, atol=1e-5)


@pytest.mark.parametrize(
    ("shape", "said"),
    [
        ((3, 20, 18), "channels seem to come first"),
        ((1, 3, 20, 18), "channels seem to come first"),
        ((9, 20, 18), r"array\[\.\.\., None\]"),
        ((0, 20, 18, 3), "no pixels"),
        ((5,), "no image has that shape"),
        ((), "no image has that shape"),
        ((1, 1, 4, 4, 3), "no image has that shape"),
        ((4, 4, 2), "no image has 2 channels"),
    ],
)
def test_other_shapes_are_refused_with_what_to_do(shape, said):
    with pytest.raises(ShapeError, match=f"{said}.*Expected"):
        make_batches(np.zeros(shape, dtype=np.uint8))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (np.full((4, 4, 3), 0.5), "Multiply it by 255"),
        (np.full((4, 4, 3), -1.0), "from -1 to -1; expected 0 to 255"),
        (np.full((4, 4, 3), 300), "expected 0 to 255"),
        (np.full((4, 4, 3), np.nan), "from nan to nan"),
        (np.full((4, 4, 3), True), "array of bool"),
        (np.full((4, 4), "x"), "array of <U1"),
        (7, "int is not an image"),
        (None, "NoneType is not an image"),
        ({"a": 1}, "dict is not an image"),
        ([[1, 2], [3, 4]], "list inside a list"),
        (torch.zeros(4, 4, requires_grad=True), "Tensor cannot be turned into"),
    ],
)
def test_what_is_no_picture_is_refused_with_what_to_do(given, said):
    with pytest.raises(UsageError, match=said):
        make_batches(given)


def test_no_picture_and_no_file_are_refused(tmp_path):
    with pytest.raises(ShapeError, match="No image"):
        make_batches([])
    with pytest.raises(DataError, match=r"gone\.png"):
        make_batches([tmp_path / "gone.png"])
    with pytest.raises(DataError, match="cannot be read"):
        make_batches(Image.new("F", (2, 2), 0.5))


def test_black_and_white_floats_are_taken():
    take(np.zeros((4, 4, 3)))
    take(np.ones((4, 4, 3)))
