"""Image sets in NumPy archives, broken or unusual."""

import io
import os
import pickle
import struct
import zipfile
from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np

from corpus.case import Box, Case, make_nothing
from corpus.pictures import cut, save_npz

GROUP = "arrays"
LIST = ("classes", "--data", "npz:{in}/set.npz")
RUN = ("run", "--dry-run", "--data", "npz:{in}/set.npz")
IMAGES = np.random.default_rng(0).integers(0, 256, (6, 5, 4, 3), dtype=np.uint8)
LABELS = np.array([0, 1, 0, 1, 2, 2])
FILE = "set.npz"


def list_cases() -> Iterator[Case]:
    """All of them."""
    for name, (arrays, *words) in _list_wrong().items():
        yield _case(name, make_npz(**arrays), LIST, 3, FILE, *words)
    for name, arrays in _list_odd().items():
        yield _case(f"odd-{name}", make_npz(**arrays), LIST, 0, "0")
    for tenths in range(10):
        yield _case(f"cut-at-{tenths}-tenths", cut(make_npz(), tenths), LIST, 3, FILE)
    for name, (content, *words) in (_list_files() | _list_heads()).items():
        yield _case(name, content, LIST, 3, FILE, *words)
    yield from _list_other()


def _case(name: str, content: object, arguments: tuple[str, ...], code: int, *words: str) -> Case:
    return Case(GROUP, name, partial(_make, content=content), arguments, code, words)


def _make(box: Box, content: object) -> None:
    box.write(FILE, content() if callable(content) else content)


def make_npz(**changes: Any) -> bytes:
    """A good image set with other arrays in it; ``None`` leaves one out."""
    arrays = {"images": IMAGES, "labels": LABELS, **changes}
    return save_npz(**{name: value for name, value in arrays.items() if value is not None})


def _list_wrong() -> dict[str, tuple[Any, ...]]:
    """Arrays that are no image set, and what is said of each."""
    names = np.array(["a", "b", "c"])
    objects = np.array([None, {}], dtype=object)
    return {
        "no-images": ({"images": None}, "lacks images"),
        "no-labels": ({"labels": None}, "lacks labels"),
        "nothing": ({"images": None, "labels": None}, "contains no arrays"),
        "floats": ({"images": IMAGES / 255}, "float64; expected uint8"),
        "not-a-number": ({"images": np.full(IMAGES.shape, np.nan)}, "float64"),
        "int64": ({"images": IMAGES.astype(np.int64)}, "int64; expected uint8"),
        "bool": ({"images": IMAGES > 9}, "bool; expected uint8"),
        "complex": ({"images": IMAGES.astype(complex)}, "complex128"),
        "text-images": ({"images": np.array(["a"])}, "<U1; expected uint8"),
        "dates": ({"images": np.array(["2020-01-01"], "datetime64[D]")}, "datetime64"),
        "records": ({"images": np.zeros(6, [("a", np.uint8), ("b", "f4")])}, "expected uint8"),
        "objects": ({"images": objects}, "never read"),
        "channels-first": ({"images": IMAGES.transpose(0, 3, 1, 2)}, "[6, 3, 5, 4]"),
        "four-channels": ({"images": np.zeros((6, 5, 4, 4), np.uint8)}, "[6, 5, 4, 4]"),
        "one-picture": ({"images": IMAGES[0, 0]}, "[4, 3]"),
        "five-dimensions": ({"images": IMAGES[None]}, "[1, 6, 5, 4, 3]"),
        "scalar": ({"images": np.uint8(3)}, "shape []"),
        "no-pictures": ({"images": IMAGES[:0], "labels": LABELS[:0]}, "[0, 5, 4, 3]"),
        "no-height": ({"images": IMAGES[:, :0]}, "[6, 0, 4, 3]"),
        "float-labels": ({"labels": LABELS.astype(float)}, "labels contains float64"),
        "nan-labels": ({"labels": np.full(6, np.nan)}, "labels contains float64"),
        "bool-labels": ({"labels": LABELS > 0}, "labels contains bool"),
        "text-labels": ({"labels": LABELS.astype(str)}, "labels contains <U"),
        "object-labels": ({"labels": LABELS.astype(object)}, "never read"),
        "fewer-labels": ({"labels": LABELS[:5]}, "[5]; expected [6]"),
        "column-of-labels": ({"labels": LABELS[:, None]}, "[6, 1]"),
        "one-hot-labels": ({"labels": np.eye(6, dtype=int)}, "[6, 6]"),
        "negative-label": ({"labels": LABELS - 1}, "-1", "expected numbers from 0"),
        "lowest-label": ({"labels": np.full(6, -(2**63))}, "expected numbers from 0"),
        "highest-label": ({"labels": np.full(6, 2**64 - 1, np.uint64)}, "expected numbers from 0"),
        "label-out-of-range": ({"classes": names[:2]}, "label 2", "only 2"),
        "no-class-names": ({"classes": names[:0]}, "classes names only 0"),
        "class-twice": ({"classes": np.array(["a", "b", "a"])}, "twice: a"),
        "classes-numbers": ({"classes": np.arange(3)}, "int64", "names"),
        "classes-objects": ({"classes": objects}, "never read"),
        "classes-table": ({"classes": names[None]}, "[1, 3]"),
        "empty-class": ({"classes": np.array(["a", "", "c"])}, "classes", "empty"),
        "class-no-text": ({"classes": np.array([b"a", b"\xff", b"\xfe"])}, "classes"),
        "no-test-labels": ({"test_images": IMAGES}, "lacks test_labels"),
        "no-test-images": ({"test_labels": LABELS}, "lacks test_images"),
        "other-test-size": ({"test_images": IMAGES[:, :4], "test_labels": LABELS}, "one size"),
        "empty-test": ({"test_images": IMAGES[:0], "test_labels": LABELS[:0]}, "test_images"),
        "object-test": ({"test_images": objects, "test_labels": LABELS}, "never read"),
    }


def _list_odd() -> dict[str, dict[str, Any]]:
    return {
        "fortran": {"images": np.asfortranarray(IMAGES)},
        "big-endian": {"labels": LABELS.astype(">i4")},
        "uint8-labels": {"labels": LABELS.astype(np.uint8)},
        "grey": {"images": IMAGES[..., 0]},
        "one-channel": {"images": IMAGES[..., :1]},
        "wide-labels": {"labels": LABELS * 10**15},
        "more-arrays": {"other": np.arange(5)},
        "more-objects": {"other": np.array([None], dtype=object)},
        "one-pixel": {"images": IMAGES[:, :1, :1]},
        "names-as-bytes": {"classes": np.array([b"0", b"1", b"2"])},
    }


def _list_files() -> dict[str, tuple[Any, ...]]:
    """What is no archive of arrays at all."""
    array = io.BytesIO()
    np.save(array, IMAGES)
    good = make_npz()
    return {
        "text": (b"no archive",),
        "npy": (array.getvalue(),),
        "pickle": (pickle.dumps({"images": 1}),),
        "empty-archive": (_zip({}), "contains no arrays"),
        "no-arrays": (_zip({"images.npy": b"x", "labels.npy": b"y"}), "never read"),
        "traversal": (_zip({"../images.npy": array.getvalue()}), "lacks images"),
        "pickled-member": (_zip({"images.npy": pickle.dumps(1), "labels.npy": b""}),),
        "encrypted": (_mark(good, 6, 8, 1), "images"),
        "unknown-packing": (_mark(good, 8, 10, 99), "images"),
        "wrong-sum": (good.replace(IMAGES.tobytes()[:8], bytes(8), 1), "images"),
        "zip-bomb": (_claim(64 + 3 * 10**12, "(1000000000000, 1, 1, 3)"), "GiB"),
        "claims-less": (_claim(9, "(6, 5, 4, 3)"), "images"),
        "claims-more": (_claim(900, "(6, 5, 4, 3)"), "images"),
    }


def _zip(members: dict[str, bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, body in members.items():
            archive.writestr(name, body)
    return content.getvalue()


def _mark(content: bytes, local: int, central: int, value: int) -> bytes:
    """Every member with another value of two bytes in both of its heads."""
    changed = bytearray(content)
    for signature, place in ((b"PK\3\4", local), (b"PK\1\2", central)):
        start = changed.find(signature)
        while start >= 0:
            changed[start + place : start + place + 2] = struct.pack("<H", value)
            start = changed.find(signature, start + 4)
    return bytes(changed)


def _claim(size: int, shape: str) -> bytes:
    """An archive whose directory says that the pictures have so many bytes."""
    head = f"{{'descr': '|u1', 'fortran_order': False, 'shape': {shape}}}"
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("labels.npy", _save(LABELS))
        archive.writestr("images.npy", make_npy(head))
        archive.getinfo("images.npy").file_size = size
    return content.getvalue()


def _list_heads() -> dict[str, tuple[Any, ...]]:
    """Arrays whose heads promise something else than what follows."""
    shapes = {
        "huge-shape": "(1000000000000, 32, 32, 3)",
        "larger-shape": "(600000, 32, 32, 3)",
        "overflowing-shape": "(9223372036854775807, 9223372036854775807)",
        "beyond-shape": f"({'9' * 400},)",
        "negative-shape": "(-6, 5, 4, 3)",
        "float-shape": "(6.0, 5, 4, 3)",
        "text-shape": "'6, 5, 4, 3'",
    }
    heads = {
        name: f"{{'descr': '|u1', 'fortran_order': False, 'shape': {s}}}"
        for name, s in shapes.items()
    }
    heads |= {
        "code-as-head": "__import__('os').system('touch hacked')",
        "nested-head": "(" * 9000,
        "no-head": "",
        "other-keys": "{'a': 1}",
        "unknown-type": "{'descr': '|q9', 'fortran_order': False, 'shape': (6,)}",
        "object-type": "{'descr': '|O', 'fortran_order': False, 'shape': (6,)}",
        "long-text-type": "{'descr': '<U2000000000', 'fortran_order': False, 'shape': (6,)}",
    }
    found: dict[str, tuple[Any, ...]] = {}
    for name, head in heads.items():
        found[name] = (_zip({"images.npy": make_npy(head), "labels.npy": _save(LABELS)}), "images")
    found["unknown-version"] = (_zip({"images.npy": b"\x93NUMPY\x09\x00" + bytes(90)}), "images")
    found["long-head"] = (_zip({"images.npy": b"\x93NUMPY\x02\x00\xff\xff\xff\x7f" + b" " * 90}),)
    return found


def make_npy(head: str) -> bytes:
    text = head.encode() + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text + IMAGES.tobytes()


def _save(array: np.ndarray) -> bytes:
    content = io.BytesIO()
    np.save(content, array)
    return content.getvalue()


def _list_other() -> Iterator[Case]:
    lab = (*RUN, "--protocol", "lab")
    whole = make_npz(
        # Not the same ones in other shades, which are near duplicates and so a message more.
        images=np.random.default_rng(1).integers(0, 256, (54, 5, 4, 3), dtype=np.uint8),
        labels=LABELS.repeat(9),
    )
    yield _case("lab-without-test", whole, lab, 2, "lab protocol")
    one = make_npz(labels=np.zeros(6, dtype=int))
    yield _case("one-class", one, RUN, 2, "two classes")
    yield _case("too-few", make_npz(), RUN, 3, "at least that many training images", "has 1")
    named = make_npz(classes=np.array(["a", "b", "c", "d"]))
    yield _case("class-without-images", named, RUN, 3, "no images to train on", "d")
    escaped = make_npz(classes=np.array(["\x1b[31m", "b\nc", "\u202ec"]))
    yield _case(
        "odd-names", escaped, LIST, 0, "\\x1b[31m: train 2", "b\\nc: train 2", "\\u202ec: train 2"
    )
    all_different = make_npz(images=IMAGES.repeat(100, 0), labels=np.arange(600))
    yield _case("all-classes-alone", all_different, RUN, 3, "only 1 different image.")
    missing = ("classes", "--data", "npz:{in}/gone.npz")
    yield Case(GROUP, "missing", make_nothing, missing, 3, ("There is no file {in}/gone.npz",))
    folder = ("classes", "--data", "npz:{in}")
    yield Case(GROUP, "folder", make_nothing, folder, 3, ("{in}", "it is a folder"))
    yield Case(GROUP, "pipe", _make_pipe, LIST, 3, ("{in}/set.npz",), "posix")


def _make_pipe(box: Box) -> None:
    os.mkfifo(box.folder / FILE)
