"""The words in Latin letters that Russian output may have, and why.

Everything else in Latin letters is English that nobody put into Russian.
"""

# Commands, as they are typed.
COMMANDS = {
    *("poolbench", "run", "pretrain", "calibrate", "lab", "report", "verify", "export", "predict"),
    *("serve", "page", "push", "runs", "rm", "diff", "recipes", "operators", "classes", "doctor"),
    *("npm", "pack", "tar", "xzf"),
}
# Values of options, as they are typed.
VALUES = {
    *("accuracy", "balanced-accuracy", "all", "auto", "none", "en", "ru"),
    *("crop", "pad", "squash", "error", "skip", "drop", "refuse", "subfolder", "name", "column"),
    *("cv", "cpu", "cuda", "mps", "float32", "bfloat16", "float16", "local", "ray"),
    *("quick", "standard", "thorough", "lr", "nhwc", "nchw"),
    *("layers", "kernel", "width", "batch", "epochs", "rate"),
    *("tensorboard", "mlflow", "csv", "cells", "cifar10", "cifar100", "sample", "folder", "npz"),
    *("task", "hub"),
}
# Parts of a path or of a name in Python, as they are typed.
PATHS = {
    *("package", "module", "Class", "function", "REGEX", "last", "toml", "mine", "jpg", "exports"),
    *("weights", "safetensors"),
}
# Names of operators, networks and recipes.
NAMES = {
    *("stride", "max", "avg", "speed", "resnet", "strong", "finetune", "finetune-last"),
    *("finetune-head", "AdaPool", "LiftPool", "DiffStride"),
}
# Classes, by the names that --classes takes; the Russian one stands beside each.
CLASSES = {"apple", "lemon", "pear", "plum"}
# Products, formats, methods and parts of machines.
PROPER = {
    *("Python", "CIFAR", "CSV", "TOML", "JSON", "HTML", "ONNX", "Ray", "Hugging", "Face", "Hub"),
    *("onnxruntime-web", "huggingface_hub", "SGD", "softmax", "Lp"),
    *("torch", "numpy", "scipy", "scikit-learn", "pillow", "onnx", "onnxruntime", "ipython"),
    "python",
}
# What doctor may find besides, on one machine or another.
MACHINE = {"AVX2", "AVX512", "CUDA", "POOLBENCH_CACHE"}
ALLOWED = COMMANDS | VALUES | PATHS | NAMES | CLASSES | PROPER | MACHINE
