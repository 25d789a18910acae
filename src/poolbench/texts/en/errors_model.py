"""English texts of errors of operators, backbones, swapped networks and model files."""

_FROM_POOLBENCH = "Use a file that poolbench exported."
_OTHER_ID = "Choose another id."

TEXTS = {
    # Model files.
    "error.model.no-file": "{path} is not a file.",
    "hint.model.no-file": "Specify a model, such as best/model.onnx.",
    "error.model.unread": "{path} cannot be read ({reason}).",
    "error.model.too-large": "{path} has {size:,} bytes; models of at most {most:,} are opened.",
    "hint.model.too-large": _FROM_POOLBENCH,
    "error.model.not-onnx": "{path} is not an ONNX model.",
    "hint.model.not-onnx": _FROM_POOLBENCH,
    "error.model.not-opened": "{path} is not an ONNX model that poolbench can open: {reason}.",
    "hint.model.not-opened": _FROM_POOLBENCH,
    "error.model.not-loaded": "{path} is not an ONNX model that poolbench can open ({said}).",
    "hint.model.not-loaded": _FROM_POOLBENCH,
    "error.model.memory": "{path} needs more than {size:,} bytes of memory.",
    "hint.model.memory": "Close other programs, or use a smaller file.",
    "error.model.long-description": (
        "The description in {path} has {size:,} characters; at most {most:,} are read."
    ),
    "hint.model.long-description": _FROM_POOLBENCH,
    "error.model.wrong-interface": (
        "{path} does not turn images into logits: it has {found}. Expected one float input [batch, "
        "height, width, 3] or [batch, 3, height, width] of at most {most} pixels each way, and an "
        "output [batch, classes]."
    ),
    "error.model.no-answer": "{path} returns no predictions: {reason}.",
    "hint.model.no-answer": _FROM_POOLBENCH,
    "error.model.failed": "{path} returns no predictions ({said}).",
    "hint.model.failed": _FROM_POOLBENCH,
    "error.model.wrong-answer": (
        "{path} returns an array of shape {found}; expected {expected}, one number for each image "
        "and class."
    ),
    "hint.model.wrong-answer": _FROM_POOLBENCH,
    "error.model.changed": "{path} was changed after it was opened.",
    "hint.model.changed": "Load it again.",
    "error.model.not-finite": "{path}: the model's predictions are not finite numbers.",
    "hint.model.not-finite": "Use another model.",
    # What is wrong with a model, as a part of a sentence.
    "fault.late": "it took more than {seconds:.0f} s",
    "fault.ended": "the process that worked on it ended with code {code}",
    "fault.killed": "it crashed the process that worked on it ({name})",
    "fault.closed": "the model has been closed",
    "fault.computes-nothing": "it computes nothing",
    "fault.own-operators": "it defines operators of its own",
    "fault.training-program": "it contains a program for training",
    "fault.no-opset": "it does not name its opset, expected {least} to {most}",
    "fault.opset": "its opset is {found}, expected {least} to {most}",
    "fault.ir-version": "its IR version is {found}, expected {least} to {most}",
    "fault.foreign-operator": "it uses the operator {name!r} of the domain {domain!r}",
    "fault.no-arithmetic": "it uses the operator {name!r}, which is more than plain arithmetic",
    "fault.sparse-weights": "it holds sparse weights",
    "fault.external-weight": "its weight {name!r} is external data, stored in another file",
    "fault.weight-size": "its weight {name!r} does not have the size that the file gives for it",
    # Pictures that are given to a model.
    "error.pictures.none": "No image was given; expected at least one.",
    "error.pictures.nested": "A list inside a list was given where an image was expected.",
    "hint.pictures.nested": (
        "Make an array of its numbers with numpy.array, or give one flat list of images."
    ),
    "error.pictures.kind": (
        "{kind} is not an image; expected a path, a Pillow image, an array {forms}, or a list of "
        "these."
    ),
    "error.pictures.no-array": "{kind} cannot be turned into a NumPy array ({said}).",
    "error.pictures.shape": (
        "An array of shape {shape} cannot be classified: {reason}. Expected {forms}, with 1, 3 or "
        "4 channels."
    ),
    "error.pictures.dtype": (
        "An array of {dtype} is not an image; expected uint8, or other numbers from 0 to 255."
    ),
    "error.pictures.range": (
        "An array has values from {low:g} to {high:g}; expected 0 to 255, as uint8 or float."
    ),
    "hint.pictures.range": "The model normalises images itself: give them as they are.",
    "error.pictures.unit-range": (
        "An array has values from {low:g} to {high:g}, which look like fractions of 1; expected 0 "
        "to 255."
    ),
    "hint.pictures.unit-range": "Multiply it by 255.",
    "fault.no-pixels": "it has no pixels",
    "fault.channels-first": (
        "its channels seem to come first, and numpy.moveaxis(array, -3, -1) moves them to the end"
    ),
    "fault.channels": (
        "no image has {count} channels; if these are grey images [batch, height, width], give "
        "array[..., None]"
    ),
    "fault.no-picture": "no image has that shape",
    # Export.
    "error.onnx.occupied": "{path} already exists, and poolbench did not write it.",
    "hint.onnx.occupied": "Choose another name, or move that file away.",
    "error.onnx.unwritten": "{path} cannot be written ({reason}).",
    "hint.onnx.unwritten": "Specify another file.",
    "error.onnx.layout": "There is no layout {layout!r}; expected nhwc or nchw.",
    "error.onnx.layout-size": (
        "{--size} was given with {--layout:nhwc}, which takes images of any size."
    ),
    "hint.onnx.layout-size": "Leave {--size} out, or use {--layout:nchw}.",
    "error.onnx.size": (
        "The size of the input would be {height}x{width} pixels; expected 1 to {most} each way."
    ),
    "error.onnx.input": (
        "{network} does not take images as float [batch, 3, {height}, {width}] ({said})."
    ),
    "error.onnx.output": "{network} returns {found} for two images; expected logits [2, classes].",
    "fault.tensor": "a tensor of shape {shape}",
    "error.onnx.classes": "{names} class names were given for {logits} logits.",
    "hint.onnx.classes": "Name each class once.",
    "error.onnx.nothing": "{network} cannot be exported to ONNX.",
    "error.onnx.failed": "{network} cannot be exported to ONNX ({said}).",
    "hint.onnx.failed": (
        "Use layers that ONNX supports, and no Python branches that depend on the images."
    ),
    "error.onnx.fault": "{network} cannot be exported to a file that poolbench can open: {reason}.",
    # Operators.
    "error.operator.build": (
        "Operator {name!r} cannot be built as {kind}(channels, stride=…) ({said})."
    ),
    "error.operator.no-card": "Operator {name!r} has no card.",
    "hint.operator.no-card": "Give its class a docstring.",
    "error.operator.card-missing": "This installation lacks the card of operator {name!r}.",
    "hint.operator.card-missing": "Install poolbench again.",
    "error.operator.arguments": (
        "channels is {channels} and stride is {stride}; expected at least 1 for both."
    ),
    "error.operator.stride": "{name} is not defined for stride {stride}; expected {known:or}.",
    "error.operator.built": "Expected an operator class, got an instance of {kind}.",
    "hint.operator.built": (
        "Pass {kind} itself: each site builds its own as {kind}(channels, stride=…)."
    ),
    "error.operator.no-class": (
        "{name} is of type {kind}; expected a torch.nn.Module class built as (channels, stride=…)."
    ),
    "error.operator.constructor": (
        "{name} is built as {name}{taken}; expected a class built as (channels, stride=…), once "
        "for each site."
    ),
    "hint.operator.constructor": (
        "Write a class that makes it in its constructor, __init__(self, channels, *, stride)."
    ),
    "error.operator.foreign": (
        "{name} is built as {name}{taken}; expected a class built as (channels, stride=…), once "
        "for each site."
    ),
    "hint.operator.foreign": "The catalogue has an operator of that kind: {operator!r}.",
    "error.operator.id-owned": "The operator id {name!r} belongs to {owner} of {module}.",
    "hint.operator.id-owned": _OTHER_ID,
    "error.operator.id-taken": "The operator id {name!r} is taken.",
    "hint.operator.id-taken": _OTHER_ID,
    "error.operator.bad-id": (
        "{name!r} cannot be an operator id; expected letters, digits, '-', '+' and '_'."
    ),
    "hint.operator.bad-id": _OTHER_ID,
    "error.operator.kernel-size": "kernel_size is {value}; expected at least the stride, {stride}.",
    "hint.operator.kernel-size": "Smaller windows would leave out a part of the feature map.",
    "error.operator.blur-size": (
        "kernel_size of a blur is {value}; expected an odd number of at least 3."
    ),
    "hint.operator.blur-size": "An even one would move the image by half a pixel.",
    "error.operator.blur-map": (
        "A blur of width {side} was given a feature map of {height}x{width} pixels; expected more "
        "than {least} each way."
    ),
    "hint.operator.blur-map": "Choose a larger {--image-size}, or another operator.",
    "error.operator.groups": "groups is {value}; expected a divisor of the {channels} channels.",
    "error.operator.positive": "{name} is {value}; expected a number above 0.",
    "error.operator.power": "p is {value}; expected at least 1.",
    "error.operator.decay": "decay is {value}; expected a number above 0 and at most 1.",
    "error.operator.k": (
        "k is {value}; expected a whole number from 1 to {most}, the number of values in a window."
    ),
    "error.operator.grid": "grid is {value}; expected a multiple of the stride, {stride}.",
    # What is loaded by a name.
    "kind.operator": "Operator",
    "kind.backbone": "Backbone",
    "error.plugin.no-module": "{kind} {name!r}: module {module!r} cannot be imported ({said}).",
    "hint.plugin.no-module": "Specify it as package.module:name; if the module is yours, fix it.",
    "error.plugin.no-name": "{kind} {name!r}: {module} has nothing by that name.",
    "error.plugin.near-name": "{kind} {name!r}: {module} has nothing by that name.",
    "hint.plugin.near-name": "Did you mean {near!r:or}?",
    "error.plugin.no-operator": "Operator {name!r}: {reason}",
    "error.plugin.broken": "The installed operator {name!r} ({place}) cannot be loaded ({said}).",
    "hint.plugin.broken": "Repair or uninstall its package.",
    "error.source.too-deep": "{name} uses values that are nested too deeply to be hashed.",
    "hint.source.too-deep": "Build them inside the class.",
    "error.source.no-value": (
        "{path} is of type {kind}, whose values cannot be hashed ({reason}), so a change to it "
        "would go unnoticed."
    ),
    "hint.source.no-value": (
        "Create it inside the class or function that uses it, or write its value as numbers, text, "
        "arrays or tensors."
    ),
    "fault.hidden-function": "its function cannot be read",
    # Backbones.
    "error.backbone.shape": (
        "Backbone {backbone!r} has no adjustable {wanted}. Adjustable: {known}."
    ),
    "error.backbone.fixed-shape": (
        "Backbone {backbone!r} has no adjustable {wanted}: its shape is fixed."
    ),
    "error.backbone.even-kernel": "The side of a kernel is {side}; expected an odd number.",
    "error.backbone.times": "{name!r} is not the name of a backbone.",
    "hint.backbone.times": "With {times} times as many channels it is called {base}-x{times}.",
    "error.backbone.no-function": "Backbone {name!r} is of type {kind}; expected a function.",
    "error.backbone.taken": "Another backbone is already called {name!r}.",
    "hint.backbone.taken": "Rename your factory.",
    "error.backbone.built": (
        "Expected a function that takes the number of classes and returns a network, got an "
        "instance of {kind}."
    ),
    "hint.backbone.built": (
        "Pass {kind} itself if its constructor takes only the number of classes; otherwise pass a "
        "function that builds it. Each training run starts from a new network."
    ),
    "error.backbone.failed": "Backbone {name!r} cannot be built for {classes} classes ({said}).",
    "error.backbone.no-module": "Backbone {name!r} returns {kind}; expected a torch.nn.Module.",
    "backbone.named": "Backbone {name!r}",
    "backbone.named-with": "Backbone {name!r} with operator {operator!r}",
    "backbone.named-with-own": "Backbone {name!r} with your own operator",
    "error.backbone.input": "{network} cannot take images of {height}x{width} pixels ({said}).",
    "hint.backbone.input": "Choose another {--image-size}, or fix the network.",
    "error.backbone.output": (
        "{network} returns {found} for one image; expected logits [1, {classes}]."
    ),
    "error.network.input": "The network does not take images of {height}x{width} pixels ({said}).",
    "hint.network.input": "Choose a larger {--image-size}, or fix the operator if it is your own.",
    # Swapped networks.
    "error.swap.no-network": (
        "{name} is of type {kind}; swap takes a network that is already built, a torch.nn.Module."
    ),
    "error.swap.again": (
        "{network} has already been swapped, and nothing else in it can be replaced."
    ),
    "hint.swap.again": "Swap the network it was made from, which has not changed.",
    "error.swap.nothing": (
        "{network} has no max pooling, average pooling or strided convolution to replace."
    ),
    "hint.swap.nothing": "If a forward calls pooling as a function, turn the call into a layer.",
    "error.swap.nothing-left": (
        "{network} has no max pooling, average pooling or strided convolution that can be replaced "
        "({left})."
    ),
    "hint.swap.nothing-left": (
        "If a forward calls pooling as a function, turn the call into a layer."
    ),
    "error.swap.example": "{network} does not take an example of shape {shape} ({said}).",
    "hint.swap.example": "Pass an example that it takes: swap(…, example=…).",
    "error.swap.operator": "{name} cannot be built as {name}(channels, stride=…) ({said}).",
    "swap.replaced": "replaced {name}: {before}",
    "swap.left": "left alone {name}: {reason}",
    "swap.already": "it has already been swapped",
    "swap.unreached": "the example does not reach it",
    "swap.stride-differs": "its stride differs by direction: {down} down, {across} across",
    "swap.stride-1": "its stride is 1",
    "swap.indices": "it also returns indices",
    "swap.divisor": "it divides by something other than the number of its values",
    "swap.lazy": "its size is not known before the network has run once",
    "swap.computed-weight": "its weight is computed from others",
    "swap.own-forward": "{kind} has its own forward",
    # Weights and how a network begins.
    "error.weights.unread": "{path} cannot be read ({reason}).",
    "error.weights.format": "{path} is not a safetensors file ({said}).",
    "hint.weights.format": (
        "Other kinds of files are not read, because unpickling them could run arbitrary code: save "
        "the weights with safetensors."
    ),
    "error.recipe.dropout": (
        "dropout goes before a last linear layer, but this network ends in {kind}."
    ),
    "hint.recipe.dropout": "Use a recipe without dropout, or put dropout into the network itself.",
    "error.start.no-convolution": (
        "whitened = true needs a first convolution that takes three channels, but this network has "
        "none."
    ),
    "error.start.nothing-kept": (
        'trained_part = "{part}" leaves nothing of this network to keep: it is a chain of {layers} '
        "layers with parameters."
    ),
}
