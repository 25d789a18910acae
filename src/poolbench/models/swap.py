"""Swap another operator into your own network, wherever it lowers the resolution."""

import copy
import math
from collections.abc import Iterator
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from poolbench.errors import UsageError, Voice
from poolbench.models._registry import MakeOperator
from poolbench.models.modes import evaluating
from poolbench.operators import get_operator
from poolbench.operators._registry import check_class
from poolbench.operators.plain import Decimate2d
from poolbench.texts import Phrase
from poolbench.texts.joined import Joined
from poolbench.texts.told import name_error, take_first_line

Pool = nn.MaxPool2d | nn.AvgPool2d
EXAMPLE_SIZE = 64
_SWAPPED = Phrase("swap.already")


@dataclass(frozen=True)
class Swapped:
    """A network with other operators.

    Attributes:
        model: The new network; the original is unchanged.
        replaced: The earlier layer at each name.
        reasons: By name, why something that lowers the resolution was left alone.
    """

    model: nn.Module
    replaced: dict[str, str]
    reasons: dict[str, Phrase]

    @property
    def left(self) -> dict[str, str]:
        """Why something that lowers the resolution was left alone, by name, in words."""
        return {name: reason.tell(Voice.lang) for name, reason in self.reasons.items()}

    def list_notes(self) -> tuple[Phrase, ...]:
        """Return what was replaced and what was left alone, one for each."""
        replaced = (
            Phrase("swap.replaced", name=name, before=before)
            for name, before in self.replaced.items()
        )
        left = (
            Phrase("swap.left", name=name, reason=reason) for name, reason in self.reasons.items()
        )
        return (*replaced, *left)

    def __str__(self) -> str:
        return "\n".join(note.tell(Voice.lang) for note in self.list_notes())


class SwappedPool(nn.Module):
    """An operator instead of a pooling layer, with the output size of that layer.

    The map is cropped, or its border repeated, so that the operator's cells are centred where the
    windows of the layer were (half a pixel off where they cannot be) and there are as many.

    Args:
        operators: Operators by the number of channels, since one layer may be used several times.
    """

    def __init__(self, pool: Pool, operators: dict[int, nn.Module]) -> None:
        super().__init__()
        self.pool = copy.deepcopy(pool)
        self.site = nn.ModuleDict({str(n): module for n, module in operators.items()})

    def forward(self, x: Tensor) -> Tensor:
        # Sizes are plain numbers, also where the classic exporter would trace them.
        operator = self.site[str(int(x.shape[1]))]
        for axis in (2, 3):
            x = _fit(x, axis, self.pool, getattr(operator, "smallest_size", 1))
        return _lay_out(operator(x), x)


class SwappedConv(nn.Conv2d):
    """A strided convolution as one without stride, then an operator; its weights keep their names.

    The output has the size of the strided one, for every size of the input.
    """

    def __init__(self, conv: nn.Conv2d, operator: nn.Module) -> None:
        super().__init__(
            conv.in_channels,
            conv.out_channels,
            conv.kernel_size,  # type: ignore[arg-type]
            padding=conv.padding,  # type: ignore[arg-type]
            dilation=conv.dilation,  # type: ignore[arg-type]
            groups=conv.groups,
            bias=conv.bias is not None,
            padding_mode=conv.padding_mode,
        )
        self.weight, self.bias = conv.weight, conv.bias
        self.site = operator
        self.site_stride = conv.stride[0]

    def forward(self, x: Tensor) -> Tensor:
        x = super().forward(x)
        least = getattr(self.site, "smallest_size", 1)
        for axis in (2, 3):
            x = _fill_cell(x, axis, self.site_stride, least)
        return _lay_out(self.site(x), x)

    def compute_full_size(self, height: int, width: int) -> tuple[int, int]:
        """Compute the size of what the operator takes, for an input of this size."""
        # A strided convolution cannot have the padding "same".
        padding = (0, 0) if isinstance(self.padding, str) else self.padding
        rows, columns = (
            size + 2 * padding[axis] - self.dilation[axis] * (self.kernel_size[axis] - 1)
            for axis, size in enumerate((height, width))
        )
        return rows, columns


def swap(
    model: nn.Module,
    operator: str | type[nn.Module] | MakeOperator,
    *,
    example: Tensor | None = None,
) -> Swapped:
    """Replace whatever lowers the resolution of a network with an operator.

    This covers max and average pooling layers, and convolutions whose stride is the same both ways
    and above 1. Every layer's output keeps its size, for any size of the input, and every weight is
    kept. A strided convolution becomes one without stride, followed by the operator; for ``stride``
    it stays as it is. Pooling called as a function inside a ``forward`` goes unnoticed.

    Args:
        operator: An id, ``package.module:Class``, a class built as ``(channels, stride=…)``, or a
            function from the number of channels and the stride to a module.
        example: A batch that the network accepts, which shows the channels of each pooling layer;
            by default zeros ``[1, channels of the first convolution, 64, 64]``.

    Raises:
        UsageError: If there is nothing to replace, or the network does not accept the example.

    Example:
        >>> net = nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU(), nn.MaxPool2d(2))
        >>> print(swap(net, "blur"))
        replaced 2: MaxPool2d(kernel_size=2, stride=2, padding=0, dilation=1, ceil_mode=False)
    """
    _check_model(model)
    make_operator = _get_maker(operator)
    new = copy.deepcopy(model)
    found = list(_list_candidates(new))
    left = {name: reason for name, _, reason in found if reason}
    wanted = [(name, layer) for name, layer, reason in found if not reason]
    channels = _find_channels(new, wanted, example)
    replaced: dict[str, str] = {}
    made: dict[nn.Module, nn.Module] = {}
    for name, layer in wanted:
        if isinstance(layer, (nn.MaxPool2d, nn.AvgPool2d)) and not channels[layer]:
            left[name] = Phrase("swap.unreached")
            continue
        if layer not in made:
            made[layer] = _make(layer, make_operator, channels.get(layer, set()), new)
        new = _put(new, name, made[layer])
        replaced[name] = str(layer)
    if not replaced:
        raise _explain_nothing(type(model).__name__, left)
    return Swapped(new, replaced, left)


def _explain_nothing(network: str, left: dict[str, Phrase]) -> UsageError:
    """Explain why nothing of a network can be replaced."""
    if any(reason.key == _SWAPPED.key for reason in left.values()):
        return UsageError("swap.again", network=network)
    if not left:
        return UsageError("swap.nothing", network=network)
    reasons = (Joined([f"{name}:", reason]) for name, reason in left.items())
    return UsageError("swap.nothing-left", network=network, left=Joined(reasons, "; "))


def _check_model(model: object) -> None:
    if not isinstance(model, nn.Module):
        name = str(getattr(model, "__name__", repr(model)))[:80]
        raise UsageError("swap.no-network", name=name, kind=type(model).__name__)


def _list_candidates(model: nn.Module) -> Iterator[tuple[str, nn.Module, Phrase | None]]:
    """Yield name, layer, and why it is left alone; a layer of several names comes with each."""
    inside: list[str] = []
    for name, layer in model.named_modules(remove_duplicate=False):
        if name.startswith(tuple(inside)):
            continue
        if isinstance(layer, SwappedPool | SwappedConv):
            inside.append(f"{name}." if name else "")
            yield name, layer, _SWAPPED
            continue
        if isinstance(layer, (nn.MaxPool2d, nn.AvgPool2d)):
            stride = _pair(layer.stride)
        elif isinstance(layer, nn.Conv2d):
            stride = _pair(layer.stride)
            if stride == (1, 1):
                continue
        else:
            continue
        yield name, layer, _explain(layer, stride)


def _lay_out(out: Tensor, like: Tensor) -> Tensor:
    """Lay maps out as a pool or convolution does: as its input lies, without gaps."""
    is_last = int(like.shape[1]) > 1 and like.stride(1) == 1
    return out.contiguous(memory_format=torch.channels_last if is_last else torch.contiguous_format)


def _explain(layer: nn.Module, stride: tuple[int, int]) -> Phrase | None:
    """Explain why a layer is left alone; ``None``: it can be replaced."""
    if stride[0] != stride[1]:
        return Phrase("swap.stride-differs", down=stride[0], across=stride[1])
    if stride[0] == 1:
        return Phrase("swap.stride-1")
    if getattr(layer, "return_indices", False):
        return Phrase("swap.indices")
    if getattr(layer, "divisor_override", None) is not None:
        return Phrase("swap.divisor")
    if any(isinstance(value, nn.UninitializedParameter) for value in layer.parameters()):
        return Phrase("swap.lazy")
    if isinstance(layer, nn.Conv2d) and "weight" not in dict(layer.named_parameters(recurse=False)):
        return Phrase("swap.computed-weight")
    if not any(_runs_as(layer, kind) for kind in (nn.MaxPool2d, nn.AvgPool2d, nn.Conv2d)):
        return Phrase("swap.own-forward", kind=type(layer).__name__)
    return None


def _runs_as(layer: nn.Module, kind: type[nn.Module]) -> bool:
    names = ("forward", "_conv_forward")
    return isinstance(layer, kind) and all(
        getattr(type(layer), name, None) is getattr(kind, name, None) for name in names
    )


def _find_channels(
    model: nn.Module, wanted: list[tuple[str, nn.Module]], example: Tensor | None
) -> dict[nn.Module, set[int]]:
    """Find how many channels each pooling layer meets, by one pass of the example."""
    pools = {layer for _, layer in wanted if isinstance(layer, (nn.MaxPool2d, nn.AvgPool2d))}
    channels: dict[nn.Module, set[int]] = {pool: set() for pool in pools}
    if not pools:
        return channels

    def note(layer: nn.Module, inputs: tuple[Tensor, ...]) -> None:
        channels[layer].add(inputs[0].shape[-3])

    handles = [pool.register_forward_pre_hook(note) for pool in pools]
    batch = _make_example(model) if example is None else example
    try:
        with evaluating(model), torch.no_grad():
            model(batch)
    except Exception as error:
        # Whatever a network of one's own raises.
        network, said = type(model).__name__, name_error(error)
        shape = str(list(batch.shape))
        raise UsageError("swap.example", network=network, shape=shape, said=said) from error
    finally:
        for handle in handles:
            handle.remove()
    return channels


def _make_example(model: nn.Module) -> Tensor:
    convs = [layer for layer in model.modules() if isinstance(layer, nn.Conv2d)]
    channels = convs[0].in_channels if convs else 3
    values = next(model.parameters(), torch.zeros(()))
    return torch.zeros(
        1, channels, EXAMPLE_SIZE, EXAMPLE_SIZE, dtype=values.dtype, device=values.device
    )


def _make(
    layer: nn.Module, make_operator: MakeOperator, channels: set[int], model: nn.Module
) -> nn.Module:
    values = next(model.parameters(), torch.zeros(()))
    stride = _pair(layer.stride)[0]  # type: ignore[arg-type]

    def build(count: int) -> nn.Module:
        return make_operator(count, stride).to(values.device, values.dtype)

    if isinstance(layer, nn.Conv2d):
        operator = build(layer.out_channels)
        if isinstance(operator, Decimate2d):
            # It holds no operator, so that it says by itself that it stands where others have one.
            layer.is_site = True  # type: ignore[assignment]
            return layer
        module: nn.Module = SwappedConv(layer, operator)
    else:
        assert isinstance(layer, (nn.MaxPool2d, nn.AvgPool2d))
        module = SwappedPool(layer, {count: build(count) for count in sorted(channels)})
    return module.train(layer.training)


def _get_maker(operator: str | type[nn.Module] | MakeOperator) -> MakeOperator:
    """Return what builds an operator for some channels and a stride."""
    cls = get_operator(operator).cls if isinstance(operator, str) else operator
    if callable(cls) and not isinstance(cls, nn.Module | type):
        return cls
    check_class(cls)

    def make_operator(channels: int, stride: int) -> nn.Module:
        try:
            module: nn.Module = cls(channels, stride=stride)
        except TypeError as error:
            said = take_first_line(error)
            raise UsageError("swap.operator", name=cls.__name__, said=said) from error
        return module

    return make_operator


def _put(model: nn.Module, name: str, module: nn.Module) -> nn.Module:
    """Put a module at a name; the whole network has the empty one."""
    if not name:
        return module
    parent, _, last = name.rpartition(".")
    setattr(model.get_submodule(parent), last, module)
    return model


def _fit(x: Tensor, axis: int, pool: Pool, smallest: int) -> Tensor:
    """Crop, or repeat the border, so that there are as many cells as the pool has windows."""
    kernel, stride, padding = (
        _pair(value)[axis - 2] for value in (pool.kernel_size, pool.stride, pool.padding)
    )
    dilation = _pair(getattr(pool, "dilation", 1))[axis - 2]
    reach = dilation * (kernel - 1) + 1
    size = int(x.shape[axis])
    wanted = compute_pooled_size(size, reach, stride, padding, pool.ceil_mode)
    # Where two positions are half a pixel off, the one that moves the map less.
    before = math.trunc(padding - (reach - stride) / 2)
    # As many pixels as give the wanted number of cells: the last may be cut.
    most, least = wanted * stride, (wanted - 1) * stride + 1
    least = max(least, min(most, smallest))
    length = min(max(size + before, least), most)
    after = length - size - before
    borders = (0, 0, before, after) if axis == 2 else (before, after, 0, 0)
    first, last = max(-before, 0), size - max(-after, 0)
    x = x.narrow(axis, first, last - first)
    borders = tuple(max(border, 0) for border in borders)  # type: ignore[assignment]
    return F.pad(x, borders, mode="replicate") if any(borders) else x


def _fill_cell(x: Tensor, axis: int, stride: int, smallest: int) -> Tensor:
    """Repeat the last border for an operator that takes no smaller map, as far as the cell goes."""
    size = int(x.shape[axis])
    missing = min(smallest, math.ceil(size / stride) * stride) - size
    if missing <= 0:
        return x
    borders = (0, 0, 0, missing) if axis == 2 else (0, missing, 0, 0)
    return F.pad(x, borders, mode="replicate")


def compute_pooled_size(size: int, reach: int, stride: int, padding: int, ceil_mode: bool) -> int:
    """Compute the outputs of a pooling layer along an axis, as torch counts them.

    Args:
        reach: Pixels from the first to the last value of a window.
    """
    steps = (size + 2 * padding - reach) / stride
    count = (math.ceil(steps) if ceil_mode else math.floor(steps)) + 1
    # No window begins beyond the map and the padding before it.
    if ceil_mode and (count - 1) * stride >= size + padding:
        count -= 1
    return count


def _pair(value: int | tuple[int, ...]) -> tuple[int, int]:
    return (value, value) if isinstance(value, int) else (value[0], value[-1])
