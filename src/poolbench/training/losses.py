"""Compute the loss of each picture, and how much its class weighs."""

import torch
import torch.nn.functional as F
from torch import Tensor

from poolbench.training.pictures import Targets


def compute_losses(
    logits: Tensor, targets: Targets, smoothing: float = 0.0, weights: Tensor | None = None
) -> Tensor:
    """Compute the cross-entropy of each picture, ``(B, classes) -> (B,)``.

    Args:
        smoothing: Label smoothing (Szegedy 2016, arXiv:1512.00567).
        weights: Class weights, float ``[classes]`` or ``[B, classes]``.

    Example:
        >>> logits = torch.tensor([[0.0, 0.0]])
        >>> round(compute_losses(logits, Targets(torch.tensor([1]))).item(), 4)
        0.6931
    """
    if targets.others is None and weights is None:
        labels = targets.labels
        return F.cross_entropy(logits, labels, reduction="none", label_smoothing=smoothing)
    classes = logits.shape[1]
    wanted = _mark(targets.labels, logits)
    if targets.others is not None and targets.shares is not None:
        shares = targets.shares.to(logits.dtype)[:, None]
        wanted = torch.lerp(_mark(targets.others, logits), wanted, shares)
    wanted = wanted * (1 - smoothing) + smoothing / classes
    if weights is not None:
        wanted = wanted * weights
    return -(wanted * F.log_softmax(logits, 1)).sum(1)


def compute_class_weights(labels: Tensor) -> Tensor:
    """Compute weights inverse to the class sizes, with mean 1 over pictures, ``[classes]``.

    Args:
        labels: int64 ``[n]``, with every class.
    """
    counts = torch.bincount(labels)
    return len(labels) / (len(counts) * counts.to(torch.float32))


def _mark(labels: Tensor, like: Tensor) -> Tensor:
    """Return one-hot rows: one for the class of each picture, zero elsewhere."""
    return torch.zeros_like(like).scatter_(1, labels[:, None], 1.0)
