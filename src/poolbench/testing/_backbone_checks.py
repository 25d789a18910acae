"""The checks of backbones, by name: each raises AssertionError with what it saw."""

import copy
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from poolbench.models import SITE, Backbone, MakeOperator, Network
from poolbench.operators.plain import Decimate2d
from poolbench.testing._subject import near, seeded
from poolbench.training.seeds import initialize

CLASSES = 3
# Size that no backbone is drawn for, neither square nor a power of two.
OTHER_SIZE = (24, 40)
BATCH = 4


class Probe(nn.Module):
    """Average pooling that notes what it is given; as an operator may, it draws as it is built."""

    def __init__(self, channels: int, stride: int, draws: int = 0) -> None:
        super().__init__()
        self.channels, self.stride = channels, stride
        self.seen: list[tuple[int, ...]] = []
        torch.randn(draws)

    def forward(self, x: Tensor) -> Tensor:
        self.seen.append(tuple(x.shape))
        return F.avg_pool2d(x, self.stride, ceil_mode=True, count_include_pad=False)


@dataclass(frozen=True)
class BackboneSubject:
    """A backbone and the size of the pictures that it is checked on."""

    backbone: Backbone
    size: tuple[int, int]

    def build(
        self, make_operator: MakeOperator = Probe, num_classes: int = CLASSES, seed: int = 0
    ) -> Network:
        """Return the network with the initial values of a trial, in evaluation mode."""
        with seeded():
            network = self.backbone.build(make_operator, num_classes, self.size)
        initialize(network, seed, 0, kept=network.kept)
        return network.eval()

    def draw(self, count: int = BATCH, size: tuple[int, int] | None = None) -> Tensor:
        """Return pictures: float32 ``[count, 3, H, W]`` of values 0–255, the same every time."""
        rng = np.random.default_rng(0)
        values = rng.integers(0, 256, (count, 3, *(size or self.size)))
        return torch.from_numpy(values).float()


def _check_logits(subject: BackboneSubject) -> None:
    sizes = (subject.size,) if subject.backbone.factory else (subject.size, OTHER_SIZE)
    for size in sizes:
        for classes in (2, 5):
            network = BackboneSubject(subject.backbone, size).build(num_classes=classes)
            x = subject.draw(BATCH, size)
            for found in (network(x), network(x[:1]), network.train()(x)):
                wanted = (classes,)
                assert tuple(found.shape[1:]) == wanted, (
                    f"images of {size} gave {tuple(found.shape)}, expected [B, {classes}]"
                )
                assert torch.isfinite(found).all(), f"logits are not finite, images of {size}"


def _check_pictures_alone(subject: BackboneSubject) -> None:
    network, x = subject.build().double(), subject.draw().double()
    near(network(x[1:]), network(x)[1:], "an image depends on its batch")


def _check_input_untouched(subject: BackboneSubject) -> None:
    network, x = subject.build(), subject.draw()
    for training in (False, True):
        before = x.clone()
        network.train(training)(x)
        assert torch.equal(x, before), "the images were changed"


def _check_memory_format(subject: BackboneSubject) -> None:
    network, x = subject.build().double(), subject.draw().double()
    found = network(x.contiguous(memory_format=torch.channels_last))
    near(found, network(x), "images with their channels last give other logits")


def _check_sites(subject: BackboneSubject) -> None:
    made: list[Probe] = []

    def make_operator(channels: int, stride: int) -> nn.Module:
        made.append(Probe(channels, stride))
        return made[-1]

    network = subject.build(make_operator)
    if not subject.backbone.has_site:
        assert not made, "has_site is False, and an operator was built"
        return
    assert made, "has_site is True, and no operator was built"
    names = {module: name for name, module in network.named_modules()}
    for probe in made:
        probe.seen.clear()
    network(subject.draw())
    for probe in made:
        assert probe in names, "an operator that was built is not in the network"
        name = names[probe]
        assert SITE in name.split("."), f"the operator at {name!r} is under no module named {SITE}"
        assert probe.seen, f"the operator at {name!r} is not used"
        assert probe.stride > 1, f"the operator at {name!r} has stride {probe.stride}"
        for shape in probe.seen:
            assert len(shape) == 4, f"the operator at {name!r} is given {shape}, expected a map"
            assert shape[1] == probe.channels, (
                f"the operator at {name!r} was built for {probe.channels} channels, given {shape}"
            )


def _list_outside(network: nn.Module) -> dict[str, Tensor]:
    """Return what a network holds outside of its sites."""
    values = network.state_dict()
    return {name: value for name, value in values.items() if SITE not in name.split(".")}


def _check_fair(subject: BackboneSubject) -> None:
    network = _list_outside(subject.build())
    others: dict[str, MakeOperator] = {
        "an operator that draws as it is built": lambda channels, stride: Probe(
            channels, stride, draws=7
        ),
        "stride": lambda channels, stride: Decimate2d(channels, stride=stride),
    }
    for what, make_operator in others.items():
        other = _list_outside(subject.build(make_operator))
        shapes = [
            {name: tuple(v.shape) for name, v in values.items()} for values in (network, other)
        ]
        assert shapes[0] == shapes[1], f"with {what} it has other parameters outside of its sites"
        changed = [name for name, value in network.items() if not torch.equal(value, other[name])]
        assert not changed, f"with {what} other initial values: {', '.join(changed)}"


def _check_seeds(subject: BackboneSubject) -> None:
    first, again, other = (subject.build(seed=seed).state_dict() for seed in (0, 0, 1))
    changed = [name for name, value in first.items() if not torch.equal(value, again[name])]
    assert not changed, f"the same seed gives other initial values: {', '.join(changed)}"
    is_same = all(torch.equal(value, other[name]) for name, value in first.items())
    is_kept = bool(subject.backbone.find_kept(CLASSES).names)
    assert is_kept or not is_same, "another seed gives the same initial values"


def _check_modes(subject: BackboneSubject) -> None:
    network, x = subject.build(), subject.draw()
    assert torch.equal(network(x), network(x)), "evaluation is not the same twice"
    before = {name: value.clone() for name, value in network.state_dict().items()}
    network(x)
    changed = [n for n, value in network.state_dict().items() if not torch.equal(value, before[n])]
    assert not changed, f"evaluation changes {', '.join(changed)}"


def _check_gradients(subject: BackboneSubject) -> None:
    network = subject.build().train()
    loss = F.cross_entropy(network(subject.draw()), torch.arange(BATCH) % CLASSES)
    torch.autograd.backward(loss)
    for name, parameter in network.named_parameters():
        assert parameter.grad is not None, f"{name} has no part in the logits"
        assert torch.isfinite(parameter.grad).all(), f"the gradient of {name} is not finite"


def _check_persistence(subject: BackboneSubject) -> None:
    network, x = subject.build(), subject.draw()
    expected = network(x)
    assert torch.equal(copy.deepcopy(network)(x), expected), "copied, it gives other logits"
    again = subject.build(seed=1)
    again.load_state_dict(network.state_dict())
    assert torch.equal(again(x), expected), "with the weights of another it gives other logits"


def _check_any_size(subject: BackboneSubject) -> None:
    network, size = subject.build(), tuple(2 * side for side in subject.size)
    if subject.backbone.factory is not None:
        return
    try:
        found = tuple(network(subject.draw(2, (size[0], size[1]))).shape)
    except Exception as error:
        # Whatever a network raises that does not take them.
        assert not subject.backbone.any_size, f"any_size is True, and {size} fails: {error}"
        return
    assert subject.backbone.any_size, f"any_size is False, and images of {size} gave {found}"


def _check_shape(subject: BackboneSubject) -> None:
    usual = sum(value.numel() for value in subject.build().parameters())
    for name, value in subject.backbone.shape.items():
        more = {name: value + 2 if name == "kernel" else value + 1}
        network = subject.backbone.builder(Probe, CLASSES, subject.size, **more).eval()
        found = tuple(network(subject.draw()).shape)
        assert found == (BATCH, CLASSES), f"{more} gave {found}"
        count = sum(parameter.numel() for parameter in network.parameters())
        assert count > usual, f"{more} has {count} parameters, as usual {usual}"


def _check_onnx(subject: BackboneSubject) -> None:
    import onnxruntime

    from poolbench.export.onnx import make_onnx

    network, x = subject.build(), subject.draw()
    content = make_onnx(network, image_size=subject.size)
    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    for batch in (1, BATCH):
        pictures = x[:batch].permute(0, 2, 3, 1).numpy()
        found = torch.from_numpy(session.run(["output"], {"input": pictures})[0])
        near(found, network(x[:batch]).detach(), f"ONNX, batch {batch}", 1e-3)


BACKBONE_CHECKS: dict[str, Callable[[BackboneSubject], None]] = {
    "logits": _check_logits,
    "pictures_alone": _check_pictures_alone,
    "input_untouched": _check_input_untouched,
    "memory_format": _check_memory_format,
    "sites": _check_sites,
    "fair": _check_fair,
    "seeds": _check_seeds,
    "modes": _check_modes,
    "gradients": _check_gradients,
    "persistence": _check_persistence,
    "any_size": _check_any_size,
    "shape": _check_shape,
    "onnx": _check_onnx,
}
