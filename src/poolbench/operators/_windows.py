"""Cut a feature map into windows: where they lie, what the border does, their values in order.

All operators share one geometry. The window of output pixel ``i`` begins at
``i * stride - (kernel_size - stride) // 2``, so a window as wide as the stride is a cell of the
grid, and a wider one is centred on its cell or, where that would be between pixels, half a pixel
after. There are ``ceil(size / stride)`` windows each way.
"""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from poolbench.errors import UsageError
from poolbench.operators._registry import Operator

# Dimensions of what cut_windows gives that run over the window.
WINDOW = (-2, -1)


class WindowOperator(Operator):
    """An operator that reads every value of each window once.

    Args:
        kernel_size: Window width in pixels, at least ``stride``, which is the default.
    """

    def __init__(self, channels: int, *, stride: int, kernel_size: int | None = None) -> None:
        super().__init__(channels, stride=stride)
        self.kernel_size = choose_kernel_size(kernel_size, stride)

    def get_options(self) -> dict[str, Any]:
        return {"kernel_size": self.kernel_size}

    def count_operations(self, height: int, width: int) -> int:
        return self.count_values(height, width)

    def count_values(self, height: int, width: int) -> int:
        """Count the values that the windows read for one picture."""
        if self.kernel_size == self.stride:
            return self.channels * height * width
        return self.count_outputs(height, width) * self.kernel_size**2


def count_windows(size: int, stride: int) -> int:
    """Count the windows along an axis of this size."""
    # Not the negative of a floor: traced for ONNX, a division rounds towards zero.
    return (size + stride - 1) // stride


def choose_kernel_size(kernel_size: int | None, stride: int) -> int:
    """Return the width of a window; by default that of a cell.

    Raises:
        UsageError: If windows would leave out values of the input.
    """
    if kernel_size is None:
        return stride
    if kernel_size < stride:
        raise UsageError("operator.kernel-size", stride=stride, value=kernel_size)
    return kernel_size


def compute_padding(size: int, kernel_size: int, stride: int) -> tuple[int, int]:
    """Compute by how many pixels the windows along an axis reach over its two ends."""
    before = (kernel_size - stride) // 2
    after = (count_windows(size, stride) - 1) * stride + kernel_size - before - size
    return before, after


def pad_windows(x: Tensor, kernel_size: int, stride: int, value: float | None = 0.0) -> Tensor:
    """Fill what windows reach over the border, with a value or (``None``) by repeating the border.

    Shape:
        ``(B, C, H, W) -> (B, C, H', W')``, ``H' = (ceil(H / stride) - 1) * stride + kernel_size``
    """
    top, bottom = compute_padding(x.shape[2], kernel_size, stride)
    left, right = compute_padding(x.shape[3], kernel_size, stride)
    if not (top or bottom or left or right):
        return x
    if value is None:
        return repeat_border(x, (left, right, top, bottom))
    return F.pad(x, (left, right, top, bottom), value=value)


def repeat_border(x: Tensor, borders: tuple[int, int, int, int]) -> Tensor:
    """Repeat the border so many times: left, right, top, bottom.

    As padding of mode ``replicate`` does, whose gradient inductor takes to lie otherwise in memory
    than it does (torch 2.13) where the map comes from, or goes to, a convolution.

    Shape:
        ``(B, C, H, W) -> (B, C, H + top + bottom, W + left + right)``
    """
    left, right, top, bottom = borders
    for axis, before, after in ((2, top, bottom), (3, left, right)):
        if before or after:
            first, last = x.narrow(axis, 0, 1), x.narrow(axis, x.shape[axis] - 1, 1)
            x = torch.cat([*[first] * before, x, *[last] * after], axis)
    return x


def cut_windows(x: Tensor, kernel_size: int, stride: int, value: float | None = 0.0) -> Tensor:
    """Return the values of every window, as a view of the padded map.

    Shape:
        ``(B, C, H, W) -> (B, C, ceil(H / stride), ceil(W / stride), kernel_size, kernel_size)``
    """
    x = pad_windows(x, kernel_size, stride, value)
    if kernel_size == stride:
        rows, columns = x.shape[2] // stride, x.shape[3] // stride
        cells = x.view(*x.shape[:2], rows, stride, columns, stride)
        return cells.permute(0, 1, 2, 4, 3, 5)
    return x.unfold(2, kernel_size, stride).unfold(3, kernel_size, stride)


def list_offsets(padded: Tensor, kernel_size: int, stride: int) -> list[Tensor]:
    """Return the values of every window, one map for each offset in the window, row by row.

    Args:
        padded: ``(B, C, H', W')``, with what windows reach over the border.

    Shape:
        ``(B, C, H', W') -> kernel_size**2 times (B, C, h, w)``, where
        ``h = (H' - kernel_size) // stride + 1``
    """
    # Plain numbers, also where the older exporter would trace them.
    down, across = ((int(size) - kernel_size) // stride * stride + 1 for size in padded.shape[2:])
    return [
        padded[:, :, row : row + down : stride, column : column + across : stride]
        for row in range(kernel_size)
        for column in range(kernel_size)
    ]


def cut_mask(x: Tensor, kernel_size: int, stride: int) -> Tensor | None:
    """Return 1 where a window lies on the map, 0 beyond its border; ``None`` if no window is cut.

    Shape:
        ``(1, 1, h, w, kernel_size, kernel_size)``
    """
    if not any(sum(compute_padding(size, kernel_size, stride)) for size in x.shape[2:]):
        return None
    return cut_windows(x.new_ones(1, 1, *x.shape[2:]), kernel_size, stride)


def mean_windows(x: Tensor, kernel_size: int, stride: int) -> Tensor:
    """Compute the mean of every window; one cut by the border is the mean of what it has."""
    if kernel_size == stride:
        return F.avg_pool2d(x, stride, ceil_mode=True, count_include_pad=False)
    mean = F.avg_pool2d(pad_windows(x, kernel_size, stride), kernel_size, stride)
    covered = pad_windows(x.new_ones(1, 1, *x.shape[2:]), kernel_size, stride)
    return mean / F.avg_pool2d(covered, kernel_size, stride)


def max_windows(x: Tensor, kernel_size: int, stride: int) -> Tensor:
    """Compute the maximum of every window; one cut by the border takes what it has."""
    if kernel_size == stride:
        return F.max_pool2d(x, stride, ceil_mode=True)
    return F.max_pool2d(pad_windows(x, kernel_size, stride, -torch.inf), kernel_size, stride)


def max_ahead(x: Tensor, width: int) -> Tensor:
    """Compute the maximum of the ``width`` x ``width`` values from each position on.

    Shape:
        ``(B, C, H, W) -> (B, C, H, W)``
    """
    padded = F.pad(x, (0, width - 1, 0, width - 1), value=-torch.inf)
    return F.max_pool2d(padded, width, 1)


def mean_ahead(x: Tensor, width: int) -> Tensor:
    """Compute the mean of the ``width`` x ``width`` values from each position on."""
    padded = F.avg_pool2d(F.pad(x, (0, width - 1, 0, width - 1)), width, 1)
    covered = F.pad(x.new_ones(1, 1, *x.shape[2:]), (0, width - 1, 0, width - 1))
    return padded / F.avg_pool2d(covered, width, 1)


def average_by(windows: Tensor, weights: Tensor, mask: Tensor | None) -> Tensor:
    """Compute the mean of every window under weights of at least 0, beyond the border none."""
    if mask is not None:
        weights = weights * mask
    return (weights * windows).sum(WINDOW) / weights.sum(WINDOW)


def average_by_exp(windows: Tensor, logits: Tensor, mask: Tensor | None) -> Tensor:
    """Compute the mean of every window under the softmax of logits over the window."""
    if mask is not None:
        # What is left out may not be the largest either.
        logits = logits.masked_fill(mask == 0, -torch.inf)
    highest = logits.amax(WINDOW, keepdim=True).detach()
    return average_by(windows, (logits - highest).exp(), None)


def sort_windows(x: Tensor, kernel_size: int, stride: int) -> list[Tensor]:
    """Sort the values of every window, the largest first; cut windows repeat the border.

    A sorting network (Batcher 1968): each step takes the larger and the smaller of two maps, which
    is many times faster than to sort millions of short rows, and has an exact gradient.

    Shape:
        ``(B, C, H, W) -> kernel_size**2 times (B, C, ceil(H / stride), ceil(W / stride))``
    """
    values = list_offsets(pad_windows(x, kernel_size, stride, None), kernel_size, stride)
    for first, second in _list_exchanges(len(values)):
        larger = torch.maximum(values[first], values[second])
        values[second] = torch.minimum(values[first], values[second])
        values[first] = larger
    return values


def count_exchanges(count: int) -> int:
    """Count the steps of the sorting network for so many values."""
    return len(_list_exchanges(count))


def _list_exchanges(count: int) -> list[tuple[int, int]]:
    """Return the odd-even merge sort of any length (Knuth, vol. 3, algorithm 5.2.2M)."""
    exchanges = []
    p = 1
    while p < count:
        k = p
        while k >= 1:
            for j in range(k % p, count - k, 2 * k):
                for i in range(min(k, count - j - k)):
                    if (i + j) // (2 * p) == (i + j + k) // (2 * p):
                        exchanges.append((i + j, i + j + k))
            k //= 2
        p *= 2
    return exchanges
