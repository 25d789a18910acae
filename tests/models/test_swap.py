"""Another operator in networks of the usual kinds, and what must stay as it was."""

import copy

import onnxruntime
import pytest
import torch
from torch import nn

import poolbench
from poolbench.errors import UsageError
from poolbench.models.swap import SwappedConv, compute_pooled_size, swap
from poolbench.operators import list_operators
from poolbench.operators.antialiased import BlurPool2d

IDS = [entry.id for entry in list_operators() if entry.is_builtin]
SIZES = [(32, 32), (33, 47), (40, 31), (17, 64)]


class Block(nn.Module):
    """A residual block with a strided convolution and a strided 1x1 shortcut."""

    def __init__(self, channels, out, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, out, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(out)
        self.conv2 = nn.Conv2d(out, out, 3, 1, 1, bias=False)
        self.shortcut = nn.Conv2d(channels, out, 1, stride, bias=False)

    def forward(self, x):
        return torch.relu(self.conv2(torch.relu(self.bn1(self.conv1(x)))) + self.shortcut(x))


class SmallResNet(nn.Module):
    """Stem as in ResNet, two blocks, global average."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 7, 2, 3)
        self.maxpool = nn.MaxPool2d(3, 2, 1)
        self.layer1 = Block(8, 8, 1)
        self.layer2 = Block(8, 16, 2)
        self.head = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(16, 5))

    def forward(self, x):
        return self.head(self.layer2(self.layer1(self.maxpool(self.stem(x)))))


class SharedPool(nn.Module):
    """One pooling layer after each convolution, as tutorials write it."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 6, 5)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.pool = nn.MaxPool2d(2, 2)

    def forward(self, x):
        return self.pool(torch.relu(self.conv2(self.pool(torch.relu(self.conv1(x))))))


def draw(*shape):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(0))


def record_sizes(model, x):
    """Output size of every convolution, pool and of the whole, by name."""
    sizes, handles = {}, []
    kinds = (nn.Conv2d, nn.MaxPool2d, nn.AvgPool2d)
    for name, layer in model.named_modules():
        if isinstance(layer, kinds) or type(layer).__name__ == "SwappedPool":
            handles.append(
                layer.register_forward_hook(
                    lambda _, inputs, out, name=name: sizes.update({name: out.shape})
                )
            )
    sizes[""] = model.eval()(x).shape
    for handle in handles:
        handle.remove()
    return sizes


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("operator", ["stride", "max", "blur", "lip", "space-to-depth", "spectral"])
def test_every_layer_of_a_residual_network_keeps_its_output_size(operator, size):
    model = SmallResNet()
    swapped = swap(model, operator)
    x = draw(2, 3, *size)
    before, after = record_sizes(model, x), record_sizes(swapped.model, x)
    assert {name: after[name] for name in before} == before
    assert set(swapped.replaced) == {"stem", "maxpool", "layer2.conv1", "layer2.shortcut"}
    assert swapped.left == {}


@pytest.mark.parametrize("ceil_mode", [False, True])
@pytest.mark.parametrize("padding", [0, 1, 2])
@pytest.mark.parametrize("stride", [2, 3])
@pytest.mark.parametrize("kernel", [2, 3, 4, 5])
@pytest.mark.parametrize("kind", [nn.MaxPool2d, nn.AvgPool2d])
def test_pool_of_any_shape_keeps_its_output_size(kind, kernel, stride, padding, ceil_mode):
    if padding > kernel // 2:
        padding = kernel // 2
    pool = kind(kernel, stride, padding, ceil_mode=ceil_mode)
    new = swap(pool, "avg", example=draw(1, 2, 20, 20)).model
    for height in range(kernel, 24):
        x = draw(1, 2, height, 25)
        assert new(x).shape == pool(x).shape


def test_pooled_size_is_that_of_torch_with_dilation():
    for size in range(8, 30):
        for ceil_mode in (False, True):
            pool = nn.MaxPool2d(3, 2, 1, dilation=3, ceil_mode=ceil_mode)
            expected = pool(draw(1, 1, size, size)).shape[-1]
            assert compute_pooled_size(size, 7, 2, 1, ceil_mode) == expected


def test_shared_pool_gets_an_operator_for_each_number_of_channels():
    model = SharedPool()
    swapped = swap(model, "conv")
    assert swapped.model(draw(2, 1, 29, 32)).shape == model(draw(2, 1, 29, 32)).shape
    assert set(swapped.model.pool.site) == {"6", "16"}
    assert set(swapped.replaced) == {"pool"}


@pytest.mark.parametrize(("layer", "operator"), [(nn.MaxPool2d, "max"), (nn.AvgPool2d, "avg")])
@pytest.mark.parametrize("size", [(8, 8), (9, 11)])
def test_pool_swapped_by_itself_is_the_same(layer, operator, size):
    x = draw(2, 4, *size)
    pool = nn.Sequential(layer(2))
    torch.testing.assert_close(swap(pool, operator, example=x).model(x), pool(x))


def test_strided_convolution_is_kept_by_stride_and_equal_to_decimation_after_it():
    conv = nn.Conv2d(3, 5, 5, 2, 2)
    assert type(swap(conv, "stride").model) is nn.Conv2d
    blurred = swap(conv, "blur").model
    x = draw(1, 3, 21, 18)
    assert isinstance(blurred, SwappedConv)
    blurred.site = nn.Identity()
    torch.testing.assert_close(blurred(x)[:, :, ::2, ::2], conv(x))


def test_weights_keep_their_names_and_values_and_the_original_is_left_alone():
    model = SmallResNet().train()
    before = copy.deepcopy(model.state_dict())
    swapped = swap(model, "lip").model
    after = swapped.state_dict()
    for name, value in before.items():
        assert torch.equal(after[name], value)
        assert torch.equal(model.state_dict()[name], value)
    assert swapped.training
    assert isinstance(model.maxpool, nn.MaxPool2d)
    swapped(draw(2, 3, 32, 32)).sum().backward()
    assert all(p.grad is not None for name, p in swapped.named_parameters() if "scale" in name)


def test_what_is_left_alone_is_told_with_the_reason():
    model = nn.Sequential(
        nn.Conv2d(3, 4, 3, stride=(2, 1)), nn.MaxPool2d(3, 1), nn.MaxPool2d(2), nn.AvgPool2d(2)
    )
    swapped = poolbench.swap(model, BlurPool2d)
    assert set(swapped.replaced) == {"2", "3"}
    assert "differs by direction: 2 down, 1 across" in swapped.left["0"]
    assert "stride is 1" in swapped.left["1"]
    assert "left alone 0" in str(swapped)
    assert "replaced 2: MaxPool2d" in str(swapped)


@pytest.mark.parametrize(
    "model", [nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU()), nn.Linear(3, 2), nn.MaxPool2d(2, 1)]
)
def test_network_without_anything_to_replace_is_refused(model):
    with pytest.raises(UsageError, match="no max pooling, average pooling or strided conv"):
        swap(model, "blur")


@pytest.mark.parametrize(
    ("model", "operator", "said"),
    [
        (SmallResNet, "blur", "SmallResNet is of type type"),
        ("net", "blur", "'net' is of type str"),
        (SmallResNet(), BlurPool2d(8, stride=2), "Pass BlurPool2d itself"),
        (SmallResNet(), 5, "5 is of type int"),
    ],
)
def test_what_cannot_be_swapped_is_refused_in_words(model, operator, said):
    with pytest.raises(UsageError, match=said):
        swap(model, operator)


def test_network_that_does_not_take_the_example_is_told_so():
    model = nn.Sequential(nn.MaxPool2d(2), nn.Flatten(), nn.Linear(48, 2))
    with pytest.raises(UsageError, match=r"example of shape \[1, 3, 64, 64\]"):
        swap(model, "blur")
    assert swap(model, "blur", example=torch.zeros(1, 3, 8, 8)).replaced


def test_layer_that_the_example_does_not_reach_is_left_alone():
    model = SharedPool()
    model.unused = nn.AvgPool2d(2)
    assert swap(model, "max").left == {"unused": "the example does not reach it"}


@pytest.mark.parametrize(
    "model", [SharedPool(), nn.MaxPool2d(2), nn.Conv2d(3, 4, 3, 2), SmallResNet()]
)
@pytest.mark.parametrize("first", ["blur", "conv"])
def test_network_that_is_swapped_already_is_refused_as_such(model, first):
    example = torch.zeros(1, 1 if isinstance(model, SharedPool) else 3, 32, 32)
    swapped = swap(model, first, example=example).model
    with pytest.raises(UsageError, match="has already been swapped, and nothing else"):
        swap(swapped, "max", example=example)


def test_what_is_swapped_already_is_left_alone_beside_what_is_not():
    begun = nn.Sequential(swap(nn.Conv2d(3, 4, 3, 2), "conv").model, nn.MaxPool2d(2))
    swapped = swap(begun, "blur")
    assert set(swapped.replaced) == {"1"}
    assert swapped.left == {"0": "it has already been swapped"}


class Centred(nn.Conv2d):
    """Does something else with its weight."""

    def forward(self, x):
        return nn.functional.conv2d(x, self.weight - self.weight.mean(), None, self.stride)


@pytest.mark.parametrize(
    ("layer", "reason"),
    [
        (Centred(3, 3, 3, 2), "its own forward"),
        (nn.utils.parametrizations.weight_norm(nn.Conv2d(3, 3, 3, 2)), "computed from others"),
        (nn.LazyConv2d(3, 3, 2), "run once"),
        (nn.AvgPool2d(2, divisor_override=1), "something other than the number"),
        (nn.MaxPool2d(2, return_indices=True), "indices"),
    ],
    ids=["own forward", "parametrised", "lazy", "divisor", "indices"],
)
def test_layer_that_cannot_be_replaced_is_left_alone(layer, reason):
    swapped = swap(nn.Sequential(nn.Conv2d(3, 3, 3, 2), layer), "blur")
    assert set(swapped.replaced) == {"0"}
    assert reason in swapped.left["1"]


@pytest.mark.parametrize("operator", IDS)
@pytest.mark.parametrize(
    "layer",
    [nn.Conv2d(3, 4, 3, 2, 1), nn.MaxPool2d(2), nn.MaxPool2d(3, 2, 1)],
    ids=["conv", "pool", "stem"],
)
def test_map_of_any_size_is_taken_and_can_be_viewed(layer, operator):
    new = swap(layer, operator, example=torch.zeros(1, 3, 16, 16)).model
    for size in (1, 2, 3, 8):
        if size == 1 and layer.padding == 0:
            continue
        x = draw(1, 3, size, 8)
        assert new(x).view(-1).shape == layer(x).view(-1).shape


@pytest.mark.full(seconds=3)
@pytest.mark.parametrize("layout", ["nhwc", "nchw"])
@pytest.mark.parametrize("operator", ["stride", "blur", "lip"])
def test_swapped_network_is_exported_in_both_layouts(operator, layout, tmp_path):
    model = swap(SmallResNet(), operator).model.eval()
    path = poolbench.export_onnx(model, tmp_path / "model.onnx", image_size=(33, 32), layout=layout)
    x = (255 * draw(3, 33, 32, 3).sigmoid()).round()
    pictures = x if layout == "nhwc" else x.permute(0, 3, 1, 2)
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    found = session.run(["output"], {"input": pictures.contiguous().numpy()})[0]
    with torch.no_grad():
        expected = model(x.permute(0, 3, 1, 2))
    torch.testing.assert_close(torch.from_numpy(found), expected, rtol=1e-3, atol=1e-3)
