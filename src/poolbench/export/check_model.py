"""Check a model file before it is opened: it computes, and does nothing else.

Whoever made a file decides what ONNX Runtime does when it opens it: which other files are read as
weights, which programs of its own are run. So a file is first read as what it is, a list of
operators and numbers, and opened only if every operator is one of those below and every number
stands in it. What is checked is then opened from memory, so that nobody can change it meanwhile.

Reading and opening both happen in a process that is bounded in memory and time (see
:mod:`poolbench.export.confined`), since arithmetic alone may take any amount of either.
"""

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from google.protobuf.message import DecodeError
from numpy.typing import NDArray

from poolbench.errors import DataError
from poolbench.export.confined import Confined, LostError, bound_by_free, get_confined
from poolbench.texts import Phrase

# Most bytes of a model file: an order more than the largest network that is trained here.
MOST_BYTES = 1_000_000_000
# Oldest opset that is opened: older forms of some operators mean something else than they do now.
OLDEST_OPSET = 7
# Domains of operators: two names of the standard.
DOMAINS = ("", "ai.onnx")
# Operators that are opened: arithmetic on tensors, as convolutional networks, perceptrons,
# recurrent ones and transformers use it. Left out are loops (Loop, Scan, SequenceMap), which need
# not end, chance (Random…, Bernoulli, Multinomial: such a file does not predict the same twice),
# text, sequences, decoders of pictures, losses, and what only belongs to sounds, boxes and
# quantised numbers.
_OPERATORS = """
Abs Acos Acosh Add AffineGrid And ArgMax ArgMin Asin Asinh Atan Atanh Attention AveragePool
BatchNormalization BitShift BitwiseAnd BitwiseNot BitwiseOr BitwiseXor Cast CastLike Ceil Celu
CenterCropPad Clip Col2Im Compress Concat Constant ConstantOfShape Conv ConvTranspose Cos Cosh
CumProd CumSum DFT DeformConv DepthToSpace Det Div Dropout Einsum Elu Equal Erf Exp Expand
EyeLike Flatten Floor GRU Gather GatherElements GatherND Gelu Gemm GlobalAveragePool
GlobalLpPool GlobalMaxPool Greater GreaterOrEqual GridSample GroupNormalization HardSigmoid
HardSwish Hardmax Identity If InstanceNormalization IsInf IsNaN LRN LSTM LayerNormalization
LeakyRelu Less LessOrEqual Log LogSoftmax LpNormalization LpPool MatMul Max MaxPool MaxUnpool
Mean MeanVarianceNormalization Min Mish Mod Mul Neg NonZero Not OneHot Or PRelu Pad Pow
RMSNormalization RNN Range Reciprocal ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax
ReduceMean ReduceMin ReduceProd ReduceSum ReduceSumSquare Relu Reshape Resize ReverseSequence
RotaryEmbedding Round Scatter ScatterElements ScatterND Selu Shape Shrink Sigmoid Sign Sin Sinh
Size Slice Softmax Softplus Softsign SpaceToDepth Split Sqrt Squeeze Sub Sum Swish Tan Tanh
ThresholdedRelu Tile TopK Transpose Trilu Unsqueeze Upsample Where Xor
"""
OPERATORS = frozenset(_OPERATORS.split())


# Time to read a file and to look at its parts: a gigabyte takes ten seconds.
READ_SECONDS = 60.0
# Memory that its parts take once they are read: a hundred bytes for an operator of ten, and no more
# than twice their size for weights.
READ_BYTES = 500_000_000
BYTES_PER_BYTE = 8


def read_model(path: Path) -> bytes:
    """Read a model file once it is known to be safe to open.

    It is looked at in a process of its own: of many small parts it takes far more memory than it
    has bytes.

    Raises:
        DataError: If it is missing, too large, no ONNX model, or asks for more than arithmetic.
    """
    content = read_content(path)
    ask_about(get_confined(), path, content, "check", {})
    return content


def read_weights(path: Path) -> dict[str, NDArray[Any]]:
    """Read the numbers that a model file holds, by name.

    Raises:
        DataError: As :func:`read_model`.
    """
    told, arrays = ask_about(get_confined(), path, read_content(path), "read_weights", {})
    return dict(zip(told["names"], arrays, strict=True))


def ask_about(
    confined: Confined, path: Path, content: bytes, task: str, facts: dict[str, Any]
) -> tuple[dict[str, Any], list[NDArray[Any]]]:
    """Ask the process that models are confined to about the content of a file.

    Raises:
        DataError: If it refuses it, or is lost over it.
    """
    memory = bound_by_free(READ_BYTES + BYTES_PER_BYTE * len(content))
    facts = {"name": str(path), "memory_bytes": memory, **facts}
    try:
        return confined.ask(task, facts, [np.frombuffer(content, np.uint8)], READ_SECONDS)
    except LostError as error:
        raise DataError("model.not-opened", path=path, reason=error.how) from None


def read_content(path: Path) -> bytes:
    """Read the bytes of a model file, without looking at them.

    Raises:
        DataError: If it is missing or too large.
    """
    if not path.is_file():
        raise DataError("model.no-file", path=path)
    try:
        size = path.stat().st_size
        if size > MOST_BYTES:
            raise DataError("model.too-large", path=path, size=size, most=MOST_BYTES)
        return path.read_bytes()
    except OSError as error:
        raise DataError("model.unread", path=path, reason=error) from None


def check_content(content: bytes, name: str) -> onnx.ModelProto:
    """Parse a file if it is a model of arithmetic alone; for the process of its own.

    Raises:
        DataError: If it is not.
    """
    try:
        proto = onnx.ModelProto.FromString(content)
    except DecodeError:
        raise DataError("model.not-onnx", path=name) from None
    fault = find_fault(proto)
    if fault is not None:
        raise DataError("model.not-opened", path=name, reason=fault)
    return proto


def find_fault(proto: onnx.ModelProto) -> Phrase | None:
    """Find what in a model is not arithmetic on numbers of its own; ``None``: nothing."""
    if not proto.graph.node:
        return Phrase("fault.computes-nothing")
    if proto.functions:
        return Phrase("fault.own-operators")
    if proto.training_info:
        return Phrase("fault.training-program")
    graphs = list(list_graphs(proto.graph))
    faults = (find(graph) for find in (_find_foreign_part, _find_wrong_weight) for graph in graphs)
    return _find_wrong_version(proto) or next(filter(None, faults), None)


def _find_wrong_version(proto: onnx.ModelProto) -> Phrase | None:
    newest = onnx.defs.onnx_opset_version()
    opsets = [entry.version for entry in proto.opset_import if entry.domain in DOMAINS]
    if len(opsets) != 1 or not OLDEST_OPSET <= opsets[0] <= newest:
        if not opsets:
            return Phrase("fault.no-opset", least=OLDEST_OPSET, most=newest)
        return Phrase("fault.opset", found=opsets, least=OLDEST_OPSET, most=newest)
    if not 3 <= proto.ir_version <= onnx.IR_VERSION:
        return Phrase("fault.ir-version", found=proto.ir_version, least=3, most=onnx.IR_VERSION)
    return None


def list_graphs(graph: onnx.GraphProto) -> Iterator[onnx.GraphProto]:
    """Yield a graph, and those that stand in its operators."""
    yield graph
    for node in graph.node:
        for attribute in node.attribute:
            for inner in (*attribute.graphs, *([attribute.g] if attribute.HasField("g") else ())):
                yield from list_graphs(inner)


def _list_attributes(graph: onnx.GraphProto) -> list[onnx.AttributeProto]:
    return [attribute for node in graph.node for attribute in node.attribute]


def _list_weights(graph: onnx.GraphProto) -> Iterator[onnx.TensorProto]:
    yield from graph.initializer
    for attribute in _list_attributes(graph):
        yield from attribute.tensors
        if attribute.HasField("t"):
            yield attribute.t


def _find_foreign_part(graph: onnx.GraphProto) -> Phrase | None:
    attributes = _list_attributes(graph)
    for node in graph.node:
        if node.domain not in DOMAINS:
            return Phrase("fault.foreign-operator", name=node.op_type, domain=node.domain)
        if node.op_type not in OPERATORS:
            return Phrase("fault.no-arithmetic", name=node.op_type)
    if graph.sparse_initializer or any(
        attribute.HasField("sparse_tensor") or attribute.sparse_tensors for attribute in attributes
    ):
        return Phrase("fault.sparse-weights")
    for tensor in _list_weights(graph):
        if tensor.external_data or tensor.data_location != onnx.TensorProto.DEFAULT:
            return Phrase("fault.external-weight", name=tensor.name)
    return None


def _find_wrong_weight(graph: onnx.GraphProto) -> Phrase | None:
    for tensor in _list_weights(graph):
        try:
            size = onnx.numpy_helper.to_array(tensor).size
        except Exception:
            # Sizes do not fit, or the kind of numbers is unknown.
            size = -1
        if min(tensor.dims, default=0) < 0 or size != math.prod(tensor.dims):
            return Phrase("fault.weight-size", name=tensor.name)
    return None
