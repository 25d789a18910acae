"""English texts of errors about pictures themselves: in files, in arrays, and in memory."""

_AGAIN = "Copy or download it again."
_ALL_DARK = (
    "Values of 8 or 12 bits that are kept in 16 are nearly black: multiply them so that white is "
    "65,535 (those of 8 bits by 257, those of 12 by 16), or save them with 8 bits."
)

TEXTS = {
    # One picture. What is wrong with it is a part of a sentence.
    "error.picture.file": "{path} cannot be read: {reason}.",
    "error.picture.heic": "{path} is HEIC, which only pillow-heif can read.",
    "hint.picture.heic": "Install it: pip install pillow-heif.",
    "error.picture.unreadable": "The image cannot be read: {reason}.",
    "error.picture.bytes": "it has far more bytes than pixels",
    "error.picture.given-pixels": (
        "its {width}x{height} pixels are more than the {most:,} ({side:,} on a side) that are "
        "read; make it smaller"
    ),
    "error.picture.grey": (
        "its grey values go from {low} to {high}, in a format whose white is not defined; save it "
        "with 8 or 16 bits"
    ),
    "error.picture.inner-pixels": "it contains {width}x{height} pixels, more than its header says",
    "error.picture.many-parts": "it has far more parts than an image needs",
    "error.picture.parts": "it consists of more than {most:,} parts",
    "error.picture.pixels": (
        "its {width}x{height} pixels are more than the {most:,} that are read; make it smaller"
    ),
    "error.picture.scans": (
        "its {width}x{height} pixels are drawn in {scans} scans, too many to read"
    ),
    "picture.reason.format": "its format is not recognised",
    "picture.reason.pixels": (
        "it has more than the {most:,} pixels that are read; make it smaller ({detail})"
    ),
    # All pictures of a set.
    "error.pictures.unreadable": (
        "{count} of {total} images cannot be read:\n  {lines}\nRepair or remove them, or leave "
        "them out with {--on-bad:skip}."
    ),
    "error.pictures.one-value": (
        "{source}: all pixels of all {count} images decode to {value} of 255."
    ),
    "hint.pictures.one-value": "Look at the files: nothing in them tells them apart.",
    "error.pictures.one-deep-value": (
        "{source}: all pixels of all {count} images decode to {value} of 255."
    ),
    "hint.pictures.one-deep-value": _ALL_DARK,
    "error.memory.pictures": (
        "The images need about {needed:.1f} GiB of memory, but only {free:.1f} GiB is free. "
        "{advice}"
    ),
    "memory.smaller": "Choose a smaller {--image-size} or fewer {--classes}.",
    "error.resize.fit": "There is no fit {fit!r}: use crop, pad or squash.",
    "error.resize.shape": "Images of shape [{shape}] cannot be resized; expected [B, 3, H, W].",
    "error.resize.size": "Images cannot be resized to [{size}]; height and width must be above 0.",
    # Arrays of pictures.
    "error.arrays.channels-first": (
        "{where} has shape [{shape}], with the channels before height and width. {expected}"
    ),
    "hint.arrays.channels-first": "Save x.transpose(0, 2, 3, 1).",
    "error.arrays.floats": "{where} contains {kind}; expected uint8 from 0 to 255.",
    "hint.arrays.floats": (
        "Scale and convert the values before you save them; for values from 0 to 1, use (255 * "
        "x).round().astype('uint8')."
    ),
    "error.arrays.kind": "{where} contains {kind}; expected uint8 from 0 to 255.",
    "hint.arrays.kind": "Scale and convert the values before you save them.",
    "error.arrays.labels-kind": "{where} contains {kind}; expected integers. {expected}",
    "error.arrays.labels-range": "{where} goes from {low} to {high}; expected numbers from 0.",
    "error.arrays.labels-shape": (
        "{where} has shape [{shape}]; expected [{count}]: one label for each image."
    ),
    "error.arrays.one-hot": (
        "{where} has shape [{shape}], but not every row has one 1 among zeros: {wrong} of {total} "
        "rows do not, the first of them row {row}."
    ),
    "hint.arrays.one-hot": "Give each image one class: one label each [N], or one-hot rows.",
    "error.arrays.shape": "{where} has shape [{shape}]. {expected}",
    "error.arrays.sizes": (
        "{path}: the images of {other} have {other_width}x{other_height} pixels, those of {first} "
        "{width}x{height}."
    ),
    "hint.arrays.sizes": "Save all parts at one size.",
    "error.arrays.volumes": (
        "{where} has shape [{shape}]: these are volumes, but poolbench compares networks for "
        "two-dimensional images. {expected}"
    ),
    "arrays.expected": "Expected uint8 [N, H, W, 3], or grey [N, H, W] or [N, H, W, 1].",
    "arrays.expected-labels": "Expected [N], one label for each image.",
    "arrays.fewer": "Take fewer or smaller images.",
    # npz.
    "error.npz.classes-empty": "{path}: classes contains an empty name; every class needs one.",
    "error.npz.classes-few": (
        "{path}: label {label} occurs, but classes names only {count} (0 to {last})."
    ),
    "error.npz.classes-kind": (
        "{path}: classes contains {kind} of shape [{shape}]; expected a list of names."
    ),
    "error.npz.classes-twice": "{path}: classes contains some names twice: {names}.",
    "error.npz.empty": "{path} contains no arrays. {expected}",
    "error.npz.lacks": "{path} lacks {missing:and}; it contains {found:and}. {expected}",
    "error.npz.layouts": (
        "{path} contains images in two layouts ({arrays}), so it's not clear which ones to use."
    ),
    "hint.npz.layouts": "Keep one of them.",
    "error.npz.missing": "There is no file {path}.",
    "hint.npz.missing": "{meant} Expected an npz file.",
    "error.npz.not-arrays": "{path}: {images} and {labels} are not arrays. {expected}",
    "error.npz.several-labels": (
        "{path}: {labels} has shape [{shape}]: several labels for each image, as in ChestMNIST. "
        "poolbench compares networks that assign one class to each image."
    ),
    "hint.npz.several-labels": ("Use a set with labels [N, 1] or [N], or save one column alone."),
    "error.npz.spellings": "{path} has two arrays {first} and {second}, which differ only in case.",
    "hint.npz.spellings": "Remove one of them.",
    "error.npz.unreadable": "{path} cannot be read: {reason}.",
    "hint.npz.unreadable": (
        "Expected numbers and text as numpy.savez writes them; arrays of Python objects are never "
        "read."
    ),
    "npz.expected": (
        "An npz image set holds `images` (uint8 [N, H, W, 3] or grey [N, H, W]) and `labels` "
        "(integers [N]); it may hold `classes` (names), and a test set as `test_images` and "
        "`test_labels`. The names of Keras (`x_train`, `y_train`, `x_test`, `y_test`) and of "
        "MedMNIST (`train_images`, `train_labels`, and so on) are read too."
    ),
    "npz.fewer": "Put fewer or smaller images into {path}.",
    "npz.reason.array": "array {name!r}: {reason}",
    "npz.reason.bytes": "it should have {expected:,} bytes and has {found:,}",
    "npz.reason.memory": "it unpacks to {unpacked:,} bytes, and {free:,} are free",
    "npz.reason.no-archive": "it is not an archive of arrays",
    "npz.reason.objects": "it holds Python objects",
    "npz.reason.one-array": "it holds one array, not an archive of arrays",
    "npz.reason.system": "reading it failed: {error}",
    # IDX, the form of MNIST.
    "error.idx.cut": "{path} ends in the middle of its compressed data.",
    "hint.idx.cut": _AGAIN,
    "error.idx.damaged": "{path} cannot be unpacked ({detail}).",
    "hint.idx.damaged": _AGAIN,
    "error.idx.empty": "{path} is empty.",
    "hint.idx.empty": _AGAIN,
    "error.idx.head": "{path} ends within its header.",
    "hint.idx.head": _AGAIN,
    "error.idx.kind": (
        "{path} is not an IDX file: it begins with {begin}; expected 00 00, the kind of number (08 "
        "for bytes) and the number of axes (03 for images, 01 for labels)."
    ),
    "error.idx.label": "{path}: label {label} occurs, but {file} does not list it.",
    "error.idx.lacks": "{path} has {files:and}, but no {wanted}.",
    "hint.idx.lacks": "Put that file beside them, under a name like {example}.",
    "error.idx.long": (
        "{path} does not have the size that its header gives: {shape}, {expected:,} bytes, and "
        "more follow."
    ),
    "hint.idx.long": _AGAIN,
    "error.idx.mapping": "{path}, line {line}: {content!r} is not a label and codes of characters.",
    "hint.idx.mapping": "Expected whole numbers, such as 10 65.",
    "error.idx.mapping-names": "{path} does not give every label its own name.",
    "error.idx.not-ascii": "{path} is not a list of labels and codes of characters.",
    "error.idx.sets": "{path} contains {count} sets in IDX files: {names}.",
    "hint.idx.sets": "Specify a file of one of them, such as {--data:folder:{file}}.",
    "error.idx.short": (
        "{path} does not have the size that its header gives: {shape}, {expected:,} bytes, and "
        "{found:,} follow."
    ),
    "hint.idx.short": _AGAIN,
    "idx.expected": "Expected bytes [N, H, W].",
    "idx.head-says": "That is what the header of {path} says; is the file damaged?",
    # STL-10.
    "error.stl.label": (
        "{path}: there is a label {label}, but {file} names only {count} classes (labels 1 to "
        "{count})."
    ),
    "error.stl.missing": (
        "There is no file {path}: STL-10 keeps the images of a part in {pictures} and their labels "
        "in {labels}."
    ),
    "error.stl.names-twice": "{path} names some classes twice: {names}.",
    "error.stl.size": (
        "{path} has {size:,} bytes; expected {expected:,}: {count} images, as many as labels, of 3 "
        "x {side} x {side} bytes."
    ),
    "hint.stl.size": "Copy or unpack it again.",
    "error.stl.zero": "{path} contains a label 0, or nothing; STL-10's labels are bytes from 1.",
}
