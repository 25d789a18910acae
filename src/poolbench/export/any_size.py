"""Export a network for pictures of any size: it alone, behind a resize that all networks share.

The resize, in which sizes are symbols, takes longer to trace than most networks. So it is traced
once a process, and its graph is put before that of each network.
"""

import functools
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import onnx
import onnxscript.optimizer
import torch
from torch import Tensor, nn
from torch.export import Dim
from torch.onnx._internal.exporter._registration import ONNXRegistry

from poolbench.config import Fit
from poolbench.data.resize import resize_images

Size = tuple[int, int]

INPUT = "input"
OUTPUT = "output"
PROBABILITIES = "probabilities"
# Between the resize and the network; what the resize computes has names of its own.
IMAGES = "images"
RESIZE_PREFIX = "resize/"


class _Resize(nn.Module):
    """The resize alone.

    Shape:
        ``(B, H, W, 3) -> (B, 3, h, w)``
    """

    def __init__(self, size: Size, fit: Fit) -> None:
        super().__init__()
        self.size = size
        self.fit: Fit = fit

    def forward(self, x: Tensor) -> Tensor:
        return resize_images(x.permute(0, 3, 1, 2), self.size, self.fit)


class _Classifier(nn.Module):
    """A network that also says its probabilities.

    Shape:
        ``(B, 3, h, w) -> (B, classes), (B, classes)``
    """

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        logits: Tensor = self.network(x)
        return logits, torch.softmax(logits, dim=1)


class AnySizeNetwork(_Classifier):
    """A network behind the resize that it was trained with.

    Shape:
        ``(B, H, W, 3) -> (B, classes), (B, classes)``: logits and probabilities.
    """

    def __init__(self, network: nn.Module, size: Size, fit: Fit = "squash") -> None:
        super().__init__(network)
        self.resize = _Resize(size, fit)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        return super().forward(self.resize(x))


def export_any_size(
    module: nn.Module, size: Size, fit: Fit, device: torch.device
) -> onnx.ModelProto | None:
    """Export what :class:`AnySizeNetwork` computes; ``None`` if the exporter made nothing.

    Whatever the exporter raises is raised.
    """
    example = torch.zeros(2, 3, *size, device=device)
    made = (OUTPUT, PROBABILITIES)
    network = _export(_Classifier(module), example, {0: Dim("batch")}, IMAGES, made)
    resize = _export_resize(size, fit)
    if network is None or resize is None:
        return None
    merged = onnx.compose.merge_models(
        resize,
        network,
        [(IMAGES, IMAGES)],
        producer_name=network.producer_name,
        producer_version=network.producer_version,
    )
    # It names those of both; they are the same.
    del merged.opset_import[len(network.opset_import) :]
    return merged


@functools.cache
def _export_resize(size: Size, fit: Fit) -> onnx.ModelProto | None:
    """Export the resize alone, whose names then begin with ``RESIZE_PREFIX``."""
    height, width = size
    # Sizes unlike each other and unlike the network's, so that nothing is taken for fixed.
    example = torch.zeros(2, height + 3, width + 5, 3)
    shape = {0: Dim("batch"), 1: Dim("height"), 2: Dim("width")}
    proto = _export(_Resize(size, fit), example, shape, INPUT, (IMAGES,))
    if proto is None:
        return None
    return onnx.compose.add_prefix(proto, RESIZE_PREFIX, rename_inputs=False, rename_outputs=False)


def _export(
    module: nn.Module, example: Tensor, shape: dict[int, Any], given: str, made: Sequence[str]
) -> onnx.ModelProto | None:
    """Export a module that takes batches, and what else ``shape`` names, of any size."""
    with _shared_registry():
        program = torch.onnx.export(
            module.eval(),
            (example,),
            dynamo=True,
            input_names=[given],
            output_names=list(made),
            dynamic_shapes=(shape,),
            verbose=False,
            optimize=False,
        )
    if program is None:
        return None
    _fold_constants(program.model, set(module.state_dict()))
    proto: onnx.ModelProto = program.model_proto
    return proto


# What the class has, and what takes its place while a model is exported.
_OWN = ONNXRegistry.__dict__["from_torchlib"]
_SHARED = staticmethod(functools.cache(ONNXRegistry.from_torchlib))


@contextmanager
def _shared_registry() -> Iterator[None]:
    """Let the exporter read its table of functions once a process: it does so for every model."""
    ONNXRegistry.from_torchlib = _SHARED  # type: ignore[method-assign]
    try:
        yield
    finally:
        ONNXRegistry.from_torchlib = _OWN  # type: ignore[method-assign]


def _fold_constants(model: Any, weights: set[str]) -> None:
    """Compute what is constant, but leave every weight under its own name and value.

    The exporter's own optimisation folds a batch normalisation into the convolution before it,
    so that the file could not be compared with the saved weights; runtimes do it when they load.
    """

    def choose(node: Any) -> bool | None:
        has_weight = any(value is not None and value.name in weights for value in node.inputs)
        return False if has_weight else None

    onnxscript.optimizer.fold_constants_ir(model, onnx_shape_inference=True, should_fold=choose)
    onnxscript.optimizer.remove_unused_nodes(model)
