"""What is said of image sets of other programs, and of the built-in ones."""

TEXTS = {
    "facts.recognised": "Recognised: {what}, {halves}{details}.",
    "facts.recognised-keras": "npz as Keras saves it",
    "facts.recognised-medmnist": "MedMNIST npz",
    "facts.recognised-idx": "IDX files, as in MNIST ({file})",
    "facts.recognised-stl": "STL-10 binary files",
    "facts.recognised-list": "list {file}, images in column {pictures}, classes in {classes}",
    "facts.recognised-column": "column {name}",
    "facts.recognised-one-hot": "{count} columns of 0 and 1 ({names})",
    "facts.recognised-split": ", parts in column {name}",
    "facts.recognised-one-half": "1 part ({halves})",
    "facts.recognised-halves": "{count} parts ({halves})",
    "facts.half-train": "train {count}",
    "facts.half-val": "val {count}",
    "facts.half-test": "test {count}",
    "facts.recognised-grey": ", grey",
    "facts.recognised-colour": ", in colour",
    "facts.recognised-turned": ", stored column by column and transposed",
    "facts.reason-marks": (
        "Why operators differ here: in half of these images, one cell has a dark mark, one to "
        "seven pixels wide. Max pooling keeps the strongest response to it. Average pooling "
        "dilutes it over sixteen positions, and a strided convolution skips fifteen of them, so "
        "both miss more of the small marks."
    ),
}
