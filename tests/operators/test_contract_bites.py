"""Operators that are broken on purpose: the check that they break says so."""

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from poolbench.errors import UsageError
from poolbench.operators import Operator
from poolbench.testing import check_operator, list_checks


def pool(x, stride):
    return F.avg_pool2d(x, stride, ceil_mode=True, count_include_pad=False)


class Floors(Operator):
    """Leaves out the cells that the border cuts."""

    def forward(self, x):
        return F.avg_pool2d(F.pad(x, (0, 4, 0, 4)), self.stride)[
            :, :, : max(1, x.shape[2] // self.stride), : max(1, x.shape[3] // self.stride)
        ]


class AlwaysSingle(Operator):
    """Gives float32 whatever comes."""

    def forward(self, x):
        return pool(x.float(), self.stride)


class InPlace(Operator):
    """Changes its input."""

    def forward(self, x):
        return pool(x.mul_(1.5) if not x.requires_grad else x * 1.5, self.stride)


class ReadsMemory(Operator):
    """Takes values in the order in which they lie in memory."""

    def forward(self, x):
        flat = torch.as_strided(x, (x.numel(),), (1,), x.storage_offset())
        return pool(flat.view(x.shape), self.stride)


class SeesTheBatch(Operator):
    """Subtracts the mean of the batch."""

    def forward(self, x):
        return pool(x - x.mean(0, keepdim=True), self.stride)


class SumsUp(Operator):
    """Sums where it should average."""

    def forward(self, x):
        return pool(x, self.stride) * self.stride**2


class Overshoots(Operator):
    """Sharpens, so that it goes beyond its input, but keeps a constant."""

    def forward(self, x):
        mean = pool(x, self.stride)
        return mean + 2 * (F.max_pool2d(x, self.stride, ceil_mode=True) - mean)


class PrefersChannels(Operator):
    """Multiplies each channel by its number."""

    exceptions = {"constants": "values are multiplied", "bounds": "values are multiplied"}  # noqa: RUF012

    def forward(self, x):
        numbers = torch.arange(2, x.shape[1] + 2, device=x.device).to(x.dtype)
        return pool(x, self.stride) * numbers[:, None, None]


class Drifts(Operator):
    """Adds a slope along the map, so that a shift changes more than the place."""

    exceptions = {"constants": "a slope is added", "bounds": "a slope is added"}  # noqa: RUF012

    def forward(self, x):
        mean = pool(x, self.stride)
        return mean + torch.arange(mean.shape[3]).to(x.dtype) / 10


class WrongGradient(Operator):
    """Its gradient is twice what it should be."""

    class Doubled(torch.autograd.Function):
        """The identity, with twice its gradient."""

        @staticmethod
        def forward(ctx, x):
            return x.clone()

        @staticmethod
        def backward(ctx, gradient):
            return 2 * gradient

    def forward(self, x):
        return pool(self.Doubled.apply(x), self.stride)


class RootAtZero(Operator):
    """Takes a root whose slope at zero is infinite."""

    exceptions = {"constants": "the sign is lost for it", "bounds": "the sign is lost for it"}  # noqa: RUF012

    def forward(self, x):
        return pool(x.square(), self.stride).sqrt()


class SecretlyRandom(Operator):
    """Adds noise in training and does not say so."""

    def forward(self, x):
        mean = pool(x, self.stride)
        return mean + torch.randn_like(mean) if self.training else mean


class Forgets(Operator):
    """Keeps what it learned outside its state."""

    def __init__(self, channels, *, stride):
        super().__init__(channels, stride=stride)
        self.bias = [torch.randn(1).double()]

    def forward(self, x):
        return pool(x, self.stride) + self.bias[0].to(x)


class Contradicts(Operator):
    """Its function is another one."""

    def function(x, *, stride):
        return F.max_pool2d(x, stride, ceil_mode=True)

    def forward(self, x):
        return pool(x, self.stride)


class Costless(nn.Module):
    """Says nothing of its cost."""

    def __init__(self, channels, *, stride):
        super().__init__()
        self.stride = stride

    def forward(self, x):
        return pool(x, self.stride)


class ActsOtherwiseCompiled(Operator):
    """Asks whether it is compiled."""

    def forward(self, x):
        return pool(x, self.stride) + (1 if torch.compiler.is_dynamo_compiling() else 0)


class ActsOtherwiseExported(Operator):
    """Asks whether it is exported."""

    def forward(self, x):
        return pool(x, self.stride) + (1 if torch.compiler.is_exporting() else 0)


class Timid(Operator):
    """Declares an exception that it does not need."""

    exceptions = {"shift": "this is not true at all"}  # noqa: RUF012

    def forward(self, x):
        return pool(x, self.stride)


BROKEN = {
    "size": Floors,
    "dtype": AlwaysSingle,
    "input-untouched": InPlace,
    "memory-format": ReadsMemory,
    "pictures-alone": SeesTheBatch,
    "constants": SumsUp,
    "bounds": Overshoots,
    "channels": PrefersChannels,
    "shift": Drifts,
    "gradients": WrongGradient,
    "finite": RootAtZero,
    "modes": SecretlyRandom,
    "persistence": Forgets,
    "function": Contradicts,
    "cost": Costless,
    "compiled": ActsOtherwiseCompiled,
    "onnx": ActsOtherwiseExported,
}


def test_every_check_has_an_operator_that_breaks_it():
    assert set(BROKEN) == set(list_checks())


@pytest.mark.parametrize("check", list_checks())
def test_check_bites(check):
    with pytest.raises(Exception, match=rf"check {check}:") as caught:
        check_operator(BROKEN[check], check)
    assert BROKEN[check].__name__ in str(caught.value)


def test_exception_that_is_not_needed_is_an_error():
    with pytest.raises(AssertionError, match="exceptions says: shift"):
        check_operator(Timid, "shift")


def test_plain_module_without_any_trait_can_be_held_to_it():
    check_operator(Costless, "size", "constants", "gradients")


@pytest.mark.parametrize("given", [Floors(3, stride=2), 5])
def test_what_is_no_class_is_not_checked(given):
    with pytest.raises(UsageError, match=r"a torch\.nn\.Module class|Expected an operator class"):
        check_operator(given)
