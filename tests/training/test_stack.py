"""A stack trains each of its members as it would be trained alone."""

import copy
import dataclasses
import math
from contextlib import contextmanager, nullcontext
from types import SimpleNamespace

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from poolbench.models import Network, get_backbone
from poolbench.models.rewrite import TrainingForm, rewrite
from poolbench.training import graphs, stack
from poolbench.training.graphs import CONVOLUTIONS, Graphs
from poolbench.training.loop import run_training
from poolbench.training.pictures import Part, Pictures
from poolbench.training.recipes import QUICK
from poolbench.training.schedule import Schedule
from poolbench.training.seeds import initialize
from poolbench.training.stack import is_stackable, measure_convolutions, run_stack
from poolbench.training.unfold import unfold_conv2d

# 50 pictures in batches of 16: the last has two.
RECIPE = QUICK.model_copy(update={"epochs": 3, "batch_size": 16, "label_smoothing": 0.1})
SIZE = (8, 8)
needs_cuda = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
both_convolutions = pytest.mark.parametrize("convolution", CONVOLUTIONS)


class Layer(nn.Module):
    """Does what a function says with its buffer, its parameter and the maps."""

    def __init__(self, function):
        super().__init__()
        self.function = function
        self.register_buffer("mean", torch.zeros(4))
        self.weight = nn.Parameter(torch.zeros(()))

    def forward(self, x):
        return self.function(self, x)


def shift(layer, x):
    """Changes the buffer; nothing depends on the parameter."""
    if layer.training:
        layer.mean.mul_(0.5).add_(x.detach().mean((0, 2, 3)))
    return x - layer.mean.view(-1, 1, 1)


def rebind(layer, x):
    """Gives the name of the buffer to another tensor."""
    layer.mean = x.detach().mean((0, 2, 3))
    return x


def take_root(layer, x):
    """The gradient is not finite."""
    return x + layer.weight.sqrt()


LAYERS = {
    "norm": lambda: nn.BatchNorm2d(4),
    "norm, mean of all": lambda: nn.BatchNorm2d(4, momentum=None),
    "dropout": lambda: nn.Dropout(0.5),
    "shift": lambda: Layer(shift),
    "rebind": lambda: Layer(rebind),
    "root": lambda: Layer(take_root),
    "decide": lambda: Layer(lambda layer, x: x if x.sum() > 0 else 2 * x),
}


def build(name):
    if "/" in name:
        backbone, operator = name.split("/")
        return get_backbone(backbone).build(operator, 3, SIZE)
    conv = nn.Conv2d(3, 4, 3, padding=1, stride=2)
    return Network(conv, LAYERS[name](), nn.ReLU(), nn.Flatten(), nn.Linear(64, 3))


def make_members(name, dtype=torch.float64, *, count=3, device="cpu", **changes):
    """Forms, training parts, watched parts and schedules; no member like another."""
    torch.set_num_threads(1)
    generator = torch.Generator().manual_seed(3)
    images = torch.randn(80, *SIZE, 3, dtype=torch.float64, generator=generator)
    labels = torch.randint(3, (80,), generator=generator)
    pictures = Pictures(images.to(device, dtype), labels.to(device))
    forms, trains, watched, schedules = [], [], [], []
    for number in range(count):
        network = build(name)
        initialize(network, 7, number)
        forms.append(TrainingForm(None, rewrite(network.to(device, dtype)).body))
        order = torch.from_numpy(np.random.default_rng(number).permutation(80)).to(device)
        trains.append(Part(pictures, order[:50]))
        # Of different lengths, which no batch ends with.
        watched.append(Part(pictures, order[50 : 80 - 7 * number]))
        recipe = RECIPE.model_copy(update=changes)
        schedules.append(Schedule(recipe, 11, (number, 2 * number, 0), "float32"))
    return forms, trains, watched, schedules


def assert_states_close(forms, others, tolerance=0.0):
    for pair in zip(forms, others, strict=True):
        mine, wanted = (
            dict([*form.body.named_parameters(), *form.body.named_buffers()]) for form in pair
        )
        torch.testing.assert_close(mine, wanted, rtol=tolerance, atol=tolerance, equal_nan=True)


def flatten(result):
    return np.array([np.hstack(dataclasses.astuple(row)) for row in result.history])


def assert_same_training(members, convolution="grouped", tolerance=1e-9):
    """What may differ is the rounding of a dozen steps, and of accuracies to float32."""
    forms, *rest = members
    alone = copy.deepcopy(forms)
    wanted = list(map(run_training, alone, *rest))
    found = run_stack(forms, *rest, convolution=convolution)
    for mine, other in zip(found, wanted, strict=True):
        assert mine.diverged_at == other.diverged_at
        np.testing.assert_allclose(flatten(mine), flatten(other), tolerance, max(tolerance, 1e-7))
    assert_states_close(forms, alone, tolerance)


@pytest.mark.one_of_each(seconds=0.5)
@both_convolutions
@pytest.mark.parametrize(
    ("device", "dtype", "tolerance"),
    [
        ("cpu", torch.float64, 1e-9),
        ("cpu", torch.float32, 1e-4),
        # Learning rates are float32 there.
        pytest.param("cuda", torch.float64, 1e-5, marks=needs_cuda),
    ],
)
@pytest.mark.parametrize(
    "name", ["lab/stride", "lab/max", "lab-example/avg", "lab/blur", "mlp/none", "norm", "shift"]
)
def test_stack_equals_training_alone(name, device, dtype, tolerance, convolution):
    assert_same_training(make_members(name, dtype, device=device), convolution, tolerance)


@both_convolutions
def test_stack_in_bfloat16_is_near_training_alone(convolution):
    forms, *parts, schedules = make_members("norm", torch.float32)
    rounded = [dataclasses.replace(schedule, precision="bfloat16") for schedule in schedules]
    wanted = list(map(run_training, copy.deepcopy(forms), *parts, rounded))
    found = run_stack(forms, *parts, rounded, convolution=convolution)
    for mine, other in zip(found, wanted, strict=True):
        # Eight bits, and a dozen steps.
        assert mine.history[-1].nll == pytest.approx(other.history[-1].nll, rel=0.05)


@pytest.mark.parametrize(
    "changes",
    [
        {"flip": "none"},
        {"flip": "none", "translate_pixels": 0},
        {"flip": "alternating", "schedule": "cosine"},
        {"momentum": 0.0, "nesterov": False},
        {"schedule": "constant", "nesterov": False, "batch_size": 64, "weight_decay": 0.0},
        {"count": 1},
        {"optimizer": "adamw", "momentum": 0.0, "nesterov": False, "learning_rate": 1e-3},
        {"ema_decay": 0.8},
        {"mixup": 0.4},
        {"cutmix": 1.0, "mixup": 0.4, "class_balance": "loss"},
        {"cutout": 0.4, "crop_scale": 0.3},
        {"color_jitter": 0.4, "class_balance": "sampling", "ema_decay": 0.5},
    ],
    ids=str,
)
def test_stack_of_another_recipe_or_size_equals_training_alone(changes):
    assert_same_training(make_members("norm", **changes))


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("norm", {"ema_decay": 0.8}),
        # Without normalisation: Adam makes whole steps of the rounding of what nothing depends on.
        ("lab/stride", {"optimizer": "adamw", "momentum": 0.0, "nesterov": False}),
    ],
)
def test_stack_in_float32_takes_what_the_recipe_keeps(name, changes):
    members = make_members(name, torch.float32, learning_rate=1e-3, **changes)
    assert_same_training(members, tolerance=1e-3)
    assert is_stackable(members[0][0], members[3][0], SIZE)


@pytest.mark.parametrize(
    "changes",
    [
        {"progressive_size": 0.5},
        {"trained_part": "head", "pretrained": True},
        {"validation_parts": 5},
    ],
)
def test_recipe_whose_members_differ_in_their_course_is_trained_alone(changes):
    form = make_members("norm", torch.float32)[0][0]
    recipe = RECIPE.model_copy(update=changes)
    assert not is_stackable(form, Schedule(recipe, 0, (0,), "float32"), SIZE)


@pytest.mark.parametrize("gone", [[1], [0, 1, 2]])
def test_members_may_watch_nothing(gone):
    members = make_members("norm")
    for number in gone:
        members[2][number] = None
    assert_same_training(copy.deepcopy(members))
    assert all(math.isnan(run_stack(*members)[number].history[0].nll) for number in gone)


def test_rows_are_told_by_member_and_epoch():
    told = []
    results = run_stack(*make_members("norm"), lambda number, row: told.append((number, row)))
    assert [(row.epoch, number) for number, row in told] == list(np.ndindex(4, 3))[3:]
    for number, result in enumerate(results):
        assert result.history == tuple(row for member, row in told if member == number)
        assert result.train_seconds > 0


@both_convolutions
@pytest.mark.parametrize("name", ["lab/max", "norm"])
@pytest.mark.parametrize("device", ["cpu", pytest.param("cuda", marks=needs_cuda)])
def test_member_that_diverges_does_not_change_a_bit_of_the_others(name, convolution, device):
    members, healthy = (make_members(name, torch.float32, device=device) for _ in range(2))
    members[0][1].body[0].weight.data[0, 0, 0, 0] = math.nan
    found = run_stack(*members, convolution=convolution)
    wanted = run_stack(*healthy, convolution=convolution)
    assert (found[1].diverged_at, len(found[1].history)) == (0, 1)
    tolerance = 0.0 if device == "cpu" else 1e-3  # A CUDA device adds in any order.
    for k in (0, 2):
        np.testing.assert_allclose(flatten(found[k]), flatten(wanted[k]), tolerance, tolerance)
        assert_states_close(members[0][k : k + 1], healthy[0][k : k + 1], tolerance)


def test_member_that_diverges_ends_as_it_does_alone():
    members = make_members("lab-example/avg", torch.float32, schedule="constant", epochs=4)
    members[0][0].body[0].weight.data[0, 0, 0, 0] = 1e15
    assert_same_training(copy.deepcopy(members), tolerance=1e-3)
    results = run_stack(*members)
    assert results[0].diverged_at > 0
    assert [len(result.history) for result in results] == [1, 4, 4]
    assert len(run_stack(*(values[:1] for values in members))[0].history) == 1


def test_divergence_in_the_last_step_is_told():
    members = make_members("root", epochs=1, batch_size=50)
    assert_same_training(copy.deepcopy(members))
    results = run_stack(*members)
    assert [result.diverged_at for result in results] == [0, 0, 0]
    assert math.isfinite(results[0].history[0].train_loss.mean)


STACKABLE = ["lab/stride", "lab/max", "lab/blur", "norm", "shift"]
OTHERS = ["norm, mean of all", "dropout", "rebind", "decide"]


@pytest.mark.parametrize("precision", ["float32", "bfloat16", "float16"])
@pytest.mark.parametrize("name", STACKABLE + OTHERS)
def test_whether_a_network_can_be_stacked_is_found_out(name, precision):
    form = make_members(name, torch.float32)[0][0]
    before, state = copy.deepcopy(form), torch.get_rng_state()
    found = is_stackable(form, Schedule(RECIPE, 0, (0,), precision), SIZE)
    assert found == (name in STACKABLE and precision != "float16")
    assert_states_close([form], [before])
    assert torch.equal(torch.get_rng_state(), state)


@pytest.mark.parametrize(
    ("place", "change", "message"),
    [
        (0, lambda form: [], "one of each"),
        (1, lambda part: [Part(part.pictures, part.index[1:])], "as many"),
        (2, lambda part: [Part(copy.copy(part.pictures), part.index)], "same place"),
        (3, lambda schedule: [dataclasses.replace(schedule, precision="float16")], "recipe"),
    ],
)
def test_members_that_do_not_belong_together_are_refused(place, change, message):
    members = make_members("norm")
    members[place].extend(change(members[place].pop()))
    with pytest.raises(ValueError, match=message):
        run_stack(*members)


@pytest.mark.parametrize(
    ("grouped", "unfolded", "chosen"),
    [(1.0, 2.0, "grouped"), (2.0, 1.0, "unfolded"), (1.0, None, "grouped"), (None, 1.0, None)],
)
def test_faster_convolution_that_fits_is_chosen(monkeypatch, grouped, unfolded, chosen):
    really_measure = stack._measure_step

    def measure(engine, draws):
        seconds = {"grouped": grouped, "unfolded": unfolded}[engine.convolution]
        if seconds is None:
            raise torch.OutOfMemoryError("full")
        assert really_measure(engine, draws) > 0
        return seconds

    monkeypatch.setattr(stack, "_measure_step", measure)
    forms, trains, _, schedules = make_members("norm")
    before = copy.deepcopy(forms)
    with nullcontext() if chosen else pytest.raises(torch.OutOfMemoryError):
        found = measure_convolutions(forms, trains, schedules)
        assert min(found, key=found.get) == chosen
    assert_states_close(forms, before)


OPTIONS = pytest.mark.parametrize(
    "options",
    [
        {},
        {"stride": 2, "padding": 1},
        {"stride": (2, 1), "padding": (0, 2)},
        {"stride": 3, "padding": 4},
        {"stride": (3, 2), "padding": 1},
        {"dilation": (1, 2)},
        {"groups": 2},
        {"padding": "valid"},
    ],
    ids=str,
)


def draw_convolution(options, channels, has_bias, dtype, *leading):
    """Maps, values and bias for a convolution, with more dimensions before each."""
    generator = torch.Generator().manual_seed(0)

    def draw(*shape):
        return torch.randn(*leading, *shape, generator=generator, dtype=torch.float64).to(dtype)

    x, weight = draw(2, channels, 9, 8), draw(6, channels // options.get("groups", 1), 3, 2)
    return [part.requires_grad_() for part in (x, weight, *([draw(6)] if has_bias else []))]


@pytest.mark.parametrize("has_bias", [True, False])
@OPTIONS
def test_unfolded_convolution_equals_convolution(options, has_bias):
    parts = draw_convolution(options, 4, has_bias, torch.float64)
    wanted = F.conv2d(*parts, **options)
    found = unfold_conv2d(*parts, **options)
    torch.testing.assert_close(found, wanted)
    slopes = torch.randn_like(wanted)
    torch.testing.assert_close(
        torch.autograd.grad(found, parts, slopes), torch.autograd.grad(wanted, parts, slopes)
    )


# Of pixels that are padded to words of 8 and 16 bytes, and of such that are not.
@pytest.mark.parametrize("channels", [2, 4, 6, 16])
@pytest.mark.parametrize(
    ("dtype", "tolerance"), [(torch.float64, 1e-12), (torch.float32, 1e-4), (torch.bfloat16, 0.1)]
)
@pytest.mark.parametrize("has_bias", [True, False])
@OPTIONS
def test_members_convolve_as_each_does_alone(options, has_bias, dtype, tolerance, channels):
    parts = draw_convolution(options, channels, has_bias, dtype, 3)
    wanted = torch.stack([F.conv2d(*one, **options) for one in zip(*parts, strict=True)])
    found = torch.vmap(lambda *one: unfold_conv2d(*one, **options))(*parts)
    slopes = torch.randn(wanted.shape, dtype=torch.float64).to(dtype)
    gradients = [torch.autograd.grad(value, parts, slopes) for value in (found, wanted)]
    torch.testing.assert_close(
        (found, *gradients[0]), (wanted, *gradients[1]), rtol=tolerance, atol=tolerance
    )


class Tape(TorchDispatchMode):
    """What a CUDA graph does, on a processor: the same operations on the same memory again."""

    def __init__(self):
        super().__init__()
        self.calls, self.before = [], {}

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        for value in tree_leaves((args, kwargs)):
            if isinstance(value, torch.Tensor):
                memory = value.untyped_storage()
                self.before.setdefault(memory.data_ptr(), (memory, memory.clone()))
        output = func(*args, **(kwargs or {}))
        self.calls.append((func, args, kwargs or {}, output))
        return output

    def undo(self):
        for memory, old in self.before.values():
            memory.copy_(old)

    @torch.no_grad()
    def replay(self):
        for func, args, kwargs, output in self.calls:
            again = func(*args, **kwargs)
            for place, value in zip(tree_leaves(output), tree_leaves(again), strict=True):
                if isinstance(place, torch.Tensor) and place.data_ptr() != value.data_ptr():
                    place.copy_(value)


@pytest.fixture
def fake_cuda(monkeypatch):
    """What graphs take from ``torch.cuda``, on a processor."""
    fake = SimpleNamespace(mode=0, tapes=[], error=None, CUDAGraph=Tape)
    fake.Stream = fake.current_stream = lambda: SimpleNamespace(wait_stream=lambda other: None)
    fake.stream = lambda stream: nullcontext()
    fake.graph_pool_handle = lambda: 0
    fake.get_sync_debug_mode = lambda: fake.mode
    fake.set_sync_debug_mode = lambda mode: setattr(fake, "mode", mode)

    @contextmanager
    def record(tape, pool, stream):
        if fake.error is not None:
            raise fake.error
        fake.tapes.append(tape)
        with tape:
            yield
        tape.undo()

    fake.graph = record
    monkeypatch.setattr(graphs, "cuda", fake)
    monkeypatch.setattr(graphs, "can_record", lambda device: True)
    return fake


@pytest.mark.one_of_each(seconds=1)
@both_convolutions
@pytest.mark.parametrize("name", ["lab/max", "lab/blur", "norm", "shift"])
def test_recorded_steps_are_the_same_bits(name, convolution, fake_cuda, monkeypatch):
    forms, *rest = make_members(name)
    twins = copy.deepcopy(forms)
    found = run_stack(forms, *rest, convolution=convolution)
    # Steps of 16 and of 2 pictures, and a look at 30.
    assert (len(fake_cuda.tapes), fake_cuda.mode) == (3, 0)
    names = [func.name() for func, *_ in fake_cuda.tapes[0].calls]
    assert ("aten::baddbmm" in names) == (convolution == "unfolded")
    monkeypatch.setattr(graphs, "can_record", lambda device: False)
    wanted = run_stack(twins, *rest, convolution=convolution)
    for mine, other in zip(found, wanted, strict=True):
        assert mine.history == other.history
    assert_states_close(forms, twins)


def call_twice(factor=lambda: 1.0):
    """What is told of two additions to a state of zero, and what it is after them."""
    total = torch.zeros(())

    def add(value):
        total.add_(value * factor())
        return (total.clone(),)

    made = Graphs(torch.device("cpu"), [total])
    return [made.call(add, torch.tensor(value))[0].item() for value in (1.0, 10.0)], total.item()


def test_recording_leaves_the_state_alone_and_outputs_apart(fake_cuda):
    assert call_twice() == ([1, 11], 11)
    assert len(fake_cuda.tapes) == 1


def test_function_that_cannot_be_recorded_is_called_as_it_is(fake_cuda):
    def wait():
        if fake_cuda.mode == "error":
            raise RuntimeError("called a synchronizing CUDA operation")
        return 1.0

    assert call_twice(wait) == ([1, 11], 11)
    assert (fake_cuda.tapes, fake_cuda.mode) == ([], 0)
    fake_cuda.error = RuntimeError("operation not permitted when stream is capturing")
    assert call_twice() == ([1, 11], 11)
    # Unless it is for lack of memory.
    fake_cuda.error.__context__ = torch.OutOfMemoryError("full")
    with pytest.raises(torch.OutOfMemoryError):
        call_twice()
