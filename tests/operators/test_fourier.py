"""Operators that keep low frequencies, against torch's FFT, SciPy's resampling and pure waves."""

import numpy as np
import pytest
import torch
from scipy import signal

from poolbench.operators import get_operator
from poolbench.operators.fourier import flc_pool2d, hartley_pool2d, spectral_pool2d

FUNCTIONS = {"spectral": spectral_pool2d, "flc": flc_pool2d, "hartley": hartley_pool2d}
SIZES = [(8, 12), (16, 7), (13, 9), (10, 14), (1, 5), (2, 3)]
STRIDES = (1, 2, 3, 4)


def make_map(*shape, seed=0):
    return torch.from_numpy(np.random.default_rng(seed).standard_normal(shape))


def crop_spectrum(x, wanted, weigh):
    """Of the rows of ``x`` the frequencies up to ``wanted / 2``, each times ``weigh`` of it."""
    size = x.shape[-1]
    spectrum = torch.fft.fft(x)
    kept = torch.zeros(*x.shape[:-1], wanted, dtype=spectrum.dtype)
    for frequency in range(-(wanted // 2), wanted // 2 + 1):
        part = weigh(frequency, wanted) * spectrum[..., frequency % size]
        kept[..., frequency % wanted] += part
    return torch.fft.ifft(kept) * wanted / size


def pool_by_fft(x, stride, weigh):
    """Along the rows, then along the columns."""
    for _ in range(2):
        x = crop_spectrum(x, -(-x.shape[-1] // stride), weigh).transpose(-1, -2)
    return x


def halve_the_last(frequency, wanted):
    return 0.5 if abs(frequency) * 2 == wanted else 1.0


def drop_the_last(frequency, wanted):
    return float(abs(frequency) * 2 < wanted)


def make_wave(size, frequency, phase, count=None):
    """``count`` samples of a wave that has ``frequency`` periods in ``size`` pixels."""
    places = torch.arange(count or size, dtype=torch.float64) * size / (count or size)
    return torch.cos(2 * torch.pi * frequency * places / size + phase)


def check(found, expected, atol=1e-12):
    np.testing.assert_allclose(found.detach().numpy(), expected, atol=atol)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("stride", STRIDES)
@pytest.mark.parametrize(
    ("function", "weigh"), [(spectral_pool2d, halve_the_last), (flc_pool2d, drop_the_last)]
)
def test_spectral_and_flc_crop_the_fft_of_torch(function, weigh, stride, size):
    x = make_map(2, 2, *size)
    expected = pool_by_fft(x, stride, weigh)
    assert expected.imag.abs().max() < 1e-12
    check(function(x, stride=stride), expected.real)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("stride", STRIDES)
def test_hartley_crops_the_real_minus_the_imaginary_part_of_the_fft(stride, size):
    x = make_map(2, 2, *size)
    found = hartley_pool2d(x, stride=stride)
    for _ in range(2):
        length = x.shape[-1]
        wanted = -(-length // stride)
        x = crop_hartley(x, length, wanted).transpose(-1, -2)
    check(found, x)


def transform_hartley(x):
    spectrum = torch.fft.fft(x)
    return spectrum.real - spectrum.imag


def crop_hartley(x, length, wanted):
    """The frequencies from ``-(wanted // 2)`` on; the transform undoes itself up to a factor."""
    ordered = torch.fft.fftshift(transform_hartley(x), dim=-1)
    begin = length // 2 - wanted // 2
    kept = torch.fft.ifftshift(ordered[..., begin : begin + wanted], dim=-1)
    return transform_hartley(kept) / length


@pytest.mark.parametrize(("size", "stride"), [((10, 14), 2), ((9, 15), 3), ((9, 17), 4)])
@pytest.mark.parametrize("name", FUNCTIONS)
def test_to_an_odd_size_all_three_are_the_resampling_of_scipy(name, size, stride):
    x = make_map(2, 2, *size)
    rows, columns = (-(-n // stride) for n in size)
    # No frequency of an odd size is shared by two signs.
    assert rows % 2 == columns % 2 == 1
    expected = signal.resample(signal.resample(x.numpy(), rows, axis=2), columns, axis=3)
    check(FUNCTIONS[name](x, stride=stride), expected)


@pytest.mark.parametrize("size", [(8, 12), (7, 9), (1, 4)])
@pytest.mark.parametrize("name", ["spectral", "hartley"])
def test_stride_one_is_the_identity(name, size):
    x = make_map(2, 2, *size)
    check(FUNCTIONS[name](x, stride=1), x)


def test_flc_at_stride_one_drops_the_highest_frequency_of_an_even_size_alone():
    x = make_map(2, 2, 7, 9)
    check(flc_pool2d(x, stride=1), x)
    sign = make_wave(8, 4, 0.0)
    even = make_map(2, 2, 7, 8)
    highest = (even * sign).mean(-1, keepdim=True) * sign
    check(flc_pool2d(even, stride=1), even - highest)


@pytest.mark.parametrize("size", [8, 9, 13, 16, 24])
@pytest.mark.parametrize("stride", STRIDES)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_wave_that_the_output_can_show_is_reproduced(name, stride, size):
    wanted = -(-size // stride)
    for frequency in range((wanted - 1) // 2 + 1):
        rows, shown = (make_wave(size, frequency, 0.4, n) for n in (size, wanted))
        columns, shown_columns = (make_wave(size, frequency, 1.3, n) for n in (size, wanted))
        found = FUNCTIONS[name](torch.outer(rows, columns)[None, None], stride=stride)
        check(found[0, 0], torch.outer(shown, shown_columns))


@pytest.mark.parametrize("size", [8, 9, 13, 16, 24])
@pytest.mark.parametrize("stride", [2, 3, 4])
def test_flc_removes_what_the_output_cannot_show(stride, size):
    wanted = -(-size // stride)
    for frequency in range(1, size // 2 + 1):
        found = flc_pool2d(make_wave(size, frequency, 0.4).expand(1, 1, size, -1), stride=stride)
        assert (found.abs().max() < 1e-12) == (2 * frequency >= wanted)


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("stride", STRIDES)
def test_frequencies_keep_the_mean_of_a_map(name, stride):
    x = make_map(2, 2, 13, 18)
    check(FUNCTIONS[name](x, stride=stride).mean((2, 3)), x.mean((2, 3)))


def build_diff_stride(stride, *learned):
    module = get_operator("diff-stride").cls(2, stride=stride).double()
    if learned:
        module.strides_learned.data = torch.tensor(learned, dtype=torch.float64)
    return module


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    ("stride", "learned"), [(1, ()), (2, ()), (3, ()), (4, ()), (2, (3.3, 2.2)), (2, (1.0, 9.0))]
)
def test_diff_stride_masks_frequencies_before_the_crop(stride, learned, size):
    x = make_map(2, 2, *size)
    found = build_diff_stride(stride, *learned)(x)
    # The rows go first here, so their stride, the second, comes first.
    for s in reversed(learned or (stride, stride)):
        length = x.shape[-1]

        def weigh(frequency, wanted, cut=length / (2 * s)):
            mask = np.clip((cut + 0.5 - abs(frequency)) / 4, 0, 1) if frequency else 1.0
            return mask * halve_the_last(frequency, wanted)

        x = crop_spectrum(x, -(-length // stride), weigh).real.transpose(-1, -2)
    check(found, x)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("stride", STRIDES)
def test_diff_stride_that_is_very_large_leaves_the_mean(stride, size):
    x = make_map(2, 2, *size)
    mean = x.mean((2, 3), keepdim=True)
    found = build_diff_stride(stride, 1e6, 1e6)(x)
    check(found, mean.expand_as(found))


def test_diff_stride_of_one_axis_leaves_the_mean_of_that_axis():
    x = make_map(2, 2, 16, 12)
    found = build_diff_stride(2, 1e6, 2.0)(x).detach()
    check(found, found[:, :, :1].expand_as(found))
    assert found.diff(dim=3).abs().max() > 1e-3


def test_diff_stride_below_one_counts_as_one():
    x = make_map(2, 2, 16, 12)
    check(build_diff_stride(2, 0.1, -5.0)(x), build_diff_stride(2, 1.0, 1.0)(x).detach())


def test_diff_stride_that_is_small_is_spectral_pooling_where_the_mask_is_one():
    # All 12 frequencies of the output lie below the edge of the mask, 48 / 2.
    x = make_map(2, 2, 48, 48)
    check(build_diff_stride(4, 1.0, 1.0)(x), spectral_pool2d(x, stride=4))
