"""What is refused before a study begins: operators that do not keep to the stride of their site."""

import pytest
import torch.nn.functional as F
from torch import nn

import poolbench
from poolbench.config import StudyConfig
from poolbench.data.sample import load_sample
from poolbench.errors import UsageError
from poolbench.operators import register
from poolbench.planning.checks import check_networks
from poolbench.planning.plan import make_plan


@register("ignores-stride")
class IgnoresStride(poolbench.Operator):
    """Halves the map wherever it sits."""

    def forward(self, x):
        return F.max_pool2d(x, 2)


@register("leaves-border-out")
class LeavesBorderOut(poolbench.Operator):
    """Has no cell for what is left at the border."""

    def forward(self, x):
        return F.max_pool2d(x, self.stride)


@register("halves-channels")
class HalvesChannels(poolbench.Operator):
    """Gives other channels than it takes."""

    def forward(self, x):
        return F.max_pool2d(x, self.stride)[:, ::2]


@register("gives-indices")
class GivesIndices(poolbench.Operator):
    """Gives the places of the maxima too."""

    def forward(self, x):
        return F.max_pool2d(x, self.stride, return_indices=True)


def small_net(num_classes):
    pool = nn.Sequential(nn.Conv2d(3, 4, 3, padding=1), nn.MaxPool2d(4))
    return nn.Sequential(pool, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, num_classes))


def check(operator, backbone):
    config = StudyConfig(operators=(operator,), backbones=(backbone,))
    return check_networks(make_plan(config, load_sample()).specs[:1])


@pytest.mark.parametrize(
    ("operator", "backbone", "said"),
    [
        ("ignores-stride", "lab-example", r"\[64, 8, 8\] .*\[64, 4, 4\].*expected \[64, 2, 2\]"),
        # The classifier's mean hides the size of the last map.
        ("ignores-stride", f"{__name__}:small_net", r"\[4, 32, 32\] .* into \[4, 16, 16\]"),
        ("leaves-border-out", "speed", r"\[32, 31, 31\] .* into \[32, 15, 15\]"),
        # The next convolution would fail first, in torch's words.
        ("halves-channels", "plain", r"\[32, 32, 32\] .* into \[16, 16, 16\]"),
        ("gives-indices", "lab", "into an object of type tuple"),
    ],
)
def test_operator_that_does_not_keep_to_its_stride_is_refused(operator, backbone, said):
    with pytest.raises(UsageError, match=said) as caught:
        check(operator, backbone)
    assert "check_operator" in str(caught.value)


@pytest.mark.parametrize("backbone", ["lab-example", "resnet", f"{__name__}:small_net"])
def test_operator_that_fits_leaves_no_trace_in_a_network(backbone):
    assert not any(
        module._forward_hooks
        for network in check("leaves-border-out", backbone).values()
        for module in network.modules()
    )


def test_nothing_is_written_of_a_study_whose_operator_ignores_its_stride(tmp_path):
    with pytest.raises(UsageError, match="'ignores-stride' in backbone 'lab-example'"):
        poolbench.compare(
            "sample", operators=["max", IgnoresStride], backbones="lab-example", quiet=True,
            out=tmp_path / "run",
        )  # fmt: skip
    assert not (tmp_path / "run").exists()
