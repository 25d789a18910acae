"""What a network looks at, and what an operator does to a picture."""

import numpy as np
import pytest
import torch
from torch import nn

from poolbench.evaluation.explain import compute_grad_cam, compute_site_maps
from poolbench.models import Network, get_backbone
from poolbench.models.factory import build_swapped
from poolbench.models.lab import Normalize
from poolbench.models.swap import swap

BACKBONES = ("lab", "lab-published", "lab-example", "plain", "resnet", "speed", "resnet18")


def draw(count=1, size=(16, 16), seed=0):
    generator = torch.Generator().manual_seed(seed)
    return torch.randint(256, (count, 3, *size), generator=generator, dtype=torch.uint8)


def build(backbone, operator, size=(32, 32)):
    torch.manual_seed(0)
    return get_backbone(backbone).build(operator, 3, size).eval()


class _Corner(nn.Module):
    """Class 0 is what a convolution finds at the top left, class 1 at the bottom right."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 2, 1)
        self.weighed = nn.Linear(2 * 8 * 8, 2, bias=False)
        nn.init.ones_(self.conv.weight)
        weights = torch.zeros(2, 2, 8, 8)
        weights[0, 0, :2, :2], weights[1, 1, -2:, -2:] = 1.0, 1.0
        self.weighed.weight.data = weights.flatten(1)

    def forward(self, x):
        corners = torch.zeros(1, 1, 8, 8)
        corners[..., :2, :2], corners[..., -2:, -2:] = 1.0, 1.0
        maps = self.conv(x * corners)
        return self.weighed(maps.flatten(1))


def test_corner_that_decides_is_what_lights_up():
    network = _Corner().eval()
    # Only the corner of the class holds anything in its own map.
    network.conv.weight.data[1] = 0
    network.conv.bias.data[:] = 0
    picture = torch.zeros(1, 3, 8, 8, dtype=torch.uint8)
    picture[..., :2, :2] = 200
    cam = compute_grad_cam(network, picture, np.array([0]))
    assert (cam.heat[0, :2, :2] == 1).all()
    assert cam.heat.sum() == 4
    # Nothing speaks for the other class, and nothing is divided by zero.
    assert (compute_grad_cam(network, picture, np.array([1])).heat == 0).all()


def test_heat_is_what_the_paper_computes_by_hand():
    torch.manual_seed(3)
    conv, linear = nn.Conv2d(3, 4, 3, stride=2, padding=1), nn.Linear(4 * 8 * 8, 5)
    network = nn.Sequential(conv, nn.ReLU(), nn.Flatten(), linear).eval()
    images, classes = draw(20), np.arange(20) % 5
    cam = compute_grad_cam(network, images, classes)
    maps = torch.relu(conv(images.float())).detach()
    # Of a linear head the gradient is its weights, so a map's importance is their mean.
    importance = linear.weight.view(5, 4, 8, 8)[classes].mean((2, 3), keepdim=True)
    heat = torch.relu((importance * maps).sum(1, keepdim=True))
    heat = nn.functional.interpolate(heat, (16, 16), mode="bilinear", align_corners=False)[:, 0]
    wanted = (heat / heat.amax((1, 2), keepdim=True).clamp(min=1e-9)).detach().numpy()
    np.testing.assert_allclose(cam.heat, wanted, atol=1e-5)
    assert (cam.layer, cam.map_size) == ("1", (8, 8))


@pytest.mark.parametrize("backbone", BACKBONES)
def test_every_backbone_has_a_map_in_range(backbone):
    cam = compute_grad_cam(build(backbone, "max"), draw(2, (32, 32)), np.array([0, 2]))
    assert cam.heat.shape == (2, 32, 32)
    assert min(cam.map_size) >= 2
    assert cam.heat.min() >= 0 and cam.heat.max() <= 1
    assert np.isfinite(cam.heat).all()


@pytest.mark.parametrize("size", [(4, 4), (9, 20)])
def test_small_and_oblong_pictures_have_a_map_too(size):
    cam = compute_grad_cam(build("lab", "avg", size), draw(2, size), np.array([0, 1]))
    assert cam.heat.shape == (2, *size)
    # What the operator leaves of four pixels is one value, so the layer before it is taken.
    assert cam.layer == ("relu2" if size == (4, 4) else "site")


def test_fully_connected_network_has_none():
    network = get_backbone("mlp").build("none", 3, (16, 16)).eval()
    assert compute_grad_cam(network, draw(), np.array([0])) is None
    assert compute_site_maps(network, draw()) is None


def test_frozen_network_is_explained_alike():
    network = build("lab-example", "max")
    images, classes = draw(3, (32, 32)), np.array([0, 1, 2])
    before = compute_grad_cam(network, images, classes).heat
    network.requires_grad_(False)
    np.testing.assert_array_equal(compute_grad_cam(network, images, classes).heat, before)
    assert not any(module._forward_hooks for module in network.modules())


def test_site_maps_are_what_the_operator_took_and_gave():
    network = build("lab", "max")
    image = draw(1, (32, 32))
    found = compute_site_maps(network, image)
    with torch.no_grad():
        before = Network(*list(network)[:5])(image.float())[0]
        after = network.site(before[None])[0]
    channels = list(found.channels)
    np.testing.assert_array_equal(found.before, before[channels].numpy())
    np.testing.assert_array_equal(found.after, after[channels].numpy())
    spread = after.flatten(1).var(1)
    assert spread[channels].min() >= spread[[k for k in range(64) if k not in channels]].max()
    assert (found.site, found.before_size, found.after_size) == ("site", (32, 32), (8, 8))


@pytest.mark.parametrize(
    ("backbone", "site"),
    [("resnet18", "conv1.site"), ("resnet", "stage2.block1.main.site"), ("plain", "stage1.site")],
)
def test_first_site_is_the_one_that_a_picture_comes_to_first(backbone, site):
    found = compute_site_maps(build(backbone, "blur"), draw(1, (32, 32)))
    assert found.site == site
    assert found.before_size == (32, 32) and found.after_size == (16, 16)


def test_strided_convolution_of_a_swapped_network_is_its_own_site():
    def make(classes):
        head = nn.Sequential(nn.Conv2d(3, 8, 3, 2, padding=1), nn.ReLU(), nn.MaxPool2d(2))
        return nn.Sequential(head, nn.Flatten(), nn.Linear(8 * 4 * 4, classes))

    network = build_swapped(make, "stride", 3, (16, 16)).eval()
    found = compute_site_maps(network, draw())
    assert found.site == "model.0.0"
    # Decimation keeps one value in four of what the convolution gives without its stride.
    np.testing.assert_allclose(found.after, found.before[:, ::2, ::2], rtol=1e-5, atol=1e-3)
    assert compute_site_maps(build_swapped(make, "avg", 3, (16, 16)).eval(), draw()).site == (
        "model.0.0.site"
    )


def test_operator_of_a_pooling_layer_that_stands_in_several_places_is_found():
    pool = nn.MaxPool2d(2)
    model = nn.Sequential(nn.Conv2d(3, 2, 1), pool, nn.Conv2d(2, 5, 1), pool)
    network = Network(Normalize(), swap(model, "avg", example=torch.zeros(1, 3, 16, 16)).model)
    found = compute_site_maps(network.eval(), draw())
    assert found.before.shape == (2, 16, 16) and found.after.shape == (2, 8, 8)
    assert found.site == "1.1.site"


def test_large_maps_are_shrunk_by_area_and_keep_their_form():
    network = build("lab", "avg", (160, 80))
    found = compute_site_maps(network, draw(1, (160, 80)))
    assert found.before.shape == (4, 64, 32) and found.after.shape == (4, 40, 20)
    assert (found.before_size, found.after_size) == ((160, 80), (40, 20))
    # Means of areas keep the mean of the whole map, which average pooling does as well.
    np.testing.assert_allclose(
        found.before.mean((1, 2)), found.after.mean((1, 2)), rtol=0.05, atol=0.01
    )
