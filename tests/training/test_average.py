"""The moving average follows its formula, and shows itself without losing the values."""

import torch

from poolbench.training.average import MovingAverage


def test_average_follows_its_formula_and_skips_whole_numbers():
    value, count = torch.tensor([1.0, 2.0]), torch.tensor(3)
    average = MovingAverage([value, count])
    expected = value.clone()
    for step, decay in enumerate((0.5, torch.tensor(0.9)), 1):
        value += step
        average.update(decay)
        expected = decay * expected + (1 - decay) * value
    assert count.item() == 3
    torch.testing.assert_close(average.averages, [expected])


def test_average_is_applied_for_a_while_and_for_good():
    value = torch.tensor([4.0])
    average = MovingAverage([value])
    value.zero_()
    average.update(0.75)
    with average.applied():
        assert value.item() == 3
    assert value.item() == 0
    average.apply()
    assert value.item() == 3
