"""Define an image set: pictures, labels, class names and the hash that names them all."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from poolbench.data.rows import take_rows
from poolbench.texts import Phrase

Images = NDArray[np.uint8]
# Number of pictures that are hashed at a time, as they may lie on disk.
HASHED_PICTURES = 4096
Labels = NDArray[np.int64]
# SHA-256 of the pixels of each picture.
Digests = NDArray[np.bytes_]
DIGEST_KIND = "S32"


@dataclass(frozen=True)
class Half:
    """One half of an image set.

    Attributes:
        images: uint8 ``[N, H, W, 3]``, 0–255.
        labels: int64 ``[N]``, positions in the set's class names.
        names: What a person calls each image (a relative path, or ``train/17``).
        groups: int64 ``[N]``: images of one group stay in one fold; ``None``: each stands alone.
        given: ``[N]``: what :func:`hash_pictures` gives for the images before they were brought
            to one size; ``None``: they are as they were given.
    """

    images: Images
    labels: Labels
    names: tuple[str, ...]
    groups: Labels | None = None
    given: Digests | None = None

    def __len__(self) -> int:
        return len(self.labels)

    def take(self, index: NDArray[np.int64]) -> "Half":
        """Return the images at these positions, in this order."""
        groups = None if self.groups is None else self.groups[index]
        names = tuple(self.names[i] for i in index)
        given = None if self.given is None else self.given[index]
        return Half(take_rows(self.images, index), self.labels[index], names, groups, given)

    def compute_digests(self) -> Digests:
        """Hash each image by its pixels as given, whatever its size is now: ``[N]``."""
        return hash_pictures(self.images) if self.given is None else self.given


@dataclass(frozen=True)
class ImageSet:
    """A training pool and a test half that is opened once.

    Attributes:
        source: As on the command line, such as ``cifar100``.
        classes: The order of the names is the order of the labels.
        has_official_test: False if the test half was taken out of the only half there was.
        facts: What is worth telling: ``skipped`` (list of unreadable images), ``test_share``
            and the like.
    """

    source: str
    classes: tuple[str, ...]
    pool: Half
    test: Half
    has_official_test: bool
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def image_size(self) -> tuple[int, int]:
        """Height and width in pixels."""
        return self.pool.images.shape[1], self.pool.images.shape[2]

    @cached_property
    def manifest_hash(self) -> str:
        """SHA-256 over everything that can decide a result: pixels, labels, groups, class names."""
        return compute_manifest_hash(self)


def hash_pictures(images: Iterable[Images]) -> Digests:
    """Compute the SHA-256 of each picture's pixels, ``[N]``; their order is as good as a draw."""
    digests = [hashlib.sha256(image.tobytes()).digest() for image in images]
    return np.array(digests, dtype=DIGEST_KIND)


def compute_manifest_hash(image_set: ImageSet) -> str:
    """Compute SHA-256 in hex over pixels, labels, groups and class names of both halves."""
    digest = hashlib.sha256()
    digest.update("\0".join(image_set.classes).encode())
    for half in (image_set.pool, image_set.test):
        digest.update(repr(half.images.shape).encode())
        for start in range(0, len(half), HASHED_PICTURES):
            digest.update(np.ascontiguousarray(half.images[start : start + HASHED_PICTURES]).data)
        digest.update(half.labels.astype("<i8").tobytes())
        if half.groups is not None:
            digest.update(half.groups.astype("<i8").tobytes())
    return digest.hexdigest()


def list_faults(image_set: ImageSet) -> list[Phrase]:
    """List what an image set lacks of its form, as parts of a sentence; none for a sound one."""
    faults = []
    names = image_set.classes
    if len(set(names)) < len(names) or not all(isinstance(name, str) and name for name in names):
        faults.append(Phrase("image-set.fault.classes"))
    halves = {"pool": image_set.pool}
    if image_set.has_official_test:
        halves["test"] = image_set.test
    elif len(image_set.test):
        faults.append(Phrase("image-set.fault.test"))
    for name, half in halves.items():
        faults += _list_half_faults(name, half, len(names))
    if not faults and len({half.images.shape[1:] for half in halves.values()}) > 1:
        faults.append(Phrase("image-set.fault.sizes"))
    return faults


def _list_half_faults(name: str, half: Half, num_classes: int) -> list[Phrase]:
    images, labels = half.images, half.labels
    faults = []
    if images.dtype != np.uint8 or images.ndim != 4 or images.shape[-1] != 3:
        kind, shape = str(images.dtype), images.shape
        faults.append(Phrase("image-set.fault.images", half=name, kind=kind, shape=shape))
    if labels.dtype != np.int64 or labels.ndim != 1:
        kind, shape = str(labels.dtype), labels.shape
        faults.append(Phrase("image-set.fault.labels", half=name, kind=kind, shape=shape))
    elif len(labels) and not 0 <= labels.min() <= labels.max() < num_classes:
        faults.append(Phrase("image-set.fault.label-range", half=name, last=num_classes - 1))
    if not len(images) == len(labels) == len(half.names):
        faults.append(
            Phrase(
                "image-set.fault.lengths",
                half=name,
                images=len(images),
                labels=len(labels),
                names=len(half.names),
            )
        )
    if half.groups is not None and half.groups.shape != labels.shape:
        faults.append(Phrase("image-set.fault.group-count", half=name))
    if len(set(half.names)) < len(half.names):
        faults.append(Phrase("image-set.fault.names", half=name))
    return faults
