"""Count what lies below the root of an image set and is not read; tell it, refuse if it is most."""

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
from poolbench.texts import Phrase
from poolbench.texts.joined import Joined

# Reasons for which pictures of a class are missed that were meant to be read, as far as can be
# told.
MISSED_REASONS = ("deep", "no-reader", "misnamed", "special")
# Most files that are counted: a disk that someone named by mistake is not counted to its last one.
MOST_COUNTED = 2_000_000
# Most endings of one reason that are told apart: numbered files have one each.
MOST_ENDINGS = 12
_LONGEST_ENDING = 12
# Endings of files that are not opened to see whether they are pictures under another name.
_KNOWN_OTHERS = frozenset(
    {".csv", ".db", ".html", ".ini", ".json", ".md", ".npy", ".npz", ".toml", ".txt", ".xml"}
)
# Reasons that hold for whatever lies below such a folder.
_FOREIGN = ("system", "run")
# Key of a count: reason, ending, label.
_Key = tuple[str, str, int | None]
# What to do about a reason.
_ADVICE = {
    "deep": Phrase("unread.advice.deep"),
    "no-reader": Phrase("unread.advice.no-reader"),
    "misnamed": Phrase("unread.advice.misnamed"),
    "special": Phrase("unread.advice.special"),
}


@dataclass(frozen=True)
class Role:
    """What a folder means for the files in it.

    Attributes:
        reason: Why pictures in it are not read.
        label: Label of the class that it belongs to.
    """

    reason: str
    label: int | None = None


def count_unread(
    root: Path, roles: Mapping[str, Role], read: Set[str], around: Role
) -> tuple[Unread, ...]:
    """Count what is not read below a folder, by reason, ending and class.

    Args:
        roles: Folders that mean something, by their path; those in them mean the same.
        read: Paths of the files that are read.
        around: What the root itself means.
    """
    census = _Census(root, roles, read)
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
    lines = [
        Phrase(
            "unread.class",
            name=listing.classes[label],
            missed=missed[label],
            read=read[label],
            files=_describe(listing.unread, label),
        )
        for label in most
    ]
    raise DataError(
        "unread.most",
        source=listing.source,
        lines=Joined(lines, "\n  "),
        advice=Joined(_advise(listing.unread, most)),
    )


def summarize_unread(unread: Sequence[Unread]) -> dict[str, dict[str, int]]:
    """Count by reason and ending, the most frequent endings first."""
    counts: dict[str, Counter[str]] = {}
    for files in unread:
        counts.setdefault(files.reason, Counter())[files.ending] += files.count
    return {reason: _cut(counts[reason]) for reason in sorted(counts)}


def _cut(counts: Counter[str]) -> dict[str, int]:
    kept = dict(counts.most_common(MOST_ENDINGS))
    rest = counts.total() - sum(kept.values())
    return {**kept, "…": rest} if rest else kept


def _describe(unread: Sequence[Unread], label: int) -> list[Phrase]:
    return [
        Phrase("unread.files", count=files.count, ending=files.ending, example=files.example)
        if files.ending
        else Phrase("unread.no-ending", count=files.count, example=files.example)
        for files in unread
        if files.label == label and files.reason in MISSED_REASONS
    ]


def _advise(unread: Sequence[Unread], labels: Sequence[int]) -> list[Phrase]:
    found = [files for files in unread if files.label in labels and files.reason in _ADVICE]
    needs_heif = any(f.reason == "no-reader" and f.ending in HEIF_SUFFIXES for f in found)
    has_others = any(f.reason == "no-reader" and f.ending not in HEIF_SUFFIXES for f in found)
    reasons = [r for r in _ADVICE if r != "no-reader" and any(f.reason == r for f in found)]
    advice = [_ADVICE[reason] for reason in reasons]
    return (
        [*([Phrase("unread.advice.heif")] if needs_heif else []), *advice]
        + ([_ADVICE["no-reader"]] if has_others else [])
        + [Phrase("unread.advice.classes")]
    )


class _Census:
    def __init__(self, root: Path, roles: Mapping[str, Role], read: Set[str]) -> None:
        self._root = root
        self._roles = roles
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

    def walk(self, root: Path, around: Role) -> None:
        waiting = deque([(str(root), around)])
        while waiting and self._counts.total() < MOST_COUNTED:
            folder, role = waiting.popleft()
            try:
                with os.scandir(folder) as entries:
                    some = sorted(entries, key=lambda entry: entry.name)
            except OSError:
                self._count(folder, Role("closed", role.label))
                continue
            for entry in some:
                # What is in "." is called as the entries are, without it.
                path = entry.name if folder == "." else entry.path
                if path not in self._read:
                    waiting += self._take(entry, path, role)

    def _take(self, entry: os.DirEntry[str], path: str, role: Role) -> list[tuple[str, Role]]:
        """Count a file or a link; give back a folder and what it means."""
        known = self._roles.get(path)
        if known is not None:
            return [(path, known)]
        if not _is_folder(entry):
            self._count(path, Role(self._find_reason(entry, role), role.label))
        elif not entry.is_symlink():
            return [(path, _find_role(entry, role))]
        elif path not in self._entered:
            self._count(path, Role("link", role.label))
        return []

    @staticmethod
    def _find_reason(entry: os.DirEntry[str], role: Role) -> str:
        """Return the reason for one file."""
        if role.reason in _FOREIGN:
            return role.reason
        if is_left_behind(entry.name):
            return "system"
        ending = _find_ending(entry.name)
        if has_picture_suffix(Path(entry.name)):
            return role.reason if _is_file(entry) else "special"
        if ending in PICTURE_SUFFIXES:
            return role.reason if role.label is None else "no-reader"
        if ending in _KNOWN_OTHERS or not _is_file(entry) or not _is_picture(Path(entry.path)):
            return "other"
        return role.reason if role.label is None else "misnamed"

    def _count(self, path: str, role: Role) -> None:
        key = (role.reason, _find_ending(path), role.label)
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


def _find_role(entry: os.DirEntry[str], role: Role) -> Role:
    if role.reason in _FOREIGN:
        return role
    if is_left_behind(entry.name):
        return Role("system", role.label)
    return Role("run", role.label) if is_run(Path(entry.path)) else role


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
