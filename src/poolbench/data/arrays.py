"""Read pictures from ``npz`` files, resize arrays, and check whether memory will hold them."""

import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from poolbench.config import Fit
from poolbench.data.image_set import Half, Images, ImageSet, Labels
from poolbench.data.npz import read_arrays
from poolbench.errors import DataError
from poolbench.files import check_regular
from poolbench.system import read_available_memory_bytes

# Bytes of pictures that are resized at a time, as float32.
_BATCH_BYTES = 1 << 25
_LAYOUT = (
    "An npz image set holds `images` (uint8 [N, H, W, 3] or grey [N, H, W]) and `labels` "
    "(integers [N]), if you like `classes` (names), and a test half as `test_images` and "
    "`test_labels`."
)


def load_npz(path: Path) -> ImageSet:
    """Read an image set from a NumPy archive; nothing in it is unpickled.

    Without ``classes`` the label values, in ascending order, are the names. Without a test half
    the set's ``test`` is empty and ``has_official_test`` is false.

    Raises:
        DataError: If an array is missing, holds objects, or has a wrong shape, kind or label.
    """
    arrays = _read_npz(path)
    images, labels = _take_half(path, arrays, "")
    has_test = "test_images" in arrays or "test_labels" in arrays
    test_images, test_labels = _take_half(path, arrays, "test_") if has_test else (None, None)
    if test_images is not None and test_images.shape[1:] != images.shape[1:]:
        raise DataError(
            f"{path}: test_images have {test_images.shape[1:3]} pixels, images "
            f"{images.shape[1:3]}: both halves need one size."
        )
    classes, values = _name_classes(path, arrays.get("classes"), labels, test_labels)
    pool = _make_half("images", images, np.searchsorted(values, labels))
    if test_images is None or test_labels is None:
        return ImageSet(f"npz:{path}", classes, pool, pool.take(np.arange(0)), False)
    test = _make_half("test_images", test_images, np.searchsorted(values, test_labels))
    return ImageSet(f"npz:{path}", classes, pool, test, has_official_test=True)


def resize_arrays(images: Images, size: tuple[int, int], fit: Fit) -> Images:
    """Bring pictures to one size; those that have it come back as they are.

    Shape:
        uint8 ``[N, H, W, 3] -> [N, h, w, 3]``
    """
    if images.shape[1:3] == size:
        return images
    # Here, so that listing classes and reading folders does not wait for torch.
    import torch

    from poolbench.data.resize import resize_images

    resized = np.empty((len(images), *size, 3), dtype=np.uint8)
    count = max(1, _BATCH_BYTES // (4 * 3 * images.shape[1] * images.shape[2]))
    for start in range(0, len(images), count):
        batch = torch.from_numpy(images[start : start + count].astype(np.float32))
        changed = resize_images(batch.permute(0, 3, 1, 2), size, fit)
        resized[start : start + count] = changed.permute(0, 2, 3, 1).numpy()
    return resized


def check_memory(needed_bytes: int, advice: str, available_bytes: int | None = None) -> None:
    """Refuse what memory will not hold.

    Args:
        advice: What to do instead; the end of the message.
        available_bytes: ``None``: what the system says is free; where it does not say, nothing is
            refused.

    Raises:
        DataError: That says how much is needed and how much there is.
    """
    available = read_available_memory_bytes() if available_bytes is None else available_bytes
    if available is not None and needed_bytes > available:
        raise DataError(
            f"The pictures need about {needed_bytes / 2**30:.1f} GiB of memory, and "
            f"{available / 2**30:.1f} GiB are free. {advice}"
        )


def _read_npz(path: Path) -> dict[str, NDArray[Any]]:
    names = {"images", "labels", "classes", "test_images", "test_labels"}
    try:
        _check_unpacked_size(path)
        return read_arrays(path, names)
    except FileNotFoundError:
        raise DataError(f"{path} is not there: name an npz file as npz:PATH.") from None
    except (OSError, ValueError, zipfile.BadZipFile) as error:
        raise DataError(
            f"{path} cannot be read: {error}. Expected numbers and text as numpy.savez writes "
            "them; arrays of Python objects are never read."
        ) from None


def _check_unpacked_size(path: Path) -> None:
    check_regular(path)
    with zipfile.ZipFile(path) as archive:
        unpacked = sum(member.file_size for member in archive.infolist())
    # Once as read, once as the classes that were chosen.
    check_memory(2 * unpacked, f"Put fewer or smaller pictures into {path}.")


def _list_names(path: Path) -> list[str]:
    """List the names of all arrays in the file, whatever they are."""
    with zipfile.ZipFile(path) as archive:
        return [name.removesuffix(".npy") for name in archive.namelist()] or ["nothing else"]


def _take_half(path: Path, arrays: dict[str, NDArray[Any]], prefix: str) -> tuple[Images, Labels]:
    names = (f"{prefix}images", f"{prefix}labels")
    missing = [name for name in names if name not in arrays]
    if missing:
        found = ", ".join(_list_names(path))
        raise DataError(f"{path} has no {' and no '.join(missing)} but {found}. {_LAYOUT}")
    images, labels = (arrays[name] for name in names)
    return _check_images(path, names[0], images), _check_labels(path, names[1], labels, len(images))


def _check_images(path: Path, name: str, images: NDArray[Any]) -> Images:
    if images.dtype != np.uint8:
        raise DataError(
            f"{path}: {name} are {images.dtype}, expected uint8 from 0 to 255. Scale and convert "
            "them before saving."
        )
    if images.ndim == 4 and images.shape[3] == 1:
        images = images[..., 0]
    if images.ndim == 3:
        images = np.repeat(images[..., None], 3, axis=3)
    if images.ndim != 4 or images.shape[3] != 3 or 0 in images.shape:
        raise DataError(f"{path}: {name} have shape {list(images.shape)}. {_LAYOUT}")
    return images


def _check_labels(path: Path, name: str, labels: NDArray[Any], count: int) -> Labels:
    if not np.issubdtype(labels.dtype, np.integer):
        raise DataError(f"{path}: {name} are {labels.dtype}, expected integers. {_LAYOUT}")
    if labels.shape != (count,):
        raise DataError(
            f"{path}: {name} have shape {list(labels.shape)}, expected [{count}]: one for each "
            "picture."
        )
    if labels.min() < 0 or labels.max() > np.iinfo(np.int64).max:
        raise DataError(
            f"{path}: {name} go from {labels.min()} to {labels.max()}; they start at 0."
        )
    return labels.astype(np.int64)


def _name_classes(
    path: Path, names: NDArray[Any] | None, labels: Labels, test_labels: Labels | None
) -> tuple[tuple[str, ...], Labels]:
    """Return the class names, and the label value that each stands for, ascending."""
    used = np.unique(labels if test_labels is None else np.concatenate([labels, test_labels]))
    if names is None:
        return tuple(str(value) for value in used), used
    if names.ndim != 1 or names.dtype.kind not in "US":
        raise DataError(
            f"{path}: classes are {names.dtype} of shape {list(names.shape)}, expected a list of "
            "names."
        )
    classes = tuple(_decode_name(name) for name in names.tolist())
    if "" in classes:
        raise DataError(f"{path}: classes has an empty name; every class needs one.")
    if len(set(classes)) < len(classes):
        raise DataError(f"{path}: classes name something twice: {', '.join(classes)}.")
    if used[-1] >= len(classes):
        raise DataError(
            f"{path}: there is a label {used[-1]}, but classes names only {len(classes)} "
            f"(0 to {len(classes) - 1})."
        )
    return classes, np.arange(len(classes))


def _decode_name(name: str | bytes) -> str:
    return name.decode("utf-8", "replace") if isinstance(name, bytes) else name


def _make_half(name: str, images: Images, labels: NDArray[np.intp]) -> Half:
    names = tuple(f"{name}/{number}" for number in range(len(images)))
    return Half(images, labels.astype(np.int64), names)
