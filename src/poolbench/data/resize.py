"""Resize by two matrix products, the same numbers in training and in an exported graph.

The filter is the antialiased triangle that Pillow calls BILINEAR: its support grows with the
factor by which a picture shrinks. The weights are computed from the size of the pictures with
integers alone and rounded to multiples of 2**-16. A product of such a weight and an 8-bit value,
and every sum of such products, is exact in float32, so the result does not depend on the order in
which a library adds: PyTorch and ONNX Runtime give identical pictures.
"""

import torch
from torch import Tensor

from poolbench.config import Fit
from poolbench.errors import ShapeError, UsageError

# Weight of 1 as a whole number: 8 bits of a pixel and 16 of a weight fill the 24 bits of a float32.
WEIGHT_ONE = 2**16

# Numerator and denominator, whole numbers without dimensions.
Scale = tuple[Tensor, Tensor]


def resize_images(images: Tensor, size: tuple[int, int], fit: Fit = "squash") -> Tensor:
    """Bring pictures to one size with an antialiased filter.

    The result holds whole numbers, so that a picture that was stored as 8 bits in between is still
    the same. Pictures that have the size already come back unchanged.

    Shape:
        ``(B, 3, H, W) -> (B, 3, h, w)``

    Args:
        images: Float, 0–255.
        size: Height and width of the result in pixels.
        fit: ``squash`` changes the proportions; ``crop`` fills the result and cuts off what stands
            out, evenly on both sides; ``pad`` shows the whole picture between black bars, for which
            a pixel whose middle lies outside the picture is black.

    Raises:
        ShapeError: If ``images`` is not ``(B, 3, H, W)`` or ``size`` is not positive.
        UsageError: If ``fit`` is unknown.

    Example:
        >>> images = torch.tensor([0.0, 100.0, 50.0, 50.0]).expand(1, 3, 1, 4)
        >>> resize_images(images, (1, 2))[0, 0]
        tensor([[50., 57.]])
    """
    _check_shapes(images, size)
    down, across = compute_filters(images.shape[2], images.shape[3], size, fit, images.device)
    return apply_filters(images, down, across)


def compute_filters(
    rows: int,
    columns: int,
    size: tuple[int, int],
    fit: Fit = "squash",
    device: torch.device | None = None,
) -> tuple[Tensor, Tensor]:
    """Compute the weights of one size, float32: down ``(h, rows)``, across ``(w, columns)``.

    Raises:
        UsageError: If ``fit`` is unknown.
    """
    lengths = torch.full((), rows, device=device), torch.full((), columns, device=device)
    scales = _compute_scales(lengths, size, fit)
    down = _compute_weights(rows, size[0], scales[0])
    across = _compute_weights(columns, size[1], scales[1])
    return down, across


def apply_filters(images: Tensor, down: Tensor, across: Tensor) -> Tensor:
    """Resize ``(B, 3, H, W)`` with the weights of :func:`compute_filters`."""
    narrowed = _round_half_up(torch.matmul(images, across.transpose(0, 1)))
    return torch.clamp(_round_half_up(torch.matmul(down, narrowed)), 0, 255)


def _round_half_up(x: Tensor) -> Tensor:
    """Round as Pillow does, and after each of the two passes, as it does too."""
    return torch.floor(x + 0.5)


def _check_shapes(images: Tensor, size: tuple[int, int]) -> None:
    if images.ndim != 4 or images.shape[1] != 3:
        raise ShapeError("resize.shape", shape=list(images.shape))
    if min(size) < 1:
        raise ShapeError("resize.size", size=size)


def _compute_scales(
    lengths: tuple[Tensor, Tensor], size: tuple[int, int], fit: Fit
) -> tuple[Scale, Scale]:
    """Compute the pixels of the input for one pixel of the result, down and across."""
    # Tensors, not numbers: an exported graph must choose at run time which side decides.
    rows, columns = lengths
    height, width = torch.full_like(rows, size[0]), torch.full_like(rows, size[1])
    if fit == "squash":
        return (rows, height), (columns, width)
    if fit not in ("crop", "pad"):
        raise UsageError("resize.fit", fit=fit)
    down, across = rows * width, columns * height
    by_rows = down <= across if fit == "crop" else down >= across
    scale = torch.where(by_rows, rows, columns), torch.where(by_rows, height, width)
    return scale, scale


def _compute_weights(length: int, out: int, scale: Scale) -> Tensor:
    """Compute the weight of each input pixel in each output pixel; rows sum to 1 or are 0.

    All distances are counted in units of ``1 / (2 * denominator)`` input pixels, which makes them
    whole numbers.

    Shape:
        ``(out, length)``
    """
    numerator, denominator = scale
    device = numerator.device
    steps = 2 * torch.arange(out, device=device) + (1 - out)
    middles = (steps * numerator + length * denominator).unsqueeze(1)
    positions = (2 * torch.arange(length, device=device) + 1) * denominator
    support = 2 * torch.maximum(numerator, denominator)
    heights = torch.clamp(support - torch.abs(positions - middles), min=0)
    inside = (middles > 0) & (middles < 2 * length * denominator)
    # Rounding the running sum, not each weight, keeps the sum of a row exact.
    running = torch.cumsum(heights, dim=1)
    total = torch.clamp(running[:, -1:], min=1)
    running = torch.div(running * WEIGHT_ONE + total // 2, total, rounding_mode="floor")
    weights = torch.diff(running, dim=1, prepend=torch.zeros_like(running[:, :1]))
    return (weights * inside).float() / WEIGHT_ONE
