"""The contract of image sets: what every kind keeps, poolbench's own and anyone's."""

import json

import numpy as np

from poolbench.data.image_set import ImageSet, list_faults
from poolbench.data.listing import Listing
from poolbench.data.sources import ImageSetRequest, ImageSetSource


def check_image_set(source: ImageSetSource, argument: str = "") -> None:
    """Hold a kind of image set to the contract.

    It is read twice, with the argument given and nothing else asked.

    Args:
        argument: What stands after the colon of ``--data``, for a kind that takes one.

    Raises:
        AssertionError: Says what is broken.
    """
    name = type(source).__name__
    if bool(source.argument) != bool(argument):
        takes = f"takes {source.argument}" if source.argument else "takes no argument"
        raise AssertionError(f"{name} {takes}, and was given {argument!r}")
    first, second = (_read(source, argument) for _ in range(2))
    faults = [*_list_faults(first, second), *_list_name_faults(source, first)]
    if faults:
        raise AssertionError(f"{name}: {'; '.join(faults)}")


def _read(source: ImageSetSource, argument: str) -> ImageSet | Listing:
    found: object = source.read(ImageSetRequest(argument))
    if not isinstance(found, ImageSet | Listing):
        kinds = f"a {type(found).__name__}, no ImageSet and no Listing"
        raise AssertionError(f"{type(source).__name__}: read gives {kinds}")
    return found


def _list_faults(first: ImageSet | Listing, second: ImageSet | Listing) -> list[str]:
    if isinstance(first, Listing) or isinstance(second, Listing):
        return [] if first == second else ["read lists other files the second time"]
    faults = [fault.tell() for fault in list_faults(first)]
    if not faults and first.manifest_hash != second.manifest_hash:
        faults.append("read gives other images the second time: draw them from a fixed seed")
    if not faults and len(np.unique(first.pool.labels)) < len(first.classes):
        faults.append("a class has no image in the pool")
    try:
        json.dumps(first.facts)
    except (TypeError, ValueError) as error:
        faults.append(f"facts cannot be written to data.json: {error}")
    return faults


def _list_name_faults(source: ImageSetSource, found: ImageSet | Listing) -> list[str]:
    """List what the names known before the pictures are read get wrong."""
    faults = []
    known = source.count_known()
    if known is not None and tuple(known) != tuple(found.classes):
        faults.append("count_known names other classes than read gives")
    if known is not None and isinstance(found, ImageSet):
        halves = (found.pool, found.test)
        counts = [np.bincount(h.labels, minlength=len(known)).tolist() for h in halves]
        if list(zip(*counts, strict=True)) != list(known.values()):
            faults.append("count_known counts other images than read gives")
    strangers = set(source.make_aliases(found.classes).values()) - set(found.classes)
    if strangers:
        faults.append(f"make_aliases names classes that are not there: {sorted(strangers)}")
    return faults
