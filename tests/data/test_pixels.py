"""Pictures that show nothing once they are decoded are told, and refused if all of them are."""

import numpy as np
import pytest
from PIL import Image

from poolbench.config import DataConfig
from poolbench.data.image_set import Half, ImageSet
from poolbench.data.load import load_image_set
from poolbench.data.pixels import describe_pixels
from poolbench.errors import DataError

RNG = np.random.default_rng(0)


@pytest.fixture(autouse=True)
def own_cache(monkeypatch, tmp_path_factory):
    monkeypatch.setenv("POOLBENCH_CACHE", str(tmp_path_factory.mktemp("cache")))


def make_set(images):
    images = np.asarray(images, dtype=np.uint8)
    half = Half(images, np.arange(len(images)) % 2, tuple(map(str, range(len(images)))))
    return ImageSet("x", ("a", "b"), half, half.take(np.arange(0)), False)


def draw(low, high, count=10):
    return RNG.integers(low, high + 1, (count, 8, 8, 3))


def test_usual_pictures_are_not_told_of():
    assert describe_pixels(make_set(draw(0, 255))) == {}
    # A few dark ones are no fault of the set.
    few = np.concatenate([draw(0, 255, 6), draw(3, 9, 4)])
    assert describe_pixels(make_set(few)) == {}


def test_pictures_of_less_than_a_twentieth_of_the_range_are_told():
    facts = describe_pixels(make_set(draw(100, 112)))
    assert (facts["low"], facts["high"], facts["narrow"]) == (100, 112, 10)
    assert not facts["sixteen_bits"]
    assert describe_pixels(make_set(draw(100, 120))) == {}


def test_constant_pictures_are_counted_and_named():
    images = draw(0, 255)
    images[[3, 5]] = 7
    facts = describe_pixels(make_set(images))
    assert (facts["constant"], facts["constant_names"], facts["narrow"]) == (2, ["3", "5"], 0)


def test_a_set_of_one_value_is_refused():
    with pytest.raises(DataError, match="all 10 images decode to 9 of 255"):
        describe_pixels(make_set(draw(9, 9)))
    # Colours that differ are something to tell apart.
    swatches = np.arange(10).repeat(8 * 8 * 3).reshape(10, 8, 8, 3)
    assert describe_pixels(make_set(swatches))["constant"] == 10


@pytest.mark.parametrize("suffix", [".png", ".tif"])
@pytest.mark.parametrize("bits", [9, 12, 13, 16])
def test_values_of_fewer_bits_in_sixteen_are_told(tmp_path, bits, suffix):
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        for number in range(6):
            values = RNG.integers(0, 2**bits, (12, 12), dtype=np.uint16)
            Image.fromarray(values).save(tmp_path / name / f"{number}{suffix}")
    facts = load_image_set(DataConfig(source=f"folder:{tmp_path}")).facts
    assert facts.get("pixels", {}).get("sixteen_bits", False) is (bits < 16)
    assert facts.get("pixels", {}).get("narrow", 0) == (0 if bits == 16 else 12)


def test_eight_bits_in_sixteen_are_refused_with_what_to_do(tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        values = RNG.integers(0, 101, (12, 12), dtype=np.uint16)
        Image.fromarray(values).save(tmp_path / name / "1.png")
    with pytest.raises(DataError, match="so that white is 65,535"):
        load_image_set(DataConfig(source=f"folder:{tmp_path}"))


def test_arrays_are_looked_at_too(tmp_path):
    np.savez(tmp_path / "a.npz", images=draw(0, 5, 40).astype(np.uint8), labels=np.arange(40) % 2)
    facts = load_image_set(DataConfig(source=f"npz:{tmp_path / 'a.npz'}")).facts
    assert facts["pixels"]["narrow"] == 40
