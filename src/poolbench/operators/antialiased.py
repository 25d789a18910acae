"""Operators that blur before they decimate, so that detail does not alias."""

from math import comb

import torch
import torch.nn.functional as F
from torch import Tensor

from poolbench.errors import ShapeError, UsageError
from poolbench.operators._registry import Operator, register


def blur_pool2d(x: Tensor, *, stride: int, kernel_size: int | None = None) -> Tensor:
    """Blur with a binomial filter, then keep every ``stride``-th pixel, from the first on.

    Border: reflect.

    Shape:
        ``(B, C, H, W) -> (B, C, ceil(H / stride), ceil(W / stride))``

    Args:
        kernel_size: Filter width in pixels; odd, at least 3. By default ``2 * stride - 1``, so
            that neighbouring windows overlap by half, but at least 3.

    Raises:
        ShapeError: If ``H`` or ``W`` is at most ``kernel_size // 2``.
        UsageError: If ``kernel_size`` is even or less than 3.

    Reference:
        Zhang 2019, arXiv:1904.11486.

    Example:
        >>> import torch
        >>> x = torch.zeros(1, 1, 4, 4)
        >>> x[0, 0, 1, 2] = 16.0
        >>> blur_pool2d(x, stride=2)[0, 0].tolist()
        [[0.0, 4.0], [0.0, 2.0]]
    """
    kernel = _make_kernel(_choose_kernel_size(kernel_size, stride), x.shape[1])
    return _blur(x, kernel.to(x), stride)


@register(
    "blur",
    title="blur pooling: a binomial filter, then one value in each cell",
    title_ru="пулинг с размытием: биномиальный фильтр, затем одно значение из каждой клетки",
)
class BlurPool2d(Operator):
    """Module of :func:`blur_pool2d`; its filter is fixed and is not saved with the weights.

    Raises:
        UsageError: If ``kernel_size`` is even or less than 3.
    """

    kernel: Tensor

    def __init__(self, channels: int, *, stride: int, kernel_size: int | None = None) -> None:
        super().__init__(channels, stride=stride)
        self.kernel_size = _choose_kernel_size(kernel_size, stride)
        self.register_buffer("kernel", _make_kernel(self.kernel_size, channels), persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        return _blur(x, self.kernel.to(x.dtype), self.stride)

    def count_operations(self, height: int, width: int) -> int:
        kept = -(-height // self.stride) * -(-width // self.stride)
        return self.channels * kept * self.kernel_size**2

    def extra_repr(self) -> str:
        return f"{super().extra_repr()}, kernel_size={self.kernel_size}"


def _choose_kernel_size(kernel_size: int | None, stride: int) -> int:
    if kernel_size is None:
        return max(3, 2 * stride - 1)
    if kernel_size < 3 or kernel_size % 2 == 0:
        raise UsageError(
            f"A blur needs an odd kernel_size of at least 3, got {kernel_size}: an even one would "
            "move the picture by half a pixel."
        )
    return kernel_size


def _make_kernel(kernel_size: int, channels: int) -> Tensor:
    """``[channels, 1, kernel_size, kernel_size]``: Pascal's triangle both ways, its sum 1."""
    row = torch.tensor([float(comb(kernel_size - 1, k)) for k in range(kernel_size)])
    row = row / 2 ** (kernel_size - 1)
    return torch.outer(row, row).repeat(channels, 1, 1, 1)


def _blur(x: Tensor, kernel: Tensor, stride: int) -> Tensor:
    """The stride belongs to the convolution, so that what is dropped is not computed."""
    border = kernel.shape[-1] // 2
    if x.shape[2] <= border or x.shape[3] <= border:
        raise ShapeError(
            f"A blur of width {kernel.shape[-1]} needs feature maps larger than {border} pixels "
            f"each way, got {x.shape[2]}x{x.shape[3]}. Choose a larger --image-size, or another "
            "operator."
        )
    padded = F.pad(x, (border, border, border, border), mode="reflect")
    return F.conv2d(padded, kernel, stride=stride, groups=kernel.shape[0])
