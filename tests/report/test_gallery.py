"""Galleries: each picture with what is true of it."""

import base64
import dataclasses
import io
import shutil

import numpy as np
import pytest
from PIL import Image

from poolbench.errors import RunError
from poolbench.report.faults import Faults
from poolbench.report.gallery import (
    embed,
    lay_out_maps,
    list_galleries,
    make_disagreed,
    make_wrong,
    paint_heat,
)
from poolbench.report.read import read_run
from poolbench.report.words import speak


@pytest.fixture(scope="module")
def real(finished):
    return read_run(finished[0])


def open_uri(uri):
    content = base64.b64decode(uri.removeprefix("data:image/png;base64,"))
    return np.asarray(Image.open(io.BytesIO(content)))


def test_wrong_pictures_say_their_class_and_what_they_are_taken_for(real):
    arrays, classes = real.explained.arrays, real.explained.facts["classes"]
    shown = make_wrong(real, real.explained).pictures
    assert len(shown) == len(arrays["wrong_labels"]) > 0
    for place, picture in enumerate(shown):
        np.testing.assert_array_equal(open_uri(picture.uri), arrays["wrong_images"][place])
        true, taken = (speak(line, "en") for line in picture.lines)
        assert classes[arrays["wrong_labels"][place]] in true
        assert classes[arrays["wrong_predicted"][place]] in taken


def test_disagreeing_variants_are_named_with_their_answers(real):
    explained = real.explained
    shown = make_disagreed(real, explained).pictures
    classes, variants = explained.facts["classes"], explained.facts["variants"]
    for place, picture in enumerate(shown):
        told = dict(line.speak("en").split(": ") for line in picture.lines[1:])
        for variant, said in zip(
            variants, explained.arrays["disagreed_predicted"][:, place], strict=True
        ):
            assert real.labels[variant] in told[classes[said]].split(", ")
        assert len(told) > 1


def test_a_run_shows_every_gallery_it_has_pictures_for(run_path, real):
    titles = [
        speak(gallery.title, "en") for gallery in list_galleries(read_run(run_path), Faults())
    ]
    assert len(titles) == 4
    assert (
        len(list_galleries(dataclasses.replace(real, explained=None, suspects=()), Faults())) == 0
    )


def test_heat_colours_what_is_hot_and_leaves_the_rest_grey():
    image = np.full((2, 2, 3), 100, dtype=np.uint8)
    painted = paint_heat(image, np.array([[0.0, 1.0], [0.0, 0.0]]))
    assert (painted[0, 0] == 100).all()
    assert painted[0, 1].max() - painted[0, 1].min() > 50


def test_maps_of_a_pair_have_one_scale():
    before = np.array([[[0.0, 1.0], [2.0, 4.0]]])
    laid = lay_out_maps(before, np.array([[[4.0]]]))
    assert laid.shape == (2 + 2 + 2, 2)
    np.testing.assert_array_equal(laid[:2], [[0, 64], [128, 255]])
    assert (laid[-2:] == 255).all()


def test_large_pictures_are_shrunk_before_they_are_embedded():
    assert open_uri(embed(np.zeros((900, 600, 3), dtype=np.uint8))).shape == (320, 213, 3)


def test_a_broken_explanation_is_named(run_path, tmp_path):
    path = shutil.copytree(run_path, tmp_path / "run")
    (path / "best" / "explain.npz").write_bytes(b"PK")
    with pytest.raises(RunError, match=r"explain\.npz"):
        read_run(path)
