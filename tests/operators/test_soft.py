"""Means with weights from the values, against loops with SciPy's softmax, and their limits."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from scipy.special import expit, softmax

from poolbench.errors import UsageError
from poolbench.operators import get_operator
from poolbench.operators.plain import avg_pool2d, max_pool2d
from poolbench.operators.soft import soft_pool2d

SIZES = [(8, 8), (7, 9), (1, 5)]
WINDOWS = [(1, 1), (2, 2), (2, 3), (3, 3), (3, 4), (4, 4), (2, 5), (4, 7)]
SOFT = ("soft", "lip", "adaptive", "detail-preserving", "attention")
CHANNELS = 3


def make_map(*shape, seed=0):
    return torch.from_numpy(np.random.default_rng(seed).standard_normal(shape))


def build(operator_id, stride, kernel_size=None):
    cls = get_operator(operator_id).cls
    return cls(CHANNELS, stride=stride, kernel_size=kernel_size).double()


def set_values(module, seed=1):
    """Other values than those that it begins with, and the module."""
    generator = torch.Generator().manual_seed(seed)
    for parameter in module.parameters():
        parameter.data.normal_(generator=generator)
    return module


def pool_by_loops(x, reduce, stride, size):
    """``reduce`` gives a value for each channel from ``[channels, values]`` of a window.

    Of every window there is what lies on the map.
    """
    x = np.asarray(x)
    out = np.empty((len(x), CHANNELS, -(-x.shape[2] // stride), -(-x.shape[3] // stride)))
    for b, i, j in np.ndindex(len(x), *out.shape[2:]):
        top, left = (k * stride - (size - stride) // 2 for k in (i, j))
        rows, columns = slice(max(top, 0), top + size), slice(max(left, 0), left + size)
        out[b, :, i, j] = reduce(x[b, :, rows, columns].reshape(x.shape[1], -1))
    return out


def weigh(values, logits):
    return (values * softmax(logits, axis=-1)).sum(-1)


def check(found, expected, atol=1e-12):
    np.testing.assert_allclose(found.detach().numpy(), expected, atol=atol)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("stride", "kernel_size"), WINDOWS)
@pytest.mark.parametrize("beta", [-2.0, 0.5, 1.0, 30.0])
def test_soft_is_the_mean_under_scipys_softmax(beta, stride, kernel_size, size):
    x = make_map(2, CHANNELS, *size)
    expected = pool_by_loops(x, lambda v: weigh(v, beta * v), stride, kernel_size)
    check(soft_pool2d(x, stride=stride, kernel_size=kernel_size, beta=beta), expected)


@pytest.mark.parametrize(("stride", "kernel_size"), WINDOWS)
@pytest.mark.parametrize(
    ("beta", "function"),
    [(0.0, avg_pool2d), (1e7, max_pool2d), (-1e7, lambda x, **o: -max_pool2d(-x, **o))],
)
def test_soft_goes_from_the_smallest_over_the_mean_to_the_largest(
    beta, function, stride, kernel_size
):
    x = make_map(2, CHANNELS, 7, 9)
    options = {"stride": stride, "kernel_size": kernel_size}
    check(soft_pool2d(x, **options, beta=beta), function(x, **options))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("stride", "kernel_size"), WINDOWS)
@pytest.mark.parametrize("operator_id", ["lip", "detail-preserving", "attention"])
def test_learned_weights_begin_equal(operator_id, stride, kernel_size, size):
    x = make_map(2, CHANNELS, *size)
    expected = avg_pool2d(x, stride=stride, kernel_size=kernel_size)
    check(build(operator_id, stride, kernel_size)(x), expected)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("stride", "kernel_size"), WINDOWS)
def test_lip_weighs_by_a_normalised_projection(stride, kernel_size, size):
    x = make_map(2, CHANNELS, *size)
    module = set_values(build("lip", stride, kernel_size))
    projected = np.einsum("oc,bchw->bohw", module.conv.weight.data[..., 0, 0], x)
    normalised = F.instance_norm(
        torch.from_numpy(projected),
        weight=module.scale.data.flatten(),
        bias=module.bias.data.flatten(),
    )
    both = np.concatenate([x, 12 * expit(normalised.numpy())], axis=1)
    expected = pool_by_loops(both, lambda v: weigh(v[:CHANNELS], v[CHANNELS:]), stride, kernel_size)
    check(module(x), expected)


def weigh_by_likeness(values):
    """edscw of AdaPool, from the formula in the paper."""
    mean = values.mean(1)
    likeness = [2 * abs(a @ mean) / (a @ a + mean @ mean) for a in values.T]
    return weigh(values, np.array(likeness))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("stride", "kernel_size"), WINDOWS)
def test_adaptive_mixes_soft_pooling_and_the_likeness_to_the_mean(stride, kernel_size, size):
    x = make_map(2, CHANNELS, *size)
    share = np.array([0.0, 0.3, 1.0])
    module = build("adaptive", stride, kernel_size)
    module.share.data = torch.from_numpy(share)[:, None, None]
    expected = pool_by_loops(
        x, lambda v: share * weigh(v, v) + (1 - share) * weigh_by_likeness(v), stride, kernel_size
    )
    check(module(x), expected, atol=1e-10)


def test_adaptive_begins_half_way_and_holds_a_share_that_leaves_its_range():
    x = make_map(2, CHANNELS, 7, 9)
    module = build("adaptive", 2)
    expected = pool_by_loops(x, lambda v: (weigh(v, v) + weigh_by_likeness(v)) / 2, 2, 2)
    check(module(x), expected, atol=1e-10)
    module.share.data.fill_(4.0)
    check(module(x), soft_pool2d(x, stride=2))


@pytest.mark.parametrize("scale", [1e-3, 1e3])
def test_adaptive_likeness_does_not_change_with_the_scale(scale):
    x = make_map(2, CHANNELS, 7, 9)
    module = build("adaptive", 2)
    module.share.data.zero_()
    check(module(scale * x) / scale, module(x).detach(), atol=1e-9)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("stride", "kernel_size"), WINDOWS)
def test_detail_preserving_weighs_by_a_power_of_the_difference(stride, kernel_size, size):
    x = make_map(2, CHANNELS, *size)
    offset, power = np.array([[0.0], [0.7], [2.0]]), np.array([[1.5], [0.4], [3.0]])
    module = build("detail-preserving", stride, kernel_size)
    module.offset.data = torch.from_numpy(offset).view(-1, 1, 1, 1, 1)
    module.power.data = torch.from_numpy(power).view(-1, 1, 1, 1, 1)

    def reduce(v):
        difference = v - v.mean(1, keepdims=True)
        weights = offset + np.sqrt(difference**2 + 1e-3**2) ** power
        return (weights * v).sum(1) / weights.sum(1)

    check(module(x), pool_by_loops(x, reduce, stride, kernel_size))


def test_detail_preserving_takes_negative_parameters_as_zero():
    x = make_map(2, CHANNELS, 7, 9)
    module, held = build("detail-preserving", 2), build("detail-preserving", 2)
    module.power.data.fill_(-2.0)
    check(module(x), avg_pool2d(x, stride=2))
    module.power.data.fill_(1.5)
    held.power.data.fill_(1.5)
    module.offset.data.fill_(-1.0)
    held.offset.data.fill_(0.0)
    assert torch.equal(module(x), held(x))


def test_detail_preserving_with_a_large_power_takes_what_differs_most():
    x = torch.tensor([[[[0.0, 1.0], [2.0, 90.0]]]], dtype=torch.float64).repeat(1, CHANNELS, 1, 1)
    module = build("detail-preserving", 2)
    module.power.data.fill_(60.0)
    check(module(x), np.full((1, CHANNELS, 1, 1), 90.0), atol=1e-6)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("stride", "kernel_size"), WINDOWS)
def test_attention_asks_the_pixels_for_the_mean(stride, kernel_size, size):
    x = make_map(2, CHANNELS, *size)
    module = set_values(build("attention", stride, kernel_size))
    query, key = (
        (layer.weight.data[..., 0, 0].numpy(), layer.bias.data.numpy()[:, None])
        for layer in (module.query, module.key)
    )

    def reduce(v):
        asked = query[0] @ v.mean(1, keepdims=True) + query[1]
        offered = key[0] @ v + key[1]
        return weigh(v, (asked.T @ offered)[0] / np.sqrt(len(offered)))

    check(module(x), pool_by_loops(x, reduce, stride, kernel_size))


@pytest.mark.parametrize(("channels", "width"), [(1, 4), (16, 4), (40, 10)])
def test_attention_is_a_quarter_as_wide_but_at_least_four(channels, width):
    module = get_operator("attention").cls(channels, stride=2)
    assert module.query.out_channels == module.key.out_channels == width


@pytest.mark.parametrize("kernel_size", [2, 1, 0, -3])
@pytest.mark.parametrize("operator_id", SOFT)
def test_soft_refuses_windows_narrower_than_the_stride(operator_id, kernel_size):
    with pytest.raises(UsageError, match=rf"kernel_size is {kernel_size}; .* stride, 3\."):
        build(operator_id, 3, kernel_size)
