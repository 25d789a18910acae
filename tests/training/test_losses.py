"""Losses are PyTorch's, with mixed pictures and weighed classes."""

import pytest
import torch
import torch.nn.functional as F

from poolbench.training.losses import compute_class_weights, compute_losses
from poolbench.training.pictures import Targets

GENERATOR = torch.Generator().manual_seed(0)
LOGITS = torch.randn(9, 4, dtype=torch.float64, generator=GENERATOR)
LABELS, OTHERS = torch.randint(4, (2, 9), generator=GENERATOR)
WEIGHTS = torch.tensor([0.5, 2.0, 1.0, 3.0], dtype=torch.float64)


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
@pytest.mark.parametrize("weights", [None, WEIGHTS])
def test_losses_of_plain_pictures_are_those_of_torch(smoothing, weights):
    expected = F.cross_entropy(LOGITS, LABELS, weights, reduction="none", label_smoothing=smoothing)
    torch.testing.assert_close(
        compute_losses(LOGITS, Targets(LABELS), smoothing, weights), expected
    )


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
@pytest.mark.parametrize("weights", [None, WEIGHTS])
def test_loss_of_a_mixed_picture_is_the_mean_of_both_by_share(smoothing, weights):
    shares = torch.linspace(0, 1, 9, dtype=torch.float64)
    found = compute_losses(LOGITS, Targets(LABELS, OTHERS, shares), smoothing, weights)
    first, second = (
        compute_losses(LOGITS, Targets(labels), smoothing, weights) for labels in (LABELS, OTHERS)
    )
    torch.testing.assert_close(found, shares * first + (1 - shares) * second)


def test_weights_may_differ_from_picture_to_picture():
    rows = torch.stack([WEIGHTS * k for k in range(9)])
    expected = torch.arange(9) * compute_losses(LOGITS, Targets(LABELS), 0.1, WEIGHTS)
    torch.testing.assert_close(compute_losses(LOGITS, Targets(LABELS), 0.1, rows), expected)


def test_classes_weigh_the_same_in_all_and_one_on_the_average():
    labels = torch.tensor([0] * 6 + [1] * 3 + [2])
    weights = compute_class_weights(labels)
    totals = [weights[labels[labels == k]].sum().item() for k in range(3)]
    assert totals == pytest.approx([10 / 3] * 3)
    assert weights[labels].mean().item() == pytest.approx(1)
