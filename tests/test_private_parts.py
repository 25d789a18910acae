"""What poolbench uses of other packages that they do not promise: still there, and the same."""

import ast
import inspect
import subprocess
import sys
import tomllib
from pathlib import Path

import docx
import pytest
import torch
import uvicorn
from docx.shared import Cm
from PIL import Image
from torch import nn
from torch.onnx._internal.exporter import _compat
from torch.onnx._internal.exporter._registration import ONNXRegistry
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from poolbench.export.onnx import make_onnx
from poolbench.models.fused import has_fused_kernel

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "poolbench"
# The list of docs/architecture.md; a method that is overridden shows nowhere as private.
USED = {
    "executors/ray/executor.py": {"_private", "_raylet"},
    "export/any_size.py": {"_internal", "_registration"},
    "models/fused.py": {
        *("_forward_hooks", "_forward_pre_hooks"),
        *("_convolution_pointwise", "_is_mkldnn_bf16_supported"),
    },
    "planning/memory.py": {"_BatchNorm", "_DropoutNd"},
    "report/handin/word.py": {"_inline", "_p", "_r", "_tr"},
}
# Documented, although they begin with an underscore.
PUBLIC = {"_asdict", "_exit", "_fields", "_make", "_replace"}
BOUNDED = ("python-docx", "ray[client]", "torch", "uvicorn")


def test_list_of_private_parts_is_whole():
    found = {}
    for path in PACKAGE.rglob("*.py"):
        names = _list_private(ast.parse(path.read_text(encoding="utf-8")))
        if names:
            found[path.relative_to(PACKAGE).as_posix()] = names
    assert found == USED


def test_architecture_page_names_every_private_part():
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    for file, names in USED.items():
        rows = [line for line in page.splitlines() if f"`{file}`" in line]
        assert [name for name in names if not any(name in row for row in rows)] == []


def test_packages_with_private_parts_have_upper_bounds():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    wanted = [*project["dependencies"], *extras["ray"]]
    for package in BOUNDED:
        (line,) = [line for line in wanted if line.startswith(f"{package}>")]
        assert "," in line and "<" in line


def test_ray_reads_its_environment_again():
    pytest.importorskip("ray")
    code = (
        "import importlib, os, ray\n"
        "from ray._private import ray_constants\n"
        "from ray._private.authentication.authentication_utils import is_token_auth_enabled\n"
        "def read():\n"
        "    importlib.reload(ray_constants)\n"
        "    ray._raylet.Config.initialize('')\n"
        "    return is_token_auth_enabled()\n"
        "before = read()\n"
        "os.environ |= {'RAY_AUTH_MODE': 'token', 'RAY_AUTH_TOKEN': '0' * 64}\n"
        "print(before, read())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True"]


@pytest.mark.skipif(not has_fused_kernel(torch.float32), reason="no such kernel on this processor")
def test_fused_convolution_is_a_convolution_and_a_relu():
    torch.manual_seed(0)
    conv, x = nn.Conv2d(3, 4, 3, stride=2, padding=1), torch.randn(2, 3, 9, 9)
    with torch.no_grad():
        fused = torch.ops.mkldnn._convolution_pointwise(
            x, conv.weight, conv.bias, conv.padding, conv.stride, conv.dilation, 1, "relu", [], ""
        )
        torch.testing.assert_close(fused, conv(x).relu())
    assert torch.ops.mkldnn._is_mkldnn_bf16_supported() in (True, False)


def test_hooks_of_a_module_are_seen():
    conv = nn.Conv2d(1, 1, 1)
    assert not conv._forward_hooks
    assert not conv._forward_pre_hooks
    conv.register_forward_hook(print)
    conv.register_forward_pre_hook(print)
    assert len(conv._forward_hooks) == len(conv._forward_pre_hooks) == 1


def test_exporter_reads_the_same_functions_each_time_and_is_told_of_no_other():
    assert list(inspect.signature(ONNXRegistry.from_torchlib).parameters) == ["opset_version"]
    first, second = (ONNXRegistry.from_torchlib(opset_version=20) for _ in range(2))
    assert first.functions.keys() == second.functions.keys()
    assert "().from_torchlib(" in inspect.getsource(_compat.export_compat)


def test_exporter_has_its_own_table_back_after_an_export():
    own = ONNXRegistry.__dict__["from_torchlib"]
    make_onnx(nn.Sequential(nn.Flatten(), nn.Linear(3, 2)), image_size=(1, 1))
    assert ONNXRegistry.__dict__["from_torchlib"] is own


def test_layers_have_their_common_classes():
    norms, drops = (nn.BatchNorm1d, nn.BatchNorm2d, nn.SyncBatchNorm), (nn.Dropout, nn.Dropout2d)
    assert all(issubclass(norm, nn.modules.batchnorm._BatchNorm) for norm in norms)
    assert all(issubclass(drop, nn.modules.dropout._DropoutNd) for drop in drops)


def test_functions_of_torch_come_from_its_module_of_operations():
    assert type(torch.ops.aten.relu).__module__ == "torch._ops"
    assert type(torch.ops.aten.relu.default).__module__ == "torch._ops"


def test_word_documents_give_their_elements(tmp_path):
    document = docx.Document()
    paragraph = document.add_paragraph()
    run = paragraph.add_run("a")
    row = document.add_table(1, 1).rows[0]
    Image.new("RGB", (1, 1)).save(tmp_path / "dot.png")
    picture = document.add_picture(str(tmp_path / "dot.png"), width=Cm(1))
    tags = [element.tag.rpartition("}")[2] for element in (paragraph._p, run._r, row._tr)]
    assert tags == ["p", "r", "tr"]
    assert paragraph._p.get_or_add_pPr() is not None
    assert row._tr.get_or_add_trPr() is not None
    picture._inline.docPr.set("descr", "a dot")
    assert 'descr="a dot"' in document.element.xml


def test_connections_of_uvicorn_have_what_ours_watches():
    config = uvicorn.Config("poolbench:load", log_config=None)
    config.load()
    connection = H11Protocol(config, ServerState(), {})
    assert {"cycle", "loop", "transport"} <= vars(connection).keys()
    assert connection.cycle is None
    methods = ("connection_made", "connection_lost", "handle_events", "on_response_complete")
    assert all(callable(getattr(H11Protocol, name)) for name in methods)
    assert all(callable(getattr(H11Protocol, name)) for name in ("pause_writing", "resume_writing"))


def _list_private(tree):
    """Names with an underscore that a module takes from others, its own left out."""
    own = {
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    }
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and not (node.module or "").startswith("poolbench"):
            found |= {*(node.module or "").split("."), *(alias.name for alias in node.names)}
        elif isinstance(node, ast.Attribute):
            if isinstance(node.value, ast.Name) and node.value.id in ("self", "cls"):
                own.add(node.attr)
            else:
                found.add(node.attr)
    private = {name for name in found if name.startswith("_") and not name.startswith("__")}
    return private - own - PUBLIC
