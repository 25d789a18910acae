"""The convolutions of all members of a stack as one batch of matrix products.

Grouped convolutions, the other way, are computed group after group by cuDNN. Here the values that
each output pixel takes are copied side by side, channels last, so that a row of them is one run of
memory, and one product for each member does the rest. A column of ones brings the bias in, so that
neither it nor its gradient is a pass of its own.
"""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

Pair = tuple[int, int]

# Values in a row: matrix units want rows that begin at a multiple of 16 bytes.
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
    """:func:`torch.nn.functional.conv2d` by matrix products; under ``vmap`` one for each member.

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
        x, weight, bias = (
            None if value is None else _bring_first(value, place, info.batch_size)
            for value, place in zip((x, weight, bias), in_dims, strict=False)
        )
        return _StackConv.apply(x, weight, bias, stride, padding), 0  # type: ignore[no-untyped-call]


class _StackConv(torch.autograd.Function):
    """``(T, B, C, H, W), (T, O, C, h, w), (T, O) -> (T, B, O, H', W')``, channels last."""

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
        return _fold_out(rows @ _make_matrix(weight, bias, rows.shape[2]), size)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Any, ...]:
        rows, weight = ctx.saved_tensors
        members, outputs, channels, height, width = weight.shape
        of_rows = gradient.permute(0, 1, 3, 4, 2).reshape(members, -1, outputs)
        of_matrix = rows.transpose(1, 2) @ of_rows
        count = height * width * channels
        of_weight = of_matrix[:, :count].reshape(members, height, width, channels, outputs)
        of_bias = of_matrix[:, count] if ctx.has_bias else None
        of_x = None
        if ctx.needs_input_grad[0]:
            of_x = _undo_conv(gradient, weight, ctx.size, ctx.stride, ctx.padding)
        return of_x, of_weight.permute(0, 4, 3, 1, 2).contiguous(), of_bias, None, None


def _undo_conv(
    gradient: Tensor, weight: Tensor, size: torch.Size, stride: Pair, padding: Pair
) -> Tensor:
    """The gradient of the input, itself a convolution: of the gradient with the values turned."""
    height, width = weight.shape[3:]
    if stride != (1, 1) or _is_cut(padding, (height, width)):
        gradient = _spread(gradient, weight, size, stride, padding)
        before = (0, 0)
    else:
        before = (height - 1 - padding[0], width - 1 - padding[1])
    rows = _unfold(gradient, (height, width), (1, 1), before)
    turned = weight.flip(3, 4).transpose(1, 2)
    rows_size = rows.shape[2:4]
    rows = rows.flatten(1, 3)
    return _fold_out(rows @ _make_matrix(turned, None, rows.shape[2]), rows_size)


def _is_cut(padding: Pair, kernel: Pair) -> bool:
    """Whether there is more padding than a convolution of the gradient could take away."""
    return any(pad >= length for pad, length in zip(padding, kernel, strict=True))


def _spread(
    gradient: Tensor, weight: Tensor, size: torch.Size, stride: Pair, padding: Pair
) -> Tensor:
    """The gradient with zeros between its values and around them, of the size for a convolution."""
    height, width = weight.shape[3:]
    members, batch, outputs, rows, columns = gradient.shape
    # Where pixel 0 of the padded input would be, and how far its windows reach.
    whole = (size[0] + 2 * padding[0] + height - 1, size[1] + 2 * padding[1] + width - 1)
    spread = gradient.new_zeros(members, batch, *whole, outputs)
    lower = slice(height - 1, height - 1 + (rows - 1) * stride[0] + 1, stride[0])
    right = slice(width - 1, width - 1 + (columns - 1) * stride[1] + 1, stride[1])
    spread[:, :, lower, right] = gradient.permute(0, 1, 3, 4, 2)
    top, left = padding
    kept = spread[:, :, top : top + size[0] + height - 1, left : left + size[1] + width - 1]
    return kept.permute(0, 1, 4, 2, 3)


def _unfold(x: Tensor, kernel: Pair, stride: Pair, padding: Pair) -> Tensor:
    """``(T, B, C, H, W) -> (T, B, H', W', n)``: the values of each window, a one, zeros."""
    down, right = stride
    top, left = padding
    padded = F.pad(x.permute(0, 1, 3, 4, 2), (0, 0, left, left, top, top)).contiguous()
    windows = padded.unfold(2, kernel[0], down).unfold(3, kernel[1], right)
    windows = windows.permute(0, 1, 2, 3, 5, 6, 4)
    count = windows[0, 0, 0, 0].numel()
    width = -(-(count + 1) // ALIGNMENT) * ALIGNMENT
    rows = padded.new_empty(*windows.shape[:4], width)
    rows[..., :count].unflatten(-1, windows.shape[4:]).copy_(windows)
    rows[..., count] = 1
    rows[..., count + 1 :] = 0
    return rows


def _make_matrix(weight: Tensor, bias: Tensor | None, count: int) -> Tensor:
    """``(T, O, C, h, w), (T, O) -> (T, count, O)``, in the order of the rows."""
    matrix = weight.permute(0, 3, 4, 2, 1).flatten(1, 3)
    whole = matrix.new_zeros(len(matrix), count, matrix.shape[2])
    whole[:, : matrix.shape[1]] = matrix
    if bias is not None:
        whole[:, matrix.shape[1]] = bias
    return whole


def _fold_out(values: Tensor, size: torch.Size) -> Tensor:
    """``(T, B * H * W, O) -> (T, B, O, H, W)``, with the channels last in memory."""
    members, _, outputs = values.shape
    return values.view(members, -1, *size, outputs).permute(0, 1, 4, 2, 3)


def _bring_first(value: Tensor, place: int | None, count: int) -> Tensor:
    return value.expand(count, *value.shape) if place is None else value.movedim(place, 0)


def _make_pair(value: int | tuple[int, ...]) -> Pair:
    return (value, value) if isinstance(value, int) else (value[0], value[-1])
