"""Weights that a factory loads stay; what it draws is drawn by the seeds, as ever."""

import copy

import pytest
import torch
from torch import nn

from poolbench.config import StudyConfig
from poolbench.data.sample import load_sample
from poolbench.errors import RunError
from poolbench.models import add_factory, get_backbone
from poolbench.models.kept import find_kept
from poolbench.models.start import make_dirac, whiten_first
from poolbench.planning.checks import check_networks
from poolbench.planning.plan import favours_an_operator, make_plan
from poolbench.trials.build import build_network


def make_net(num_classes, width=6):
    return nn.Sequential(
        nn.Conv2d(3, width, 3, padding=1),
        nn.BatchNorm2d(width),
        nn.MaxPool2d(2),
        nn.Conv2d(width, width, 3, padding=1),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(width, num_classes),
    )


def load_all_but_the_head(weights):
    """A factory as people write it: a trained body, and a new last layer."""

    def factory(num_classes):
        network = make_net(num_classes)
        body = {name: value for name, value in weights.items() if not name.startswith("6.")}
        network.load_state_dict(body, strict=False)
        return network

    return factory


@pytest.fixture
def weights():
    torch.manual_seed(5)
    network = make_net(4)
    with torch.no_grad():
        # What was trained beside weights is a choice too, even where it is all one number.
        network[3].bias.zero_()
        network[1].running_mean.normal_()
    return network.state_dict()


def plan_study(factory, name, operators=("max",), **settings):
    backbone = add_factory(name, factory)
    config = StudyConfig(operators=operators, backbones=(backbone.id,), **settings)
    return make_plan(config, load_sample())


def test_weights_that_a_factory_loads_are_kept_and_the_rest_is_drawn(weights):
    plan = plan_study(load_all_but_the_head(weights), "kept_loads")
    networks = [build_network(spec) for spec in plan.specs[:2]]
    for network in networks:
        assert network.kept == {f"model.{n}" for n in ("0.weight", "0.bias", "3.weight", "3.bias")}
        found = network.model.state_dict()
        for name in ("0.weight", "0.bias", "3.weight", "3.bias", "1.running_mean"):
            assert torch.equal(found[name], weights[name]), name
    heads = [network.model[6].weight for network in networks]
    assert not torch.equal(*heads)
    assert find_kept(lambda: load_all_but_the_head(weights)(4)).drawn == ("6.weight", "6.bias")


def test_network_that_draws_begins_with_the_same_bits_as_if_nobody_had_looked(weights):
    plan = plan_study(make_net, "kept_draws")
    spec = plan.specs[0]
    network = build_network(spec)
    assert (network.kept, network.kept_digest) == (frozenset(), "")
    (source,) = spec.conditions.sources.values()
    assert "-" not in source
    drawn = build_network(plan_study(load_all_but_the_head(weights), "kept_other").specs[0])
    # The head of the other one is drawn from the same stream, named by name and shape.
    assert torch.equal(network.model[6].weight, drawn.model[6].weight)
    state = torch.random.get_rng_state()
    find_kept(lambda: make_net(4))
    assert torch.equal(torch.random.get_rng_state(), state)


def test_constants_alone_are_no_loaded_weights():
    def factory(num_classes):
        network = make_net(num_classes)
        nn.init.zeros_(network[6].weight)
        nn.init.zeros_(network[6].bias)
        return network

    kept = find_kept(lambda: factory(4))
    assert (kept.names, kept.digest) == ((), "")
    assert len(kept.drawn) == 6


def test_identity_covers_the_values_that_are_kept(weights):
    other = copy.deepcopy(weights)
    other["3.weight"][0, 0, 0, 0] += 1e-6
    statistics = copy.deepcopy(weights)
    statistics["1.running_mean"][0] += 1e-6
    plans = [
        plan_study(load_all_but_the_head(values), "kept_identity")
        for values in (weights, copy.deepcopy(weights), other, statistics)
    ]
    ids = [plan.specs[0].id for plan in plans]
    assert ids[0] == ids[1] and len(set(ids)) == 3


def test_weights_that_change_after_the_plan_are_refused(weights):
    values = copy.deepcopy(weights)
    spec = plan_study(load_all_but_the_head(values), "kept_changes").specs[0]
    build_network(spec)
    values["0.weight"] += 1
    with pytest.raises(RunError, match="'kept_changes' gives other values than when trial"):
        build_network(spec)


def test_kept_weights_are_neither_whitened_nor_made_an_identity(weights):
    network = build_network(plan_study(load_all_but_the_head(weights), "kept_starts").specs[0])
    whiten_first(network, torch.rand(8, 3, 32, 32) * 255)
    make_dirac(network)
    assert torch.equal(network.model[0].weight, weights["0.weight"])
    assert torch.equal(network.model[3].weight, weights["3.weight"])


def test_study_of_loaded_weights_says_that_they_favour_an_operator(weights):
    loads = load_all_but_the_head(weights)
    assert favours_an_operator(plan_study(loads, "kept_favours", ("max", "avg")).specs)
    assert not favours_an_operator(plan_study(loads, "kept_favours", ("max",)).specs)
    assert not favours_an_operator(plan_study(make_net, "kept_none", ("max", "avg")).specs)
    assert set(check_networks(plan_study(loads, "kept_favours").specs)) == {"kept_favours"}
    assert get_backbone("kept_favours").find_kept(4).names[0] == "0.weight"
