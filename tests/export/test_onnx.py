import itertools
import json
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from onnx import TensorProto, helper
from torch import nn

from poolbench.errors import ShapeError, UsageError
from poolbench.export.any_size import AnySizeNetwork
from poolbench.export.onnx import FixedSizeNetwork, _lower_versions, export_onnx
from poolbench.models import get_backbone, imagenet, list_backbones
from poolbench.operators import list_operators

torch.set_num_threads(1)

# Every operator in two backbones, on large maps and on small ones, and a few in every other
# (lab-published is lab but for stride); one in two of the large ones, which are built of the same
# two blocks.
OPERATORS = [entry.id for entry in list_operators()]
WHOLE = ("lab", "lab-example")
FEW = ("stride", "max", "avg", "blur", "soft", "aps", "spectral", "space-to-depth")
LARGE = {
    name: ("blur",) if name in ("resnet18", "resnet50") else ()
    for kind in imagenet.KINDS
    for name in (kind, f"{kind}-stock")
}


def choose_operators(backbone):
    if backbone.id in LARGE:
        return LARGE[backbone.id]
    if not backbone.has_site:
        return ("none",)
    return OPERATORS if backbone.id in WHOLE else FEW


NETWORKS = [
    (backbone.id, operator)
    for backbone in list_backbones()
    for operator in choose_operators(backbone)
]
# Where torch lies on this machine.
FOLDER = str(Path(torch.__file__).parents[1]).encode()
CLASSES = ("ёлка", "apple", "lion")

PROPORTIONS = [(40, 77), (77, 40), (12, 9), (3, 50)]
OPTIONS = {"classes": CLASSES, "fit": "pad", "metadata": {"operator": "max"}}


def build(backbone="lab", operator="max", size=(32, 32)):
    torch.manual_seed(0)
    return get_backbone(backbone).build(operator, len(CLASSES), size)


def make_pictures(batch, height, width):
    rng = np.random.default_rng(height * 1000 + width)
    return rng.integers(0, 256, (batch, height, width, 3)).astype(np.float32)


def open_session(path):
    return onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])


class SideBySide(nn.Module):
    """All networks, their logits in a row: one export tries them all."""

    def __init__(self, size):
        super().__init__()
        self.networks = nn.ModuleList(build(*names, size) for names in NETWORKS)

    def forward(self, x):
        return torch.cat([network(x) for network in self.networks], dim=1)


def check_all(network, session, pictures, atol=1e-4):
    """Whether the exported network predicts what the other does, network by network."""
    with torch.no_grad():
        wanted = network(torch.from_numpy(pictures)).split(len(CLASSES), dim=1)
    found = session.run(["output"], {"input": pictures})[0]
    for names, mine, theirs in zip(
        NETWORKS, np.split(found, len(wanted), axis=1), wanted, strict=True
    ):
        np.testing.assert_allclose(mine, theirs.numpy(), atol=atol, err_msg=str(names))


class LogitsAlone(nn.Module):
    def __init__(self, network, size, fit="squash"):
        super().__init__()
        self.network = AnySizeNetwork(network, size, fit)

    def forward(self, x):
        return self.network(x)[0]


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    path = tmp_path_factory.mktemp("lab") / "m.onnx"
    return export_onnx(build(), path, image_size=(32, 32), **OPTIONS)


# Each operator alone is exported by the contract in CI too.
@pytest.mark.slow
def test_export_onnx_predicts_what_torch_does_at_any_batch_and_size(tmp_path):
    size = (33, 27)
    networks = SideBySide(size).eval()
    session = open_session(export_onnx(networks, tmp_path / "m.onnx", image_size=size))
    for batch, given in itertools.product((1, 2, 7), (size, (1, 1), (45, 32))):
        check_all(LogitsAlone(networks, size), session, make_pictures(batch, *given))


@pytest.mark.full(seconds=60)
@pytest.mark.parametrize("size", [(32, 32), pytest.param((33, 27), marks=pytest.mark.slow)])
def test_export_onnx_nchw_predicts_what_torch_does_at_any_batch(tmp_path, size):
    networks = SideBySide(size).eval()
    path = export_onnx(networks, tmp_path / "m.onnx", image_size=size, layout="nchw")
    for batch in (1, 2, 7):
        pictures = np.ascontiguousarray(make_pictures(batch, *size).transpose(0, 3, 1, 2))
        check_all(networks, open_session(path), pictures)


def test_export_onnx_gives_probabilities(exported):
    logits, probabilities = open_session(exported).run(None, {"input": make_pictures(3, 9, 11)})
    powers = np.exp(logits.astype(np.float64))
    np.testing.assert_allclose(probabilities, powers / powers.sum(1, keepdims=True), atol=1e-6)


def make_proto(operator, opset, **attributes):
    """One operator on a picture, in a file that says more than it needs."""
    given = helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 3, 4, 4])
    output = helper.make_tensor_value_info("y", TensorProto.FLOAT, list("abcd"))
    node = helper.make_node(operator, ["x"], ["y"], **attributes)
    graph = helper.make_graph([node], "g", [given], [output])
    opsets = [helper.make_opsetid("", opset), helper.make_opsetid("unused", 1)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=11)


@pytest.mark.parametrize(
    ("proto", "expected"),
    [
        (make_proto("Relu", 18), (14, 7)),
        (make_proto("GlobalAveragePool", 18), (7, 3)),
        (make_proto("MaxPool", 20, kernel_shape=[2, 2]), (12, 7)),
        (make_proto("Gelu", 20), (20, 9)),
    ],
    ids=["relu", "of long ago", "pooling", "of late"],
)
def test_a_file_names_the_oldest_versions_that_it_needs(proto, expected):
    before = proto.graph.SerializeToString()
    _lower_versions(proto)
    assert [(entry.domain, entry.version) for entry in proto.opset_import] == [("", expected[0])]
    assert proto.ir_version == expected[1]
    assert proto.graph.SerializeToString() == before
    onnx.checker.check_model(proto)


def test_what_an_operator_holds_decides_too():
    inner = make_proto("Gelu", 20)
    place = helper.make_tensor_value_info("y", TensorProto.FLOAT, list("abcd"))
    branch = helper.make_graph([helper.make_node("Gelu", ["x"], ["y"])], "b", [], [place])
    del inner.graph.node[:]
    yes = helper.make_tensor("yes", TensorProto.BOOL, (), [True])
    inner.graph.initializer.append(yes)
    choice = helper.make_node("If", ["yes"], ["y"], then_branch=branch, else_branch=branch)
    inner.graph.node.append(choice)
    _lower_versions(inner)
    assert inner.opset_import[0].version == 20


def test_exported_files_are_for_runtimes_of_years_ago(exported):
    proto = onnx.load(exported)
    # What onnxruntime 1.17 of 2024 opens.
    assert proto.opset_import[0].version <= 20 and proto.ir_version <= 9


def test_export_onnx_resizes_to_identical_pictures(tmp_path):
    network = nn.Flatten()
    path = export_onnx(network, tmp_path / "m.onnx", image_size=(8, 6), fit="crop")
    for given in PROPORTIONS:
        pictures = make_pictures(2, *given)
        wanted = LogitsAlone(network, (8, 6), "crop")(torch.from_numpy(pictures))
        found = open_session(path).run(None, {"input": pictures})[0]
        np.testing.assert_array_equal(found, wanted.numpy())


@pytest.mark.parametrize("given", PROPORTIONS)
def test_export_onnx_contains_the_fit(exported, given):
    pictures = make_pictures(2, *given)
    logits = open_session(exported).run(None, {"input": pictures})[0]
    for fit in ("crop", "pad", "squash"):
        with torch.no_grad():
            wanted = LogitsAlone(build(), (32, 32), fit)(torch.from_numpy(pictures)).numpy()
        assert np.allclose(logits, wanted, atol=1e-4) == (fit == "pad")


@pytest.mark.one_of_each(by=lambda case: {"any": 0}, seconds=3)
@pytest.mark.parametrize("fit", ["crop", "pad", "squash"])
def test_export_onnx_nchw_resizes_from_another_size(tmp_path, fit):
    network = nn.Flatten()
    options = {"image_size": (24, 20), "layout": "nchw", "size": (32, 33), "fit": fit}
    session = open_session(export_onnx(network, tmp_path / "m.onnx", **options))
    pictures = make_pictures(3, 32, 33)
    (found,) = session.run(None, {"input": pictures.transpose(0, 3, 1, 2)})
    wanted = LogitsAlone(network, (24, 20), fit)(torch.from_numpy(pictures))
    np.testing.assert_array_equal(found, wanted.numpy())


def test_export_onnx_names_inputs_outputs_and_dimensions(exported):
    session = open_session(exported)
    (given,) = session.get_inputs()
    assert (given.name, given.shape) == ("input", ["batch", "height", "width", 3])
    assert [o.name for o in session.get_outputs()] == ["output", "probabilities"]
    assert session.get_outputs()[0].shape == ["batch", 3]
    assert list(exported.parent.iterdir()) == [exported]


def test_export_onnx_nchw_is_of_the_classic_form(tmp_path):
    path = export_onnx(build(), tmp_path / "m.onnx", image_size=(32, 32), layout="nchw")
    session = open_session(path)
    assert session.get_inputs()[0].shape == ["batch", 3, 32, 32]
    assert [o.name for o in session.get_outputs()] == ["output"]
    assert onnx.load(path).opset_import[0].version == 11
    assert FOLDER not in path.read_bytes()


def test_export_onnx_nchw_takes_a_newer_form_where_a_layer_needs_it(tmp_path):
    class Mirrored(nn.Module):
        def forward(self, x):
            rows = torch.linspace(-1, 1, 4).view(1, 4, 1).expand(x.shape[0], 4, 4)
            grid = torch.stack([-rows.transpose(1, 2), rows], dim=3)
            return nn.functional.grid_sample(x, grid, align_corners=True).flatten(1)

    path = export_onnx(Mirrored(), tmp_path / "m.onnx", image_size=(4, 4), layout="nchw")
    assert onnx.load(path).opset_import[0].version == 16
    pictures = make_pictures(3, 4, 4).transpose(0, 3, 1, 2)
    (found,) = open_session(path).run(None, {"input": pictures})
    np.testing.assert_allclose(found, pictures[..., ::-1].reshape(3, -1), atol=1e-3)


def test_export_onnx_describes_itself(exported):
    facts = open_session(exported).get_modelmeta().custom_metadata_map
    assert json.loads(facts["classes"]) == list(CLASSES)
    assert json.loads(facts["image_size"]) == [32, 32]
    assert (facts["fit"], facts["layout"], facts["operator"]) == ("pad", "nhwc", "max")


def test_export_onnx_keeps_every_weight_under_its_name(tmp_path):
    network = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.Flatten(), nn.LazyLinear(2))
    network(torch.rand(4, 3, 8, 8) * 255)
    path = export_onnx(network, tmp_path / "m.onnx", image_size=(8, 8))
    saved = {i.name: onnx.numpy_helper.to_array(i) for i in onnx.load(path).graph.initializer}
    for name, value in network.state_dict().items():
        if not name.endswith("num_batches_tracked"):
            np.testing.assert_array_equal(saved[f"network.{name}"], value.numpy())


def test_export_onnx_does_not_tell_where_it_was_made(exported):
    assert FOLDER not in exported.read_bytes()
    assert b"lab.py" not in exported.read_bytes()


@pytest.mark.parametrize("layout", ["nhwc", "nchw"])
def test_export_onnx_is_silent_and_leaves_the_module_as_it_was(tmp_path, capfd, exported, layout):
    path = tmp_path / "m.onnx"
    network = build().train()
    network.conv1.eval()
    export_onnx(network, path, image_size=(32, 32), layout=layout, **OPTIONS)
    assert network.training and network.conv2.training and not network.conv1.training
    assert capfd.readouterr() == ("", "")
    # And the mode does not reach the file, nor does anything else that is not the network.
    assert layout == "nchw" or path.read_bytes() == exported.read_bytes()


def test_export_onnx_refuses_what_does_not_fit(tmp_path):
    path = tmp_path / "m.onnx"
    with pytest.raises(ShapeError, match="does not take"):
        export_onnx(build(size=(32, 32)), path, image_size=(16, 16))
    with pytest.raises(ShapeError, match="expected logits"):
        export_onnx(nn.Identity(), path, image_size=(16, 16))
    with pytest.raises(UsageError, match="2 class names were given for 3 logits"):
        export_onnx(build(), path, image_size=(32, 32), classes=("a", "b"))
    with pytest.raises(UsageError, match="layout"):
        export_onnx(build(), path, image_size=(32, 32), layout="chw")
    assert not path.exists()


@pytest.mark.parametrize("content", [b"", b"mine", "foreign"])
def test_export_onnx_replaces_no_file_of_somebody_else(content, tmp_path):
    path = tmp_path / "m.onnx"
    if content == "foreign":
        graph = onnx.helper.make_graph([], "theirs", [], [])
        content = onnx.helper.make_model(graph).SerializeToString()
    path.write_bytes(content)
    with pytest.raises(UsageError, match="poolbench did not write it"):
        export_onnx(build(), path, image_size=(32, 32))
    assert path.read_bytes() == content


def test_export_onnx_explains_what_cannot_be_exported(tmp_path):
    class Deciding(nn.Module):
        def forward(self, x):
            return x.mean((2, 3)) if x.sum() > 0 else x.amax((2, 3))

    with pytest.raises(UsageError, match="Deciding cannot be exported"):
        export_onnx(Deciding(), tmp_path / "m.onnx", image_size=(8, 8))


def test_fixed_size_network_of_equal_size_passes_pictures_through():
    fixed = FixedSizeNetwork(nn.Identity(), (8, 8), (8, 8), "crop")
    pictures = torch.rand(1, 3, 8, 8)
    assert torch.equal(fixed(pictures), pictures)


def test_export_onnx_writes_nothing_that_poolbench_does_not_open(tmp_path):
    class Drawing(nn.Module):
        def forward(self, x):
            return (x + torch.rand_like(x)).flatten(1)

    with pytest.raises(UsageError, match="RandomUniformLike"):
        export_onnx(Drawing(), tmp_path / "m.onnx", image_size=(4, 4), layout="nchw")
    assert list(tmp_path.iterdir()) == []
