"""The options of a run that takes seconds."""

# The precision is given, since the faster one is found by measuring, and may be another each time.
SMALL = (
    *("--data", "sample", "--backbones", "lab-example", "--epochs", "2"),
    *("--folds", "2", "--repeats", "1", "--precision", "float32"),
)
