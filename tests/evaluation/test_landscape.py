"""The loss around a network."""

import numpy as np
import pytest
import torch
from torch import nn

from poolbench.evaluation.landscape import (
    compute_landscape,
    draw_direction,
    list_weights,
    plan_landscape,
)
from poolbench.evaluation.logits import compute_logits
from poolbench.evaluation.metrics import compute_nll
from poolbench.models import get_backbone
from poolbench.models.rewrite import rewrite


@pytest.fixture
def network():
    torch.manual_seed(1)
    return get_backbone("plain").build("blur", 3, (16, 16)).eval()


@pytest.fixture
def images():
    generator = torch.Generator().manual_seed(2)
    return torch.randint(256, (9, 3, 16, 16), generator=generator, dtype=torch.uint8)


LABELS = np.arange(9) % 3


def test_middle_is_the_loss_of_the_network_itself(network, images):
    found = compute_landscape(network, images, LABELS, 7, np.random.default_rng(0))
    assert found.coefficients[3] == 0 and found.coefficients[[0, -1]].tolist() == [-1, 1]
    assert found.losses[3, 3] == np.float32(compute_nll(compute_logits(network, images), LABELS))
    assert len(np.unique(found.losses)) == 49


def test_weights_are_the_same_bits_afterwards_also_after_an_error(network, images):
    before = {name: value.clone() for name, value in network.state_dict().items()}
    compute_landscape(network, images, LABELS, 7, np.random.default_rng(0))
    # More labels than pictures.
    with pytest.raises(IndexError):
        compute_landscape(network, images, np.arange(99), 7, np.random.default_rng(0))
    assert all(torch.equal(value, before[name]) for name, value in network.state_dict().items())


def test_training_form_has_the_landscape_of_its_network(images):
    torch.manual_seed(1)
    network = get_backbone("lab").build("stride", 3, (16, 16)).eval()
    plain, form = (
        compute_landscape(model, images, LABELS, 7, np.random.default_rng(0)).losses
        for model in (network, rewrite(network).whole)
    )
    np.testing.assert_allclose(form, plain, rtol=1e-4)


def test_filters_of_a_direction_are_as_long_as_those_of_the_network(network):
    weights = list_weights(network)
    assert all(weight.dim() in (2, 4) for weight in weights)
    for weight, drawn in zip(
        weights, draw_direction(weights, np.random.default_rng(0)), strict=True
    ):
        lengths = drawn.flatten(1).norm(dim=1)
        torch.testing.assert_close(lengths, weight.flatten(1).norm(dim=1))
        assert drawn.shape == weight.shape


def test_filter_of_zeros_stays_one():
    weight = torch.tensor([[0.0, 0.0], [3.0, 4.0]])
    [drawn] = draw_direction([weight], np.random.default_rng(0))
    assert drawn[0].tolist() == [0, 0] and drawn[1].norm() == pytest.approx(5)


def test_landscape_of_a_linear_network_is_what_algebra_says():
    linear = nn.Linear(3, 2)
    network = nn.Sequential(nn.Flatten(), linear)
    images = torch.tensor([[1, 2, 3], [3, 0, 1]], dtype=torch.uint8).view(2, 3, 1, 1)
    labels = np.array([0, 1])
    found = compute_landscape(network, images, labels, 7, np.random.default_rng(5))
    rng = np.random.default_rng(5)
    first, second = (draw_direction([linear.weight], rng)[0].detach() for _ in range(2))
    for row, column in np.ndindex(7, 7):
        x, y = found.coefficients[[row, column]]
        weight = linear.weight.detach() + x * first + y * second
        # The bias is no filter: it stays.
        logits = images.view(2, 3).double() @ weight.double().T + linear.bias.detach()
        gap = logits[:, 1] - logits[:, 0]
        wanted = torch.nn.functional.softplus(gap * torch.tensor([1, -1])).mean()
        assert found.losses[row, column] == pytest.approx(wanted.item(), rel=1e-5)


def test_directions_follow_their_generator_alone(network, images):
    torch.manual_seed(7)
    first = compute_landscape(network, images, LABELS, 7, np.random.default_rng(0)).losses
    torch.manual_seed(8)
    again = compute_landscape(network, images, LABELS, 7, np.random.default_rng(0)).losses
    other = compute_landscape(network, images, LABELS, 7, np.random.default_rng(1)).losses
    assert np.array_equal(first, again) and not np.array_equal(first, other)


@pytest.mark.parametrize("available", [3, 40, 1000])
def test_work_is_bounded_whatever_the_network(available):
    sides = []
    for power in range(0, 13):
        side, pictures = plan_landscape(10**power, available)
        assert pictures <= min(available, 128)
        assert side**2 * pictures * 10**power <= 1e12
        sides.append(side)
    assert sides == sorted(sides, reverse=True) and {sides[0], sides[-1]} == {25, 7}
    assert pictures == 0
