"""A batch in slices gives the gradient of the whole batch, whoever computes the slices."""

import pytest
import torch
from torch import nn

from poolbench.config import RecipeConfig
from poolbench.data.draws import Draws
from poolbench.models import Network, get_backbone
from poolbench.models.rewrite import TrainingForm
from poolbench.training.engine import Engine
from poolbench.training.pictures import Pictures
from poolbench.training.schedule import Pace, Schedule
from poolbench.training.seeds import initialize
from poolbench.training.slices import SLICE_BYTES, Lanes, choose_slice_size, split_range

RECIPE = RecipeConfig(name="test", epochs=1, batch_size=64, learning_rate=0.1, label_smoothing=0.1)


class Centre(nn.Module):
    """Takes the mean of the batch away."""

    def forward(self, x):
        return x - x.mean(0, keepdim=True)


class Counter(nn.Module):
    """Counts how often it is called."""

    def __init__(self):
        super().__init__()
        self.register_buffer("calls", torch.zeros(1))

    def forward(self, x):
        self.calls += 1
        return x


def build(*extra):
    return Network(
        nn.Conv2d(3, 4, 3, padding=1), *extra, nn.ReLU(), nn.Flatten(), nn.Linear(4 * 64, 3)
    )


def test_slice_is_as_large_as_the_cache_allows():
    network = get_backbone("lab").build("max", 3, (32, 32))
    # The largest map: 64 channels of 32x32 numbers.
    assert choose_slice_size(network, (32, 32), "float32") == SLICE_BYTES // (4 * 64 * 32 * 32)
    assert choose_slice_size(network, (32, 32), "bfloat16") == SLICE_BYTES // (2 * 64 * 32 * 32)


@pytest.mark.parametrize(
    "layer",
    [nn.BatchNorm2d(4), nn.Dropout(0.5), Centre(), Counter()],
    ids=lambda x: type(x).__name__,
)
def test_batch_stays_whole_where_pictures_are_not_alone(layer):
    assert choose_slice_size(build(layer), (8, 8), "float32") == 0
    assert choose_slice_size(build(), (8, 8), "float32") > 0


def test_choosing_leaves_the_network_and_random_numbers_alone():
    network = build(nn.BatchNorm2d(4), nn.Dropout(0.5))
    before = {name: value.clone() for name, value in network.state_dict().items()}
    state = torch.get_rng_state()
    choose_slice_size(network, (8, 8), "float32")
    assert torch.equal(torch.get_rng_state(), state)
    assert all(torch.equal(value, before[name]) for name, value in network.state_dict().items())


@pytest.mark.parametrize("count", [1, 7, 64, 65])
@pytest.mark.parametrize("size", [0, 1, 7, 16, 100])
def test_slices_cover_the_batch_once_and_evenly(count, size):
    parts = split_range(count, size)
    assert [k for part in parts for k in range(part.start, part.stop)] == list(range(count))
    lengths = [part.stop - part.start for part in parts]
    assert max(lengths) - min(lengths) <= 1
    assert max(lengths) <= (size or count)


def take_step(size, lanes=1, dtype=torch.float64):
    """Parameters and results after one step on 64 pictures in slices of ``size``."""
    torch.set_num_threads(1)  # As in a worker, and in a lane.
    network = build()
    initialize(network, 5)
    network.to(dtype)
    generator = torch.Generator().manual_seed(1)
    images = torch.randn(64, 8, 8, 3, dtype=dtype, generator=generator)
    pictures = Pictures(images, torch.randint(3, (64,), generator=generator))
    schedule = Schedule(RECIPE, 0, (0,), "float32")
    with Lanes(lanes) as threads:
        engine = Engine(TrainingForm(None, network), pictures, schedule, threads)
        engine.slice_size = size
        results = engine.run_step(pictures, torch.arange(64), Draws(), Pace(0.1))
    return [*(p.detach() for p in network.parameters()), *results]


@pytest.mark.parametrize("size", [64, 16, 11, 1])
def test_slices_add_up_to_the_whole_batch(size):
    for mine, whole in zip(take_step(size), take_step(0), strict=True):
        torch.testing.assert_close(mine, whole, rtol=1e-12, atol=1e-12)


def test_lanes_do_not_change_a_bit():
    alone = take_step(5, dtype=torch.float32)
    for lanes in (2, 3):
        shared = take_step(5, lanes, dtype=torch.float32)
        assert all(torch.equal(mine, other) for mine, other in zip(shared, alone, strict=True))


def test_step_equals_plain_autograd():
    network = build()
    initialize(network, 5)
    network.double()
    generator = torch.Generator().manual_seed(1)
    images = torch.randn(64, 8, 8, 3, dtype=torch.float64, generator=generator)
    labels = torch.randint(3, (64,), generator=generator)
    logits = network(images.permute(0, 3, 1, 2))
    loss = nn.functional.cross_entropy(logits, labels, label_smoothing=0.1)
    loss.backward()
    found = take_step(16)
    for mine, parameter in zip(found, network.parameters(), strict=False):
        torch.testing.assert_close(mine, (parameter - 0.1 * parameter.grad).detach())
    assert found[-2].item() == pytest.approx(loss.item())
    assert found[-1].item() == pytest.approx((logits.argmax(1) == labels).double().mean().item())


class Picky(nn.Module):
    """Takes float32 alone."""

    def forward(self, x):
        if x.dtype != torch.float32:
            raise TypeError("float32, please")
        return x


def test_batch_stays_whole_where_it_cannot_be_tried():
    assert choose_slice_size(build(Picky()), (8, 8), "float32") == 0
