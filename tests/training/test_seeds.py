"""Random numbers come from named streams and from nothing else."""

import numpy as np
import torch

from poolbench.models import get_backbone
from poolbench.training.seeds import Purpose, initialize, make_rng, make_torch_seed


def build(operator, backbone="lab"):
    return get_backbone(backbone).build(operator, 3, (32, 32))


def test_initialize_gives_variants_the_same_values():
    first, second = build("stride"), build("avg", "lab-published")
    initialize(first, 7, 1, 2, 0)
    torch.manual_seed(123)
    initialize(second, 7, 1, 2, 0)
    theirs = dict(second.named_parameters())
    assert all(torch.equal(value, theirs[name]) for name, value in first.named_parameters())


def test_initialize_differs_between_keys_and_parameters():
    first, second = build("max"), build("max")
    initialize(first, 7, 0, 0, 0)
    initialize(second, 7, 0, 1, 0)
    assert not torch.equal(first.conv1.weight, second.conv1.weight)
    assert not torch.equal(first.conv1.bias, first.conv2.bias[:32])


def test_initialize_draws_within_one_over_the_root_of_the_fan_in():
    network = build("max")
    initialize(network, 0)
    bound = 75**-0.5
    largest = network.conv1.weight.abs().max().item()
    assert 0.99 * bound < largest <= bound


def test_initialize_leaves_what_is_inside_a_site_alone():
    network = build("max")
    blur = torch.nn.Conv2d(64, 64, 3, groups=64, bias=False)
    torch.nn.init.constant_(blur.weight, 1 / 9)
    network.site.add_module("blur", blur)
    initialize(network, 0)
    assert (blur.weight == 1 / 9).all()


def test_parameters_of_one_name_and_other_shapes_are_drawn_apart():
    small, large = build("max"), get_backbone("lab").build("max", 5, (32, 32))
    initialize(small, 0)
    initialize(large, 0)
    assert not torch.equal(small.linear.weight, large.linear.weight[:3])
    assert torch.equal(small.conv2.weight, large.conv2.weight)


def test_streams_of_purposes_and_keys_are_apart():
    draws = {
        (purpose, key): tuple(make_rng(0, purpose, *key).integers(2**62, size=3))
        for purpose in Purpose
        for key in ((), (0,), (1,), (0, 1), (1, 0))
    }
    assert len(set(draws.values())) == len(draws)


def test_torch_seed_is_63_bits():
    seeds = [make_torch_seed(0, Purpose.LAYERS, number) for number in range(100)]
    assert len(set(seeds)) == 100
    assert 2**62 < max(seeds) < 2**63
    assert np.min(seeds) >= 0
