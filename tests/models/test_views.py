"""The answer is the mean over views, and is exported as it is."""

import onnxruntime
import pytest
import torch

from poolbench.export.onnx import make_onnx
from poolbench.models import get_backbone
from poolbench.models.views import add_views, count_passes


@pytest.fixture
def network():
    torch.manual_seed(0)
    return get_backbone("lab-example").build("max", 3, (16, 16)).eval()


def draw(count=4):
    return torch.randint(
        256, (count, 3, 16, 16), generator=torch.Generator().manual_seed(1)
    ).float()


def test_one_view_is_the_network_itself(network):
    assert add_views(network, "one") is network
    assert count_passes("one") == 1


def test_mirror_averages_both_sides(network):
    x = draw()
    expected = (network(x) + network(x.flip(3))) / 2
    torch.testing.assert_close(add_views(network, "mirror")(x), expected)
    assert count_passes("mirror") == 2


def test_shifts_weigh_as_much_as_the_picture_itself(network):
    x = draw()
    padded = torch.nn.functional.pad(x, (1, 1, 1, 1), mode="reflect")
    mirror = add_views(network, "mirror")
    moved = mirror(padded[:, :, :16, :16]) + mirror(padded[:, :, 2:, 2:])
    found = add_views(network, "mirror-shift")(x)
    torch.testing.assert_close(found, mirror(x) / 2 + moved / 4)
    assert count_passes("mirror-shift") == 6


@pytest.mark.full(seconds=5)
@pytest.mark.parametrize(
    "views", [pytest.param("mirror", marks=pytest.mark.full(seconds=2)), "mirror-shift"]
)
def test_views_keep_the_names_of_weights_and_are_in_the_exported_file(network, views):
    viewed = add_views(network, views)
    assert viewed.state_dict().keys() == network.state_dict().keys()
    content = make_onnx(viewed, image_size=(16, 16))
    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    for count in (1, 5):
        x = draw(count)
        (found, _) = session.run(None, {"input": x.permute(0, 2, 3, 1).numpy()})
        torch.testing.assert_close(torch.from_numpy(found), viewed(x), rtol=1e-4, atol=1e-4)
