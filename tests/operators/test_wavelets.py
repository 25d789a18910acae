"""Wavelets, against PyWavelets, loops and average pooling."""

import numpy as np
import pytest
import pywt
import torch

from poolbench.errors import ShapeError
from poolbench.operators import get_operator
from poolbench.operators.plain import avg_pool2d
from poolbench.operators.wavelets import haar_pool2d, split_haar

SIZES = [(8, 8), (7, 9), (1, 5), (12, 4)]
STRIDES = (2, 4)
# Low bands first, rows before columns; the first letter of PyWavelets is what it does down.
BANDS = ("aa", "ad", "da", "dd")


def make_map(*shape, seed=0):
    return torch.from_numpy(np.random.default_rng(seed).standard_normal(shape))


def fill_cells(x, stride):
    """Whole cells, the border repeated."""
    bottom, right = -x.shape[2] % stride, -x.shape[3] % stride
    return np.pad(x, ((0, 0), (0, 0), (0, bottom), (0, right)), mode="edge")


def split_by_pywt(x, levels):
    """``[B, bands, C, h, w]``: the bands of the last level change slowest."""
    if not levels:
        return x[:, None]
    found = pywt.dwtn(x, "haar", axes=(2, 3))
    parts = [split_by_pywt(found[name], levels - 1) for name in BANDS]
    # Deeper bands are the slower ones.
    return np.stack(parts, 2).reshape(len(x), -1, *parts[0].shape[2:])


def check(found, expected, atol=1e-12):
    np.testing.assert_allclose(found.detach().numpy(), expected, atol=atol)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("stride", STRIDES)
def test_haar_is_the_low_band_of_pywavelets(stride, size):
    x = make_map(2, 3, *size)
    low = pywt.wavedec2(fill_cells(x, stride), "haar", level=stride // 2)[0]
    check(haar_pool2d(x, stride=stride), low)


@pytest.mark.parametrize("stride", STRIDES)
def test_haar_is_the_average_times_the_stride(stride):
    x = make_map(2, 3, 8, 12)
    check(haar_pool2d(x, stride=stride), stride * avg_pool2d(x, stride=stride))


@pytest.mark.parametrize("size", SIZES)
def test_one_level_of_bands_is_that_of_pywavelets(size):
    x = make_map(2, 3, *size)
    low, (down, across, both) = pywt.dwt2(fill_cells(x, 2), "haar")
    check(split_haar(x, 2), np.concatenate([low, across, down, both], axis=1))


@pytest.mark.parametrize("size", SIZES)
def test_two_levels_of_bands_are_the_packets_of_pywavelets(size):
    x = make_map(1, 1, *size)
    packets = pywt.WaveletPacket2D(fill_cells(x, 4)[0, 0], "haar", maxlevel=2)
    # Its letters: h is the detail down, v across, d both; the first level comes first.
    names = [first + second for second in "avhd" for first in "avhd"]
    check(split_haar(x, 4)[0], np.stack([packets[name].data for name in names]))


@pytest.mark.parametrize("stride", [1, 2, 4])
def test_bands_keep_the_energy(stride):
    x = make_map(2, 3, 8, 12)
    bands = split_haar(x, stride)
    assert bands.shape == (2, 3 * stride**2, 8 // stride, 12 // stride)
    check(bands.square().sum((1, 2, 3)), x.square().sum((1, 2, 3)))


@pytest.mark.parametrize("stride", [1, 2, 4])
def test_bands_lose_nothing(stride):
    # Each unit of the input gives a column; an orthonormal map has its transpose for inverse.
    units = torch.eye(64, dtype=torch.float64).view(64, 1, 8, 8)
    matrix = split_haar(units, stride).reshape(64, 64)
    check(matrix @ matrix.T, np.eye(64))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("stride", STRIDES)
def test_wavelet_mixes_all_bands_of_pywavelets(stride, size):
    x = make_map(2, 3, *size)
    module = get_operator("wavelet").cls(3, stride=stride).double()
    weight, bias = make_map(*module.conv.weight.shape, seed=1), make_map(3, seed=2)
    module.conv.weight.data, module.conv.bias.data = weight, bias
    bands = split_by_pywt(fill_cells(x, stride), stride // 2)
    by_band = weight.numpy().reshape(3, stride**2, 3)
    expected = np.einsum("onc,bnchw->bohw", by_band, bands) + bias.numpy()[:, None, None]
    check(module(x), expected)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("stride", STRIDES)
@pytest.mark.parametrize("operator_id", ["wavelet", "lift"])
def test_learned_wavelets_begin_as_the_mean_with_a_repeated_border(operator_id, stride, size):
    x = make_map(2, 3, *size)
    module = get_operator(operator_id).cls(3, stride=stride).double()
    expected = avg_pool2d(torch.from_numpy(fill_cells(x, stride)), stride=stride)
    check(module(x), expected.numpy(), atol=1e-7)


def test_lift_begins_with_the_haar_bands_of_pywavelets():
    x = make_map(2, 3, 8, 12)
    module = get_operator("lift").cls(3, stride=2).double()
    module.levels[0].shares.data = make_map(3, 3, 1, 1, seed=1)
    low, (down, across, both) = pywt.dwt2(x.numpy(), "haar")
    # Lifting takes the mean of a pair and what the second exceeds the first by.
    bands = (low / 2, -down, -across, 2 * both)
    shares = (np.ones((3, 1, 1)), *module.levels[0].shares.data.numpy())
    check(module(x), sum(share * band for share, band in zip(shares, bands, strict=True)))


def filter_by_loop(x, taps):
    """Three taps along the last axis, the border repeated."""
    padded = np.pad(x, ((0, 0), (1, 1)), mode="edge")
    return np.stack([padded[:, i : i + 3] @ taps for i in range(x.shape[1])], axis=1)


def lift_rows(x, predict, update):
    even, odd = x[:, ::2], x[:, 1::2]
    high = odd - filter_by_loop(even, predict)
    return even + filter_by_loop(high, update), high


def lift_plane(x, predict, update, shares):
    """One level of one channel ``[H, W]``; index 0 of the filters is down, 1 across."""
    bands = []
    for part in lift_rows(x, predict[1], update[1]):
        bands += [band.T for band in lift_rows(part.T, predict[0], update[0])]
    return bands[0] + sum(share * band for share, band in zip(shares, bands[1:], strict=True))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("stride", STRIDES)
def test_lift_predicts_and_updates_with_its_filters(stride, size):
    x = make_map(2, 3, *size)
    module = get_operator("lift").cls(3, stride=stride).double()
    expected = fill_cells(x, stride)
    for seed, level in enumerate(module.levels):
        level.predict.data = make_map(2, 3, 3, seed=3 * seed)
        level.update.data = make_map(2, 3, 3, seed=3 * seed + 1)
        level.shares.data = make_map(3, 3, 1, 1, seed=3 * seed + 2)
        values = [p.data.flatten(2).numpy() for p in (level.predict, level.update)]
        shares = level.shares.data[..., 0, 0].numpy()
        expected = np.stack(
            [
                [
                    lift_plane(plane, values[0][:, c], values[1][:, c], shares[:, c])
                    for c, plane in enumerate(picture)
                ]
                for picture in expected
            ]
        )
    check(module(x), expected)


@pytest.mark.parametrize("stride", [1, 3, 5, 8])
@pytest.mark.parametrize("operator_id", ["haar", "wavelet", "lift"])
def test_wavelets_refuse_other_strides_than_two_and_four(operator_id, stride):
    with pytest.raises(ShapeError, match=f"not defined for stride {stride}; expected 2 or 4"):
        get_operator(operator_id).cls(3, stride=stride)


@pytest.mark.parametrize("stride", [1, 3, 8])
def test_haar_function_refuses_them_too(stride):
    with pytest.raises(ShapeError, match=f"not defined for stride {stride}; expected 2 or 4"):
        haar_pool2d(torch.ones(1, 1, 8, 8), stride=stride)
