"""Tell what folders are by name and contents: halves, runs of poolbench, what systems leave."""

import os
import re
from pathlib import Path

from poolbench.data.decode import has_picture_suffix
from poolbench.data.listing import SIDES

# Names of folders inside a class of which one level is looked into, as Tiny ImageNet has it.
IMAGE_FOLDERS = frozenset({"images", "image", "imgs", "img", "jpegimages"})
# Names of folders beside one of images that hold what belongs to each picture, and are no classes
# either.
_COMPANIONS = frozenset({"annotations", "labels", "mask", "masks", "segmentation", "segmentations"})
# Names that are given to parts of a set, with what is often written behind them.
_WORDS = r"(set|data|dataset|images?|imgs?|pictures?|photos?|pics|split|half|folder|выборка|\d+)"
_HALF = re.compile(
    rf"((my|seg|{_WORDS})[ _.-]+)*"
    r"(train(ing)?|trn|test(ing)?|tst|val(id(ation)?)?|dev(el|elopment)?|eval(uation)?"
    r"|hold[ _.-]?out|unseen|(fold|split)[ _.-]*\d+|обучени[ея]|обучающ[а-я]+|тест|тестов[а-я]+"
    rf"|валидаци[яи]|проверк[аи])([ _.-]*{_WORDS})*"
)
# Names left behind by Windows, macOS, Linux, Android, network storage and notebooks; hidden ones
# count besides.
_LEFT_BEHIND = frozenset(
    {
        "$recycle.bin",
        "@eadir",
        "@recently-snapshot",
        "@recycle",
        "#recycle",
        "#snapshot",
        "__macosx",
        "__pycache__",
        "desktop.ini",
        "ehthumbs.db",
        "ehthumbs_vista.db",
        "icon\r",
        "lost+found",
        "lost.dir",
        "network trash folder",
        "system volume information",
        "temporary items",
        "thumbs.db",
    }
)
# Settings of a run directory, and the mark of the process that works at one.
_RUN_SETTINGS, _RUN_HOLDER = "config.toml", ".holder.json"
# Depth to which runs are looked for: they may lie in folders of folders.
_MOST_DEPTH = 2
_RUN_CONTENTS = ("data.json", "plan.json", "trials", "verdict.json")


def is_left_behind(name: str) -> bool:
    """Return whether a file or folder is hidden, or one that systems make for themselves.

    Example:
        >>> [is_left_behind(name) for name in ("__MACOSX", "._1.png", "Thumbs.db", "cat")]
        [True, True, True, False]
    """
    folded = name.casefold()
    has_mark = folded.startswith((".", "~$")) or folded.endswith(":zone.identifier")
    return has_mark or folded in _LEFT_BEHIND


def is_half_name(name: str) -> bool:
    """Return whether a folder is called like a part of a set, and not like a class.

    Example:
        >>> [is_half_name(name) for name in ("Train", "test_set", "val2", "trainer", "cat")]
        [True, True, True, False, False]
    """
    return _HALF.fullmatch(name.casefold()) is not None


def is_train_name(name: str) -> bool:
    """Return whether a folder is called like the half that a set cannot be without."""
    folded = name.casefold()
    return folded.startswith("train") and SIDES.get(folded) == "pool"


def is_layout(names: list[str]) -> bool:
    """Return whether folders are all called like parts of a set: halves, or images and masks."""
    folded = [name.casefold() for name in names]
    parts = IMAGE_FOLDERS | _COMPANIONS
    return all(name in parts or is_half_name(name) for name in folded)


def is_run(folder: Path) -> bool:
    """Return whether a folder is a run directory of poolbench, or holds nothing but such."""
    if _is_one_run(folder):
        return True
    try:
        return _holds_only_runs(folder, _MOST_DEPTH)
    except OSError:
        return False


def _is_one_run(folder: Path) -> bool:
    if (folder / _RUN_HOLDER).is_file():
        return True
    has_settings = (folder / _RUN_SETTINGS).is_file()
    return has_settings and any((folder / name).exists() for name in _RUN_CONTENTS)


def _holds_only_runs(folder: Path, depth: int) -> bool:
    found = False
    with os.scandir(folder) as entries:
        for entry in entries:
            if is_left_behind(entry.name):
                continue
            if not entry.is_dir():
                # The first picture of a class ends the search.
                if has_picture_suffix(Path(entry.name)):
                    return False
                continue
            path = Path(entry.path)
            if _is_one_run(path) or (depth > 0 and _holds_only_runs(path, depth - 1)):
                found = True
            # A run that ended before it began leaves nothing but its lock.
            elif not _is_empty(path):
                return False
    return found


def _is_empty(folder: Path) -> bool:
    with os.scandir(folder) as entries:
        return all(is_left_behind(entry.name) for entry in entries)
