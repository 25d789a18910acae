"""What lies below the root of an image set and is not read: counted, told, and refused if most."""

import os
from collections import Counter, deque
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from pathlib import Path

from poolbench.data.decode import has_picture_suffix
from poolbench.data.formats import HEAD_BYTES, HEIF_SUFFIXES, PICTURE_SUFFIXES, is_picture_head
from poolbench.data.layout import is_left_behind, is_run
from poolbench.data.listing import Listing, Unread
from poolbench.errors import DataError

# Pictures of a class that were meant to be read, as far as can be told.
MISSED_REASONS = ("deep", "no-reader", "misnamed", "special")
# Files of a disk that someone named by mistake are not counted to the last one.
MOST_COUNTED = 2_000_000
# Endings of one reason that are told apart: of numbered files each has its own.
MOST_ENDINGS = 12
_LONGEST_ENDING = 12
# Not opened to see whether they are pictures under another name.
_KNOWN_OTHERS = frozenset(
    {".csv", ".db", ".html", ".ini", ".json", ".md", ".npy", ".npz", ".toml", ".txt", ".xml"}
)
# Whatever lies below such a folder is there for the same reason.
_FOREIGN = ("system", "run")
# Reason, ending, label.
_Key = tuple[str, str, int | None]
_ADVICE = {
    "deep": "take --groups subfolder, which reads pictures in deeper folders, or move them up",
    "no-reader": "save pictures in other formats as PNG or JPEG",
    "misnamed": "give the names of pictures the ending of their format, such as .jpg",
    "special": "put files in place of pipes and devices",
}
_HEIF_ADVICE = "install pillow-heif, which reads HEIC and HEIF (pip install pillow-heif)"


@dataclass(frozen=True)
class Place:
    """What a folder means for the files in it.

    Attributes:
        reason: Why pictures in it are not read.
        label: Of the class that it belongs to.
    """

    reason: str
    label: int | None = None


def count_unread(
    root: Path, places: Mapping[str, Place], read: Set[str], around: Place
) -> tuple[Unread, ...]:
    """Count what is not read below a folder, by reason, ending and class.

    Args:
        places: Folders that mean something, by their path; those in them mean the same.
        read: Paths of the files that are read.
        around: What the root itself means.
    """
    census = _Census(root, places, read)
    census.walk(root, around)
    return census.list_found()


def check_unread(listing: Listing) -> None:
    """Refuse a set of which more pictures of a class would be left out than read.

    Raises:
        DataError: That says which, why, and what to do.
    """
    read = Counter(entry.label for entry in listing.entries)
    missed = Counter[int]()
    for files in listing.unread:
        if files.label is not None and files.reason in MISSED_REASONS:
            missed[files.label] += files.count
    most = [label for label in sorted(missed) if missed[label] > read[label]]
    if not most:
        return
    lines = "\n".join(
        f"  {listing.classes[label]}: {missed[label]} are not read, {read[label]} are; "
        + _describe(listing.unread, label)
        for label in most
    )
    raise DataError(
        f"{listing.source}: most pictures would be left out of these classes:\n{lines}\n"
        f"What to do: {'; '.join(_advise(listing.unread, most))}."
    )


def summarize_unread(unread: Sequence[Unread]) -> dict[str, dict[str, int]]:
    """Counts by reason and ending, the most frequent endings first."""
    counts: dict[str, Counter[str]] = {}
    for files in unread:
        counts.setdefault(files.reason, Counter())[files.ending] += files.count
    return {reason: _cut(counts[reason]) for reason in sorted(counts)}


def _cut(counts: Counter[str]) -> dict[str, int]:
    kept = dict(counts.most_common(MOST_ENDINGS))
    rest = counts.total() - sum(kept.values())
    return {**kept, "…": rest} if rest else kept


def _describe(unread: Sequence[Unread], label: int) -> str:
    return ", ".join(
        f"{files.count} {files.ending or 'without an ending'} (such as {files.example})"
        for files in unread
        if files.label == label and files.reason in MISSED_REASONS
    )


def _advise(unread: Sequence[Unread], labels: Sequence[int]) -> list[str]:
    found = [files for files in unread if files.label in labels and files.reason in _ADVICE]
    needs_heif = any(f.reason == "no-reader" and f.ending in HEIF_SUFFIXES for f in found)
    has_others = any(f.reason == "no-reader" and f.ending not in HEIF_SUFFIXES for f in found)
    reasons = [r for r in _ADVICE if r != "no-reader" and any(f.reason == r for f in found)]
    advice = [_ADVICE[reason] for reason in reasons]
    return (
        [*([_HEIF_ADVICE] if needs_heif else []), *advice]
        + ([_ADVICE["no-reader"]] if has_others else [])
        + ["or name other classes with --classes"]
    )


class _Census:
    def __init__(self, root: Path, places: Mapping[str, Place], read: Set[str]) -> None:
        self._root = root
        self._places = places
        self._read = read
        # A link to a folder is no loss where something below it is read.
        self._entered = {str(Path(path).parent) for path in read}
        self._counts: Counter[_Key] = Counter()
        self._examples: dict[_Key, str] = {}

    def list_found(self) -> tuple[Unread, ...]:
        keys = sorted(
            self._counts, key=lambda key: (key[0], key[1], -1 if key[2] is None else key[2])
        )
        return tuple(Unread(*key, self._counts[key], self._examples[key]) for key in keys)

    def walk(self, root: Path, around: Place) -> None:
        waiting = deque([(str(root), around)])
        while waiting and self._counts.total() < MOST_COUNTED:
            folder, place = waiting.popleft()
            try:
                with os.scandir(folder) as entries:
                    some = sorted(entries, key=lambda entry: entry.name)
            except OSError:
                self._count(folder, Place("closed", place.label))
                continue
            for entry in some:
                # What is in "." is called as the entries are, without it.
                path = entry.name if folder == "." else entry.path
                if path not in self._read:
                    waiting += self._take(entry, path, place)

    def _take(self, entry: os.DirEntry[str], path: str, place: Place) -> list[tuple[str, Place]]:
        """Count a file or a link; give back a folder and what it means."""
        known = self._places.get(path)
        if known is not None:
            return [(path, known)]
        if not _is_folder(entry):
            self._count(path, Place(self._judge(entry, place), place.label))
        elif not entry.is_symlink():
            return [(path, _judge_folder(entry, place))]
        elif path not in self._entered:
            self._count(path, Place("link", place.label))
        return []

    @staticmethod
    def _judge(entry: os.DirEntry[str], place: Place) -> str:
        """The reason for one file."""
        if place.reason in _FOREIGN:
            return place.reason
        if is_left_behind(entry.name):
            return "system"
        ending = _find_ending(entry.name)
        if has_picture_suffix(Path(entry.name)):
            return place.reason if _is_file(entry) else "special"
        if ending in PICTURE_SUFFIXES:
            return place.reason if place.label is None else "no-reader"
        if ending in _KNOWN_OTHERS or not _is_file(entry) or not _is_picture(Path(entry.path)):
            return "other"
        return place.reason if place.label is None else "misnamed"

    def _count(self, path: str, place: Place) -> None:
        key = (place.reason, _find_ending(path), place.label)
        self._counts[key] += 1
        if key not in self._examples:
            name = Path(path).relative_to(self._root).as_posix()
            self._examples[key] = os.fsencode(name).decode("utf-8", "replace")


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link that leads in a circle
        return False


def _is_file(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_file()
    except OSError:
        return False


def _judge_folder(entry: os.DirEntry[str], place: Place) -> Place:
    if place.reason in _FOREIGN:
        return place
    if is_left_behind(entry.name):
        return Place("system", place.label)
    return Place("run", place.label) if is_run(Path(entry.path)) else place


def _find_ending(path: str) -> str:
    ending = Path(path).suffix.lower()
    is_usual = len(ending) <= _LONGEST_ENDING and ending.isprintable()
    return ending if is_usual else ""


def _is_picture(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return is_picture_head(file.read(HEAD_BYTES))
    except OSError:
        return False
