"""Define operators that keep low frequencies: Fourier and Hartley.

For one size of the map they are linear maps of its rows and of its columns. They are computed as
two matrix products, not by an FFT, so they export to ONNX and take any float dtype.
"""

import math
from collections.abc import Callable
from typing import ClassVar

import torch
from torch import Tensor, nn

from poolbench.operators._registry import Operator, register
from poolbench.operators._windows import count_windows

# Width of the edge of the learned mask, in frequencies (R in Riad 2022).
EDGE_WIDTH = 4.0


def make_spectral_matrix(size: int, wanted: int) -> Tensor:
    """Make float64 ``[wanted, size]`` that keeps a row's lowest ``wanted`` Fourier coefficients.

    Of an even number the last is shared by both signs of the frequency, half each.
    """
    synthesis, analysis = make_fourier_bases(size, wanted)
    return synthesis @ analysis


def make_low_cut_matrix(size: int, wanted: int) -> Tensor:
    """Make the same without the frequency that two signs would share."""
    synthesis, analysis = make_fourier_bases(size, wanted)
    # A cosine and a sine for each frequency below half of the output's pixels.
    kept = 2 * max(1, (wanted + 1) // 2)
    return synthesis[:, :kept] @ analysis[:kept]


def make_hartley_matrix(size: int, wanted: int) -> Tensor:
    """Make float64 ``[wanted, size]`` that keeps a row's lowest ``wanted`` Hartley coefficients."""
    frequency = torch.arange(-(wanted // 2), wanted - wanted // 2, dtype=torch.float64)
    synthesis = _compute_angles(_count(wanted), frequency, wanted)
    analysis = _compute_angles(frequency, _count(size), size)
    return (synthesis.cos() + synthesis.sin()) @ (analysis.cos() + analysis.sin()) / size


def make_fourier_bases(size: int, wanted: int) -> tuple[Tensor, Tensor]:
    """Make a cosine and a sine for each frequency 0, 1, … ``wanted // 2``.

    Returns:
        Synthesis float64 ``[wanted, 2 * frequencies]`` and analysis ``[2 * frequencies, size]``;
        their product is :func:`make_spectral_matrix`.
    """
    frequency = _count(wanted // 2 + 1)
    is_single = (frequency == 0) | (2 * frequency == wanted)
    weight = (2 - is_single.double()) / size
    out = _compute_angles(_count(wanted), frequency, wanted)
    into = _compute_angles(frequency, _count(size), size)
    synthesis = torch.stack([out.cos() * weight, out.sin() * weight], dim=2)
    analysis = torch.stack([into.cos(), into.sin()], dim=1)
    return synthesis.flatten(1), analysis.flatten(0, 1)


def _count(number: int) -> Tensor:
    return torch.arange(number, dtype=torch.float64)


def _compute_angles(first: Tensor, second: Tensor, period: int) -> Tensor:
    return 2 * math.pi * torch.outer(first, second) / period


def spectral_pool2d(x: Tensor, *, stride: int) -> Tensor:
    """Keep the lowest Fourier coefficients, as many as the output has pixels.

    Border: the map is taken as periodic.

    Shape:
        ``(B, C, H, W) -> (B, C, ceil(H / stride), ceil(W / stride))``

    Reference:
        Rippel 2015, arXiv:1506.03767.

    Example:
        >>> x = torch.tensor([[[[1.0, 3.0, 5.0, 3.0]]]])
        >>> [round(value, 4) for value in spectral_pool2d(x, stride=2).flatten().tolist()]
        [2.0, 4.0]
    """
    return _transform(x, stride, make_spectral_matrix)


def flc_pool2d(x: Tensor, *, stride: int) -> Tensor:
    """Keep only frequencies that the output can show without aliasing (FrequencyLowCut).

    Border: the map is taken as periodic.

    Shape:
        ``(B, C, H, W) -> (B, C, ceil(H / stride), ceil(W / stride))``

    Reference:
        Grabinski 2022, arXiv:2204.00491.

    Example:
        >>> x = torch.tensor([[[[1.0, 3.0, 5.0, 3.0]]]])
        >>> [round(value, 4) for value in flc_pool2d(x, stride=2).flatten().tolist()]
        [3.0, 3.0]
    """
    # Deviation: of an even number the highest frequency is dropped, of which the paper keeps one
    # sign; so the output is real by itself. The mean is kept.
    return _transform(x, stride, make_low_cut_matrix)


def hartley_pool2d(x: Tensor, *, stride: int) -> Tensor:
    """Keep the lowest Hartley coefficients, as many as the output has pixels.

    Border: the map is taken as periodic.

    Shape:
        ``(B, C, H, W) -> (B, C, ceil(H / stride), ceil(W / stride))``

    Reference:
        Zhang and Ma 2018, arXiv:1810.04028.

    Example:
        >>> x = torch.ones(1, 1, 1, 4)
        >>> [round(value, 4) for value in hartley_pool2d(x, stride=2).flatten().tolist()]
        [1.0, 1.0]
    """
    return _transform(x, stride, make_hartley_matrix)


def _transform(x: Tensor, stride: int, make: Callable[[int, int], Tensor]) -> Tensor:
    down, across = (make(size, count_windows(size, stride)) for size in x.shape[2:])
    return _apply(x, down.to(x), across.to(x))


def _apply(x: Tensor, down: Tensor, across: Tensor) -> Tensor:
    """Apply a matrix to the columns and one to the rows."""
    return down @ (x @ across.T)


class _PeriodicPool2d(Operator):
    """Operator that keeps the constants it made for the sizes that it has met."""

    exceptions = {"bounds": "a cut spectrum overshoots at edges"}

    def __init__(self, channels: int, *, stride: int) -> None:
        super().__init__(channels, stride=stride)
        self._kept: dict[tuple[int, torch.dtype, torch.device], tuple[Tensor, ...]] = {}

    def make_constants(self, size: int) -> tuple[Tensor, ...]:
        """Make what does not change for one size of an axis, float64."""
        raise NotImplementedError

    def recall(self, size: int, x: Tensor) -> tuple[Tensor, ...]:
        """Return these constants in the dtype and on the device of a map."""
        key = (size, x.dtype, x.device)
        if key in self._kept:
            return self._kept[key]
        made = tuple(constant.to(x) for constant in self.make_constants(size))
        # What is made while a compiler or exporter looks on is not a real tensor.
        if not torch.compiler.is_compiling():
            self._kept[key] = made
        return made

    def count_operations(self, height: int, width: int) -> int:
        down, across = count_windows(height, self.stride), count_windows(width, self.stride)
        return self.channels * across * height * (width + down)


class _MatrixPool2d(_PeriodicPool2d):
    """One fixed matrix for each size of an axis."""

    make: ClassVar[Callable[[int, int], Tensor]]

    def make_constants(self, size: int) -> tuple[Tensor, ...]:
        return (type(self).make(size, count_windows(size, self.stride)),)

    def forward(self, x: Tensor) -> Tensor:
        # Plain numbers, also where the older exporter would trace them.
        (down,), (across,) = (self.recall(int(size), x) for size in x.shape[2:])
        return _apply(x, down, across)


@register(
    "spectral",
    title="spectral pooling: the lowest Fourier coefficients",
    title_ru="спектральный пулинг: низкочастотные коэффициенты Фурье",
    year=2015,
)
class SpectralPool2d(_MatrixPool2d):
    """Module of :func:`spectral_pool2d`."""

    function = spectral_pool2d
    make = make_spectral_matrix


@register(
    "flc",
    title="frequency low cut: only the frequencies that cannot alias",
    title_ru="отсечение высоких частот: остаются только те, что не дают наложения",
    year=2022,
)
class FlcPool2d(_MatrixPool2d):
    """Module of :func:`flc_pool2d`."""

    function = flc_pool2d
    make = make_low_cut_matrix


@register(
    "hartley",
    title="Hartley pooling: the lowest Hartley coefficients",
    title_ru="пулинг Хартли: низкочастотные коэффициенты Хартли",
    year=2018,
)
class HartleyPool2d(_MatrixPool2d):
    """Module of :func:`hartley_pool2d`."""

    function = hartley_pool2d
    make = make_hartley_matrix


@register(
    "diff-stride",
    title="DiffStride: spectral pooling with a learned cut-off",
    title_ru="DiffStride: спектральный пулинг с обучаемой частотой среза",
    year=2022,
)
class DiffStridePool2d(_PeriodicPool2d):
    """Spectral pooling behind a soft mask over frequencies whose cut is learned, one for each axis.

    The cut is at ``size / (2 s)``; s is learned and begins at the stride. The size of the output
    stays: a larger s makes the map smoother, a smaller one, towards 1, spectral pooling. The mask
    falls from 1 to 0 over the 4 frequencies before the cut; the mean of the map is always kept.

    Border: the map is taken as periodic.

    Reference:
        Riad 2022, arXiv:2202.01653.
    """

    # Deviation: the output keeps its size whatever s becomes, so that networks can be compared; so
    # the mask falls before the cut, not beyond it, where nothing is left that it could act on.

    def __init__(self, channels: int, *, stride: int) -> None:
        super().__init__(channels, stride=stride)
        self.strides_learned = nn.Parameter(torch.tensor([float(stride), float(stride)]))

    def forward(self, x: Tensor) -> Tensor:
        down, across = (
            self._make_matrix(int(size), x, s)
            for size, s in zip(x.shape[2:], self.strides_learned, strict=True)
        )
        return _apply(x, down, across)

    def make_constants(self, size: int) -> tuple[Tensor, ...]:
        return make_fourier_bases(size, count_windows(size, self.stride))

    def _make_matrix(self, size: int, x: Tensor, s: Tensor) -> Tensor:
        synthesis, analysis = self.recall(size, x)
        count = analysis.shape[0] // 2
        frequency = torch.arange(count, device=x.device, dtype=x.dtype)
        cut = size / (2 * s.clamp(min=1.0).to(x.dtype))
        mask = ((cut + 0.5 - frequency) / EDGE_WIDTH).clamp(0, 1)
        mask = torch.where(frequency == 0, torch.ones_like(mask), mask)
        return (synthesis * mask.repeat_interleave(2)) @ analysis

    def count_operations(self, height: int, width: int) -> int:
        down, across = count_windows(height, self.stride), count_windows(width, self.stride)
        matrices = (down + 2) * down * height + (across + 2) * across * width
        return matrices + super().count_operations(height, width)
