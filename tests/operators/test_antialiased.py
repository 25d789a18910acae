"""Blurs and polyphase sampling, against numbers made by hand, SciPy, Kornia and loops."""

import kornia.filters
import numpy as np
import pytest
import torch
import torch.nn.functional as F
from scipy import ndimage, stats
from scipy.special import softmax

from poolbench.errors import ShapeError, UsageError
from poolbench.operators import build_operator, get_operator
from poolbench.operators.antialiased import (
    BlurPool2d,
    aps_pool2d,
    avg_blur_pool2d,
    blur_pool2d,
    max_blur_pool2d,
)

# Pascal's triangle.
ROWS = {3: (1, 2, 1), 5: (1, 4, 6, 4, 1), 7: (1, 6, 15, 20, 15, 6, 1)}


def make_map(*shape, seed=0):
    return torch.from_numpy(np.random.default_rng(seed).standard_normal(shape))


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        # A kept pixel, its neighbour, and the corner between four kept pixels.
        ((2, 2), [[0, 0, 0], [0, 4, 0], [0, 0, 0]]),
        ((2, 3), [[0, 0, 0], [0, 2, 2], [0, 0, 0]]),
        ((3, 3), [[0, 0, 0], [0, 1, 1], [0, 1, 1]]),
        # Beside the border, the reflection brings a second part.
        ((1, 1), [[4, 2, 0], [2, 1, 0], [0, 0, 0]]),
    ],
)
def test_blur_spreads_one_bright_pixel_as_a_binomial_filter(place, expected):
    x = torch.zeros(1, 1, 6, 6)
    x[0, 0, place[0], place[1]] = 16.0
    assert blur_pool2d(x, stride=2)[0, 0].tolist() == expected


@pytest.mark.parametrize("size", [(8, 8), (9, 6), (5, 13)])
@pytest.mark.parametrize(
    ("stride", "kernel_size"), [(1, None), (2, None), (2, 5), (3, None), (4, None), (4, 3)]
)
def test_blur_is_a_mirrored_convolution_of_scipy(size, stride, kernel_size):
    x = make_map(2, 3, *size)
    row = np.array(ROWS[kernel_size or max(3, 2 * stride - 1)], dtype=np.float64)
    kernel = np.outer(row, row) / row.sum() ** 2
    expected = ndimage.convolve(x.numpy(), kernel[None, None], mode="mirror")
    found = blur_pool2d(x, stride=stride, kernel_size=kernel_size)
    np.testing.assert_allclose(found.numpy(), expected[:, :, ::stride, ::stride], atol=1e-12)


def test_blur_keeps_a_constant_map():
    for stride in (1, 2, 3, 4, 5):
        x = torch.full((1, 2, 11, 14), 3.7)
        assert torch.allclose(blur_pool2d(x, stride=stride), torch.tensor(3.7), atol=1e-6)


def test_blur_module_is_the_function():
    x = make_map(2, 3, 9, 8).float()
    assert torch.equal(build_operator("blur", 3, stride=4)(x), blur_pool2d(x, stride=4))
    wide = BlurPool2d(3, stride=2, kernel_size=5)
    assert torch.equal(wide(x), blur_pool2d(x, stride=2, kernel_size=5))
    assert not wide.state_dict()


@pytest.mark.parametrize("kernel_size", [2, 4, 1, -3])
def test_blur_refuses_a_width_without_a_middle(kernel_size):
    with pytest.raises(UsageError, match=f"is {kernel_size}; "):
        BlurPool2d(3, stride=2, kernel_size=kernel_size)
    with pytest.raises(UsageError, match="odd"):
        blur_pool2d(torch.ones(1, 1, 9, 9), stride=2, kernel_size=kernel_size)


@pytest.mark.parametrize("size", [(3, 8), (8, 3)])
def test_blur_refuses_a_map_that_cannot_be_reflected(size):
    with pytest.raises(ShapeError, match=f"map of {size[0]}x{size[1]} pixels; .* more than 3"):
        blur_pool2d(torch.ones(1, 1, *size), stride=4)
    assert blur_pool2d(torch.ones(1, 1, 4, 4), stride=4).shape == (1, 1, 1, 1)


def test_blur_counts_the_multiply_adds_of_what_it_keeps():
    assert build_operator("blur", 5, stride=2).count_operations(8, 7) == 5 * (4 * 4) * 9
    assert build_operator("blur", 1, stride=4).count_operations(32, 32) == 64 * 49


@pytest.mark.parametrize("size", [(12, 12), (13, 9), (9, 14)])
@pytest.mark.parametrize(("stride", "kernel_size"), [(1, 3), (2, 3), (2, 7), (3, 5), (4, 7)])
def test_blur_is_that_of_kornia_after_reflection(stride, kernel_size, size):
    x = make_map(2, 3, *size)
    border = kernel_size // 2
    # Kornia fills with zeros, so what it gives beside its border is cut off.
    blurred = kornia.filters.blur_pool2d(F.pad(x, (border,) * 4, mode="reflect"), kernel_size, 1)
    inner = blurred[..., border:-border, border:-border]
    found = blur_pool2d(x, stride=stride, kernel_size=kernel_size)
    assert torch.allclose(found, inner[..., ::stride, ::stride], atol=1e-12)


@pytest.mark.parametrize("stride", [2, 3, 4])
@pytest.mark.parametrize("kernel_size", [3, 5, 7])
def test_blur_then_decimate_is_blur(stride, kernel_size):
    x = make_map(2, 3, 12, 15)
    dense = blur_pool2d(x, stride=1, kernel_size=kernel_size)[..., ::stride, ::stride]
    assert torch.allclose(blur_pool2d(x, stride=stride, kernel_size=kernel_size), dense)


@pytest.mark.parametrize("stride", [2, 3, 4])
def test_max_blur_is_that_of_kornia_away_from_the_border(stride):
    x = make_map(2, 3, 28, 31)
    width = 2 * stride - 1
    theirs = kornia.filters.max_blur_pool2d(x, width, stride, max_pool_size=stride)
    ours = max_blur_pool2d(x, stride=stride)[..., : theirs.shape[2], : theirs.shape[3]]
    # The first window reaches over the border, and the last one or two.
    assert torch.allclose(ours[..., 1:-2, 1:-2], theirs[..., 1:-2, 1:-2], atol=1e-12)


def look_ahead(x, reduce, width):
    """What ``reduce`` gives of the ``width`` x ``width`` values from each place on."""
    x = x.numpy()
    out = np.empty_like(x)
    for b, c, i, j in np.ndindex(out.shape):
        out[b, c, i, j] = reduce(x[b, c, i : i + width, j : j + width])
    return out


@pytest.mark.parametrize("size", [(8, 8), (9, 6), (5, 13)])
@pytest.mark.parametrize(
    ("stride", "kernel_size"), [(1, 3), (2, 3), (2, 5), (3, 5), (4, 7), (4, 3)]
)
@pytest.mark.parametrize(
    ("function", "reduce"), [(max_blur_pool2d, np.max), (avg_blur_pool2d, np.mean)]
)
def test_blurs_of_a_window_take_what_is_ahead(function, reduce, stride, kernel_size, size):
    x = make_map(2, 2, *size)
    row = np.array(ROWS[kernel_size], dtype=np.float64)
    kernel = np.outer(row, row) / row.sum() ** 2
    ahead = look_ahead(x, reduce, stride)
    expected = ndimage.convolve(ahead, kernel[None, None], mode="mirror")[..., ::stride, ::stride]
    found = function(x, stride=stride, kernel_size=kernel_size)
    np.testing.assert_allclose(found.numpy(), expected, atol=1e-12)


@pytest.mark.parametrize("size", [(8, 8), (9, 6), (1, 5)])
@pytest.mark.parametrize(
    ("stride", "kernel_size"), [(1, None), (2, None), (2, 5), (3, None), (4, None), (4, 3)]
)
def test_adaptive_blur_begins_as_the_blur_with_a_repeated_border(stride, kernel_size, size):
    x = make_map(2, 3, *size)
    module = get_operator("adaptive-blur").cls(3, stride=stride, kernel_size=kernel_size)
    row = np.array(ROWS[kernel_size or max(3, 2 * stride - 1)], dtype=np.float64)
    kernel = np.outer(row, row) / row.sum() ** 2
    expected = ndimage.convolve(x.numpy(), kernel[None, None], mode="nearest")
    found = module.double()(x).detach().numpy()
    np.testing.assert_allclose(found, expected[:, :, ::stride, ::stride], atol=1e-6)


def cut(x, row, column, size):
    """``[channels, size * size]``: around this place, the border repeated."""
    rows, columns = (
        np.arange(k - size // 2, k + size // 2 + 1).clip(0, n - 1)
        for k, n in zip((row, column), x.shape[1:], strict=True)
    )
    return x[:, rows[:, None], columns]


@pytest.mark.parametrize("groups", [1, 2, 4])
@pytest.mark.parametrize(("stride", "kernel_size"), [(1, 3), (2, 3), (2, 5), (3, 5)])
def test_adaptive_blur_filters_each_place_with_its_softmax(stride, kernel_size, groups):
    x = make_map(2, 4, 7, 6)
    cls = get_operator("adaptive-blur").cls
    module = cls(4, stride=stride, kernel_size=kernel_size, groups=groups).double()
    weight = make_map(*module.conv.weight.shape, seed=1)
    bias = make_map(*module.conv.bias.shape, seed=2)
    module.conv.weight.data, module.conv.bias.data = weight, bias
    found = module(x).detach().numpy()
    for b, i, j in np.ndindex(2, *found.shape[2:]):
        picture, place = x[b].numpy(), (i * stride, j * stride)
        logits = np.tensordot(weight.numpy(), cut(picture, *place, 3), 3) + bias.numpy()
        filters = softmax(logits.reshape(groups, -1), axis=1)
        values = cut(picture, *place, kernel_size).reshape(4, -1)
        expected = [filters[c * groups // 4] @ values[c] for c in range(4)]
        np.testing.assert_allclose(found[b, :, i, j], expected, atol=1e-12)


@pytest.mark.parametrize(("channels", "groups"), [(1, 1), (12, 4), (16, 8), (7, 1)])
def test_adaptive_blur_shares_filters_between_channels(channels, groups):
    assert get_operator("adaptive-blur").cls(channels, stride=2).groups == groups


def list_phases(x, stride):
    """``[stride**2, B, C, h, w]``, the border repeated."""
    bottom, right = -x.shape[2] % stride, -x.shape[3] % stride
    x = np.pad(x, ((0, 0), (0, 0), (0, bottom), (0, right)), mode="edge")
    return np.stack([x[:, :, i::stride, j::stride] for i, j in np.ndindex(stride, stride)])


@pytest.mark.parametrize("size", [(8, 8), (7, 9), (1, 5)])
@pytest.mark.parametrize("stride", [1, 2, 3, 4])
def test_aps_keeps_the_phase_with_the_largest_norm(stride, size):
    x = make_map(5, 2, *size)
    phases = list_phases(x.numpy(), stride)
    chosen = np.linalg.norm(phases.reshape(*phases.shape[:2], -1), axis=2).argmax(0)
    np.testing.assert_array_equal(aps_pool2d(x, stride=stride), phases[chosen, np.arange(5)])


def score_by_loops(module, x):
    """The score of one picture ``[C, H, W]``, with circular borders."""
    for layer in (module.first, module.second):
        weight, bias = layer.weight.data.numpy(), layer.bias.data.numpy()
        total = bias[:, None, None]
        for i, j in np.ndindex(3, 3):
            moved = np.roll(x, (1 - i, 1 - j), axis=(1, 2))
            total = total + np.tensordot(weight[:, :, i, j], moved, 1)
        x = total.clip(min=0) if layer is module.first else total
    return x.mean()


def score_phases(module, x, stride):
    """``[stride**2, B]``."""
    return np.array(
        [[score_by_loops(module, one) for one in phase] for phase in list_phases(x, stride)]
    )


@pytest.mark.parametrize("size", [(8, 8), (7, 9), (2, 5)])
@pytest.mark.parametrize("stride", [1, 2, 3, 4])
def test_lps_keeps_the_phase_with_the_best_score(stride, size):
    x = make_map(4, 3, *size)
    module = build_lps(3, stride)
    chosen = score_phases(module, x.numpy(), stride).argmax(0)
    phases = list_phases(x.numpy(), stride)
    np.testing.assert_array_equal(module(x).detach(), phases[chosen, np.arange(4)])


def build_lps(channels, stride):
    """In evaluation, with weights large enough that scores differ."""
    module = get_operator("lps").cls(channels, stride=stride).double().eval()
    generator = torch.Generator().manual_seed(0)
    for parameter in module.parameters():
        parameter.data.normal_(generator=generator)
    return module


@pytest.mark.parametrize("stride", [2, 3, 4])
@pytest.mark.parametrize("operator_id", ["aps", "lps"])
@pytest.mark.parametrize("seed", [0, 1])
def test_polyphase_sampling_follows_every_circular_shift(operator_id, stride, seed):
    aps = get_operator("aps").cls(3, stride=stride)
    module = build_lps(3, stride) if operator_id == "lps" else aps
    # The mean is large beside the differences, so the phases are near to each other.
    x = make_map(1, 3, 4 * stride, 3 * stride, seed=seed) / 10 + 1
    plain = list_shifts(module(x).detach())
    for found in module(list_shifts(x)).detach():
        # Bit by bit one of the shifts of what comes without the shift.
        assert (found == plain).flatten(1).all(1).sum() == 1


def list_shifts(x):
    """All circular shifts of one picture, as a batch."""
    return torch.cat([torch.roll(x, place, (2, 3)) for place in np.ndindex(*x.shape[2:])])


def test_lps_mixes_phases_in_training_by_a_gumbel_softmax():
    draws = 4000
    # Each phase is 1 in a channel of its own, so the output is the weights.
    picture = torch.eye(4).double().view(4, 2, 2)
    module = get_operator("lps").cls(4, stride=2).double()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        weights = module(picture.repeat(draws, 1, 1, 1)).detach().numpy().reshape(draws, 4)
    np.testing.assert_allclose(weights.sum(1), 1, atol=1e-12)
    assert (weights > 0).all()
    # By Gumbel's trick the largest weight falls on each phase with its softmax.
    chances = softmax(score_phases(module, picture[None].numpy(), 2)[:, 0])
    counts = np.bincount(weights.argmax(1), minlength=4)
    assert stats.chisquare(counts, chances * draws).pvalue > 1e-3


@pytest.mark.parametrize("operator_id", ["max-blur", "avg-blur", "adaptive-blur"])
@pytest.mark.parametrize("kernel_size", [2, 4, 1, 0, -3])
def test_blurs_refuse_a_width_without_a_middle(operator_id, kernel_size):
    with pytest.raises(UsageError, match=f"is {kernel_size}; "):
        get_operator(operator_id).cls(3, stride=2, kernel_size=kernel_size)


@pytest.mark.parametrize("function", [max_blur_pool2d, avg_blur_pool2d])
def test_blurs_refuse_a_map_that_cannot_be_reflected(function):
    with pytest.raises(ShapeError, match=r"map of 9x3 pixels; .* more than 3"):
        function(torch.ones(1, 1, 9, 3), stride=4)
    with pytest.raises(UsageError, match="is 4; "):
        function(torch.ones(1, 1, 9, 9), stride=4, kernel_size=4)


@pytest.mark.parametrize("groups", [0, -1, 4, 7])
def test_adaptive_blur_refuses_groups_that_do_not_divide_the_channels(groups):
    with pytest.raises(
        UsageError, match=f"groups is {groups}; expected a divisor of the 6 channels"
    ):
        get_operator("adaptive-blur").cls(6, stride=2, groups=groups)
