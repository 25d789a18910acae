"""Export a trained network as one ONNX file, resizing and normalisation inside.

The usual layout, ``nhwc``, is what a picture is after decoding: ``input`` float32
``[batch, height, width, 3]``, 0–255, any size; ``output`` are the logits, ``probabilities`` their
softmax. The other, ``nchw``, is for pages and devices that know only the classic form: ``input``
float32 ``[batch, 3, height, width]``, 0–255, of one fixed size, and ``output`` alone.
"""

import io
import json
import logging
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import Literal

import onnx
import torch
from torch import Tensor, nn

from poolbench._version import __version__
from poolbench.config import Fit
from poolbench.data.resize import apply_filters, compute_filters
from poolbench.errors import DataError, PoolbenchError, ShapeError, UsageError
from poolbench.export.any_size import INPUT, OUTPUT, Size, export_any_size
from poolbench.export.check_model import DOMAINS, OLDEST_OPSET, find_fault, list_graphs
from poolbench.export.predict import MOST_SIDE, load_model
from poolbench.files import check_file_path, expand_home
from poolbench.models.modes import evaluating
from poolbench.system import replace_file
from poolbench.texts import Phrase
from poolbench.texts.told import take_first_line

Layout = Literal["nhwc", "nchw"]

# Opsets that are tried, from the lowest in which pooling takes cells that the border cuts; the
# first that has all layers is used, since the older a file's form is, the more programs can read
# it.
CLASSIC_OPSETS = (11, 13, 16, 18)


class FixedSizeNetwork(nn.Module):
    """A network for pictures of one size, which are resized where the network has another.

    Shape:
        ``(B, 3, H, W) -> (B, classes)``
    """

    down: Tensor
    across: Tensor

    def __init__(self, network: nn.Module, size: Size, network_size: Size, fit: Fit) -> None:
        super().__init__()
        self.network = network
        self.is_resized = size != network_size
        down, across = compute_filters(*size, network_size, fit, _find_device(network))
        self.register_buffer("down", down)
        self.register_buffer("across", across)

    def forward(self, x: Tensor) -> Tensor:
        images = apply_filters(x, self.down, self.across) if self.is_resized else x
        logits: Tensor = self.network(images)
        return logits


def export_onnx(
    module: nn.Module,
    path: Path | str,
    *,
    image_size: Size,
    classes: Sequence[str] = (),
    fit: Fit = "squash",
    layout: Layout = "nhwc",
    size: Size | None = None,
    metadata: Mapping[str, str] | None = None,
) -> Path:
    """Write any network as one ONNX file.

    Args:
        module: Maps float ``[B, 3, h, w]``, 0–255, to logits ``[B, classes]``. It is exported in
            evaluation mode and returned to its earlier mode.
        image_size: The height and width that ``module`` takes.
        classes: Names in the order of the logits; without them the classes are numbered.
        fit: How images of other proportions become ``image_size``.
        layout: ``nhwc`` or ``nchw``, see the top of this module.
        size: Height and width of the input with layout ``nchw``; by default ``image_size``.
        metadata: Further entries for the file's ``metadata_props``.

    Returns:
        ``path``.

    Raises:
        ShapeError: If ``module`` does not accept such images or does not return logits.
        UsageError: If ``module`` cannot be expressed in ONNX, the arguments contradict, or ``path``
            cannot be written.
    """
    path = expand_home(path)
    try:
        check_file_path(path)
    except OSError as error:
        raise _explain_path(path, error) from None
    if path.exists() and not _is_exported(path):
        raise UsageError("onnx.occupied", path=path)
    content = make_onnx(
        module,
        image_size=image_size,
        classes=classes,
        fit=fit,
        layout=layout,
        size=size,
        metadata=metadata,
    )
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, content)
    except OSError as error:
        raise _explain_path(path, error) from None
    return path


def _is_exported(path: Path) -> bool:
    """Return whether a file is a model that this module wrote, which may be replaced by another."""
    try:
        return "poolbench_version" in load_model(path).metadata
    except DataError:
        return False


def make_onnx(
    module: nn.Module,
    *,
    image_size: Size,
    classes: Sequence[str] = (),
    fit: Fit = "squash",
    layout: Layout = "nhwc",
    size: Size | None = None,
    metadata: Mapping[str, str] | None = None,
) -> bytes:
    """Make the content of the file that :func:`export_onnx` writes."""
    if layout not in ("nhwc", "nchw"):
        raise UsageError("onnx.layout", layout=layout)
    if layout == "nhwc" and size is not None:
        raise UsageError("onnx.layout-size")
    input_size = size or image_size
    if not 1 <= min(input_size) <= max(input_size) <= MOST_SIDE:
        height, width = input_size
        raise UsageError("onnx.size", height=height, width=width, most=MOST_SIDE)
    with evaluating(module), _silent():
        names = _name_classes(module, image_size, classes)
        if layout == "nhwc":
            proto = _export_any_size(module, image_size, fit)
        else:
            fixed = FixedSizeNetwork(module, input_size, image_size, fit).eval()
            proto = _export_fixed_size(fixed, input_size)
    described = {
        "poolbench_version": __version__,
        "classes": json.dumps(names, ensure_ascii=False),
        "image_size": json.dumps(list(image_size)),
        "fit": fit,
        "layout": layout,
        **(metadata or {}),
    }
    fault = find_fault(proto)
    if fault is not None:
        raise UsageError("onnx.fault", network=type(module).__name__, reason=fault)
    return _finish(proto, described)


def _name_classes(module: nn.Module, image_size: Size, classes: Sequence[str]) -> list[str]:
    """Run the module once, so that a wrong one is told before the exporter sees it."""
    example = torch.zeros(2, 3, *image_size, device=_find_device(module))
    try:
        with torch.no_grad():
            logits = module(example)
    except (RuntimeError, TypeError, ValueError) as error:
        (height, width), said = image_size, take_first_line(error)
        raise ShapeError(
            "onnx.input", network=type(module).__name__, height=height, width=width, said=said
        ) from None
    if not isinstance(logits, Tensor) or logits.ndim != 2 or logits.shape[0] != 2:
        raise ShapeError("onnx.output", network=type(module).__name__, found=_describe(logits))
    if classes and len(classes) != logits.shape[1]:
        raise UsageError("onnx.classes", names=len(classes), logits=logits.shape[1])
    return list(classes) or [str(number) for number in range(logits.shape[1])]


def _export_any_size(module: nn.Module, size: Size, fit: Fit) -> onnx.ModelProto:
    try:
        proto = export_any_size(module, size, fit, _find_device(module))
    except Exception as error:
        raise _explain(module, error) from None
    if proto is None:
        raise UsageError("onnx.nothing", network=type(module).__name__)
    return proto


def _export_fixed_size(module: FixedSizeNetwork, size: Size) -> onnx.ModelProto:
    example = torch.zeros(2, 3, *size, device=_find_device(module))
    failure: Exception = RuntimeError()
    for opset in CLASSIC_OPSETS:
        try:
            return _export_classic(module, example, opset)
        except Exception as error:
            failure = error
    raise _explain(module.network, failure) from None


def _export_classic(module: nn.Module, example: Tensor, opset: int) -> onnx.ModelProto:
    buffer = io.BytesIO()
    torch.onnx.export(
        module,
        (example,),
        buffer,  # type: ignore[arg-type]
        dynamo=False,
        input_names=[INPUT],
        output_names=[OUTPUT],
        dynamic_axes={INPUT: {0: "batch"}, OUTPUT: {0: "batch"}},
        opset_version=opset,
    )
    return onnx.load_from_string(buffer.getvalue())


def _finish(proto: onnx.ModelProto, metadata: Mapping[str, str]) -> bytes:
    """Take out traces of where the file was made, describe it, check it."""
    for graph in list_graphs(proto.graph):
        for node in graph.node:
            node.doc_string = ""
        values = (*graph.input, *graph.output, *graph.value_info)
        for part in (graph, *graph.node, *graph.initializer, *values):
            del part.metadata_props[:]
    _lower_versions(proto)
    onnx.helper.set_model_props(proto, dict(metadata))
    onnx.checker.check_model(proto, full_check=True)
    content: bytes = proto.SerializeToString()
    return content


def _lower_versions(proto: onnx.ModelProto) -> None:
    """Name the oldest opset in which every operator already was what it is, and its format.

    Nothing else changes by it, and older programs can open the file.
    """
    (opset,) = (entry for entry in proto.opset_import if entry.domain in DOMAINS)
    nodes = [node for graph in list_graphs(proto.graph) for node in graph.node]
    needed = [onnx.defs.get_schema(node.op_type, opset.version, "").since_version for node in nodes]
    version = max(OLDEST_OPSET, *needed)
    del proto.opset_import[:]
    proto.opset_import.append(onnx.helper.make_opsetid("", version))
    proto.ir_version = onnx.helper.find_min_ir_version_for(proto.opset_import)


@contextmanager
def _silent() -> Iterator[None]:
    """Silence the exporters, which tell about themselves in three ways, none for the person."""
    logger = logging.getLogger("torch.onnx")
    level = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        with warnings.catch_warnings(), redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(level)


def _explain_path(path: Path, error: OSError) -> UsageError:
    return UsageError("onnx.unwritten", path=path, reason=error)


def _explain(module: nn.Module, error: Exception) -> PoolbenchError:
    return UsageError("onnx.failed", network=type(module).__name__, said=take_first_line(error))


def _describe(value: object) -> object:
    if isinstance(value, Tensor):
        return Phrase("fault.tensor", shape=str(list(value.shape)))
    return type(value).__name__


def _find_device(module: nn.Module) -> torch.device:
    for tensor in (*module.parameters(), *module.buffers()):
        return tensor.device
    return torch.device("cpu")
