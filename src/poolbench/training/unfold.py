"""Compute the convolutions of all members of a stack as one batch of matrix products.

Grouped convolutions, the other way, are computed group after group by cuDNN. Here the values that
each output pixel takes are copied side by side, with the channels last, so that a row of them is
one run of memory, and one product for each member does the rest.
"""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

Pair = tuple[int, int]

# Number of values that rows are padded to: matrix units want rows that begin at a multiple of 16
# bytes.
ALIGNMENT = 8


def unfold_conv2d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: int | tuple[int, ...] = 1,
    padding: int | tuple[int, ...] | str = 0,
    dilation: int | tuple[int, ...] = 1,
    groups: int = 1,
) -> Tensor:
    """Compute :func:`torch.nn.functional.conv2d` by matrix products; one a member under ``vmap``.

    A convolution with groups, with gaps between the values that it takes, or whose padding is a
    word is left as it is.

    Example:
        >>> x, weight = torch.arange(9.0).view(1, 1, 3, 3), torch.ones(1, 1, 2, 2)
        >>> unfold_conv2d(x, weight)[0, 0].tolist()
        [[8.0, 12.0], [20.0, 24.0]]
    """
    if groups != 1 or isinstance(padding, str) or _make_pair(dilation) != (1, 1):
        return F.conv2d(input, weight, bias, stride, padding, dilation, groups)
    values: Tensor = _MemberConv.apply(  # type: ignore[no-untyped-call]
        input, weight, bias, _make_pair(stride), _make_pair(padding)
    )
    return values


class _MemberConv(torch.autograd.Function):
    """A convolution of one member; ``vmap`` makes it :class:`_StackConv`."""

    @staticmethod
    def forward(
        x: Tensor, weight: Tensor, bias: Tensor | None, stride: Pair, padding: Pair
    ) -> Tensor:
        values: Tensor = _StackConv.apply(  # type: ignore[no-untyped-call]
            x[None], weight[None], None if bias is None else bias[None], stride, padding
        )
        return values[0]

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Tensor) -> None:
        x, weight, bias, ctx.stride, ctx.padding = inputs
        ctx.save_for_backward(x, weight)
        ctx.has_bias = bias is not None

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Any, ...]:
        x, weight = ctx.saved_tensors
        size = [len(weight)] if ctx.has_bias else None
        gradients = torch.ops.aten.convolution_backward(
            gradient, x, weight, size, ctx.stride, ctx.padding, (1, 1), False, (0, 0), 1,
            ctx.needs_input_grad[:3],
        )  # fmt: skip
        return *gradients, None, None

    @staticmethod
    def vmap(
        info: Any,
        in_dims: tuple[int | None, ...],
        x: Tensor,
        weight: Tensor,
        bias: Tensor | None,
        stride: Pair,
        padding: Pair,
    ) -> tuple[Tensor, int]:
        parts = (
            None if value is None else _bring_first(value, dim, info.batch_size)
            for value, dim in zip((x, weight, bias), in_dims, strict=False)
        )
        return _StackConv.apply(*parts, stride, padding), 0  # type: ignore[no-untyped-call]


class _StackConv(torch.autograd.Function):
    """Convolutions of a stack, ``(T, B, C, H, W), (T, O, C, h, w) -> (T, B, O, H', W')``."""

    @staticmethod
    def forward(
        ctx: Any, x: Tensor, weight: Tensor, bias: Tensor | None, stride: Pair, padding: Pair
    ) -> Tensor:
        rows = _unfold(x, (weight.shape[3], weight.shape[4]), stride, padding)
        size = rows.shape[2:4]
        rows = rows.flatten(1, 3)
        ctx.save_for_backward(rows, weight)
        ctx.has_bias, ctx.size = bias is not None, x.shape[3:]
        ctx.stride, ctx.padding = stride, padding
        matrix = _make_matrix(weight, rows.shape[2])
        if bias is None:
            return _fold_out(rows @ matrix, size)
        return _fold_out(torch.baddbmm(bias[:, None], rows, matrix), size)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Any, ...]:
        rows, weight = ctx.saved_tensors
        members, outputs, channels, height, width = weight.shape
        gradient = gradient.permute(0, 1, 3, 4, 2).contiguous()
        of_rows = gradient.reshape(members, -1, outputs)
        of_matrix = rows.transpose(1, 2) @ of_rows
        padded = _pad_channels(channels, weight.element_size())
        of_weight = of_matrix[:, : height * width * padded]
        of_weight = of_weight.reshape(members, height, width, padded, outputs)[..., :channels, :]
        of_bias = of_rows.sum(1) if ctx.has_bias else None
        of_x = None
        if ctx.needs_input_grad[0]:
            undo = _undo_apart if _are_apart((height, width), ctx.stride) else _undo_conv
            of_x = undo(gradient, weight, ctx.size, ctx.stride, ctx.padding)
        return of_x, of_weight.permute(0, 4, 3, 1, 2).contiguous(), of_bias, None, None


def _are_apart(kernel: Pair, stride: Pair) -> bool:
    """Return whether no value is in two windows."""
    return stride[0] >= kernel[0] and stride[1] >= kernel[1]


def _undo_apart(
    gradient: Tensor, weight: Tensor, size: torch.Size, stride: Pair, padding: Pair
) -> Tensor:
    """Compute the gradient ``(T, B, C, H, W)`` where each input value is in one window."""
    members, batch, outputs = (gradient.shape[axis] for axis in (0, 1, 4))
    _, _, channels, *kernel = weight.shape
    word = _choose_word(channels, weight.element_size())
    width = _pad_channels(channels, weight.element_size())
    matrix = _make_matrix(weight, kernel[0] * kernel[1] * width)
    values = gradient.view(members, -1, outputs) @ matrix.transpose(1, 2)
    (top, left), (height, length) = padding, size
    undone = gradient.new_zeros(members, batch, height + 2 * top, length + 2 * left, width)
    windows = _view_windows(undone.view(word), (kernel[0], kernel[1]), stride)
    windows.copy_(values.view(word).view(windows.shape))
    inner = undone[:, :, top : top + height, left : left + length, :channels]
    return inner.permute(0, 1, 4, 2, 3)


def _undo_conv(
    gradient: Tensor, weight: Tensor, size: torch.Size, stride: Pair, padding: Pair
) -> Tensor:
    """Compute the gradient for any windows, member by member: unfolded it would be too large."""
    left_over = [
        size[axis] - ((gradient.shape[2 + axis] - 1) * stride[axis] + weight.shape[3 + axis])
        + 2 * padding[axis]
        for axis in (0, 1)
    ]  # fmt: skip
    # As cuDNN wants them; those of all members at once.
    weight = weight.permute(0, 1, 3, 4, 2).contiguous().permute(0, 1, 4, 2, 3)
    maps = gradient.permute(0, 1, 4, 2, 3)
    members = [
        F.conv_transpose2d(mine, values, None, stride, padding, left_over).permute(0, 2, 3, 1)
        for mine, values in zip(maps, weight, strict=True)
    ]
    return torch.stack(members).permute(0, 1, 4, 2, 3)


def _unfold(x: Tensor, kernel: Pair, stride: Pair, padding: Pair) -> Tensor:
    """Copy windows into rows of values, zeros last: ``(T, B, C, H, W) -> (T, B, H', W', n)``."""
    top, left = padding
    members, batch, channels, height, width = x.shape
    word = _choose_word(channels, x.element_size())
    size = (height + 2 * top, width + 2 * left, _pad_channels(channels, x.element_size()))
    padded = x.new_zeros(members, batch, *size)
    inner = padded[:, :, top : top + height, left : left + width]
    source = x.permute(0, 1, 3, 4, 2)
    if size[2] == channels and source.is_contiguous():
        inner.view(word).copy_(source.view(word))
    else:
        inner[..., :channels] = source
    windows = _view_windows(padded.view(word), kernel, stride)
    count = kernel[0] * kernel[1] * size[2]
    rows = x.new_empty(*windows.shape[:4], -(-count // ALIGNMENT) * ALIGNMENT)
    rows[..., count:] = 0
    rows[..., :count].view(word).view(windows.shape).copy_(windows)
    return rows


def _view_windows(padded: Tensor, kernel: Pair, stride: Pair) -> Tensor:
    """View the windows in the same memory, ``(T, B, H, W, C) -> (T, B, H', W', h, w, C)``."""
    windows = padded.unfold(2, kernel[0], stride[0]).unfold(3, kernel[1], stride[1])
    return windows.permute(0, 1, 2, 3, 5, 6, 4)


def _choose_word(channels: int, itemsize: int) -> torch.dtype:
    """Choose words of 16 or 8 bytes: as many of them are copied in a second as of single values."""
    return torch.int64 if channels * itemsize <= 8 else torch.complex128


def _pad_channels(channels: int, itemsize: int) -> int:
    """Return the number of channels with which a pixel is whole words."""
    word = _choose_word(channels, itemsize).itemsize
    return -(-channels * itemsize // word) * word // itemsize


def _make_matrix(weight: Tensor, count: int) -> Tensor:
    """Reorder the weights as the rows are, ``(T, O, C, h, w) -> (T, count, O)``."""
    members, outputs, channels, height, width = weight.shape
    padded = _pad_channels(channels, weight.element_size())
    matrix = weight.new_zeros(members, count, outputs)
    inner = matrix[:, : height * width * padded].view(members, height, width, padded, outputs)
    inner[..., :channels, :] = weight.permute(0, 3, 4, 2, 1)
    return matrix


def _fold_out(values: Tensor, size: torch.Size) -> Tensor:
    """View the products as maps with channels last, ``(T, B * H * W, O) -> (T, B, O, H, W)``."""
    members, _, outputs = values.shape
    return values.view(members, -1, *size, outputs).permute(0, 1, 4, 2, 3)


def _bring_first(value: Tensor, dim: int | None, count: int) -> Tensor:
    return value.expand(count, *value.shape) if dim is None else value.movedim(dim, 0)


def _make_pair(value: int | tuple[int, ...]) -> Pair:
    return (value, value) if isinstance(value, int) else (value[0], value[-1])
