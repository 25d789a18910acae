"""Folders and lists of pictures, broken or unusual."""

import os
import unicodedata
from collections.abc import Callable, Iterator
from functools import partial

from corpus.case import Box, Case, make_nothing
from corpus.pictures import encode, make_noise

GROUP = "folders"
LIST = ("classes", "--data", "folder:{in}/set")
DEEP = (*LIST, "--groups", "subfolder")
RUN = ("run", "--dry-run", "--data", "folder:{in}/set")
CSV = ("classes", "--data", "csv:{in}/list.csv")
RUN_CSV = ("run", "--dry-run", "--data", "csv:{in}/list.csv")
ACCENT = unicodedata.normalize("NFC", "é")
SPLIT_ACCENT = unicodedata.normalize("NFD", ACCENT)


def list_cases() -> Iterator[Case]:
    """All of them."""
    yield from _list_refused()
    yield from _list_named()
    yield from _list_odd()
    yield from _list_links()
    yield from _list_closed()
    yield from _list_tables()


def put(box: Box, *names: str) -> None:
    """Different pictures under these names in ``set``."""
    for number, name in enumerate(names):
        box.write(f"set/{name}", encode(make_noise(5 + number, 6)))


def put_all(box: Box, names: tuple[str, ...]) -> None:
    """The same, with the names in one argument."""
    put(box, *names)


def put_two(box: Box, *more: str) -> None:
    """Two classes that are fine, and others."""
    put(box, "cat/1.png", "cat/2.png", "dog/1.png", "dog/2.png", *more)


def _case(
    name: str,
    make: Callable[[Box], object],
    arguments: tuple[str, ...],
    code: int,
    *words: str,
    needs: str = "",
) -> Case:
    return Case(GROUP, name, make, arguments, code, words, needs)


def _list_refused() -> Iterator[Case]:
    yield _case("missing", make_nothing, LIST, 3, "{in}/set")
    yield _case("file", lambda box: box.write("set", b"x"), LIST, 3, "{in}/set", "not a folder")
    yield _case("empty", lambda box: (box.folder / "set").mkdir(), LIST, 3, "contains no images")
    yield _case("no-images", lambda box: box.write("set/a/b.txt", "x"), LIST, 3, "no images")
    yield _case("hidden", lambda box: box.write("set/a/.b.png", "x"), LIST, 3, "no images")
    yield _case("flat", partial(put_flat), LIST, 3, "contains no images", "<class>")
    yield _case("too-deep", lambda box: put(box, "a/b/c.png"), LIST, 3, "--groups subfolder")
    yield _case("one-class", lambda box: put(box, "cat/1.png"), RUN, 2, "two classes", "cat")
    make = lambda box: (put_two(box), (box.folder / "set/emu").mkdir())  # noqa: E731
    yield _case("empty-class", make, RUN, 3, "emu", "no images to train on")
    halves = ("train/a/1.png", "train/b/1.png", "test/a/1.png")
    yield _case(
        "class-without-test", partial(put_all, names=halves), RUN, 3, "no test images", ": b"
    )
    halves = ("train/a/1.png", "test/a/1.png", "test/b/1.png")
    yield _case("class-only-in-test", partial(put_all, names=halves), RUN, 3, "to train on", ": b")
    yield _case("too-few", put_two, RUN, 3, "class 'cat' has 1", "class 'dog' has 1", "folds")
    few = ("cat/1.png", "dog/1.png")
    yield _case("one-each", partial(put_all, names=few), RUN, 3, "only 1 different image.", "cat")
    yield _case("no-group", put_two, (*RUN, "--groups", "subfolder"), 3, "no image belongs to one")
    yield _case("no-name-group", put_two, (*RUN, "--groups", "name:x"), 3, "cat/1.png", "name:x")
    yield _case("no-path", make_nothing, ("classes", "--data", "folder:"), 2, "folder:")
    yield _case("nul", make_nothing, ("classes", "--data", "folder:a\\0b"), 3, "a\\0b")
    long = "folder:" + "x" * 300
    yield _case("path-too-long", make_nothing, ("classes", "--data", long), 3, "x" * 300)
    longest = "folder:" + "x/" * 5000
    yield _case("path-much-too-long", make_nothing, ("classes", "--data", longest), 3, "x/x/")


def put_flat(box: Box) -> None:
    """Pictures where class folders are expected."""
    put(box, "1.png", "2.png")


def _list_named() -> Iterator[Case]:
    """Names that another program would stumble over; each is shown so that nothing is hidden."""
    names = {
        "space": ("two words", "two words"),
        "quotes": ('it\'s "it"', 'it\'s "it"'),
        "emoji": ("🐱", "🐱"),
        "russian": ("кошка", "кошка"),
        "dash": ("-rf", "-rf"),
        "dollar": ("$(reboot)", "$(reboot)"),
        "markup": ("[red]x", "[red]x"),
        "html": ("<b>x", "<b>x"),
        "formula": ("=1+1", "=1+1"),
        "number": ("7", "7"),
        "comma": ("a,b", "a,b"),
        "255-bytes": ("x" * 255, "x" * 255),
        "case": ("CAT", "CAT"),
        "zero-width": ("ca\u200bt", "ca"),
        "escape": ("\x1b[31mred", "\\x1b[31mred"),
        "title": ("\x1b]0;owned\x07", "\\x1b]0;owned\\x07"),
        "new-line": ("a\nError: b", "a\\nError: b"),
        "return": ("a\rb", "a\\rb"),
        "back": ("a\b\b\bb", "a\\x08\\x08\\x08b"),
        "csi": ("\x9b31mred", "\\x9b31mred"),
        "right-to-left": ("a\u202egnp.exe", "a\\u202egnp.exe"),
    }
    for name, (folder, shown) in names.items():
        make = partial(_put_named, folder=folder)
        yield _case(f"class-{name}", make, LIST, 0, "cat", shown, needs="posix")
    for name in ("escape", "new-line", "255-bytes", "emoji", "right-to-left"):
        folder, shown = names[name]
        make = partial(_put_bad, name=f"dog/{folder[:240]}.png")
        yield _case(f"picture-{name}", make, RUN, 3, shown[:240], needs="posix")
        place = f"folder:{{in}}/{folder}"
        shown = shown.replace("\\n", "\n")
        yield _case(f"root-{name}", make_nothing, ("classes", "--data", place), 3, shown)
    bytes_name = os.fsdecode(b"\xff\xfe")
    make = partial(_put_named, folder=bytes_name)
    words = ("\\udcff\\udcfe", "Rename")
    yield _case("class-no-text", make, LIST, 3, *words, needs="posix")
    make = partial(_put_bad, name=f"dog/{bytes_name}.png")
    yield _case("picture-no-text", make, RUN, 3, "cannot be read", "dog/", needs="posix")


def _put_named(box: Box, folder: str) -> None:
    put_two(box, f"{folder}/1.png")


def _put_bad(box: Box, name: str) -> None:
    put_two(box)
    box.write(f"set/{name}", b"no picture")


def _list_odd() -> Iterator[Case]:
    yield _case("dots", put_two, ("classes", "--data", "folder:{in}/set/../set"), 0, "cat", "dog")
    yield _case("home", make_nothing, ("classes", "--data", "folder:~nobody-here/x"), 3, "~nobody")
    both = (f"{ACCENT}/1.png", f"{SPLIT_ACCENT}/2.png")
    words = (ACCENT, "Unicode")
    yield _case("unicode-forms", partial(put_all, names=both), LIST, 3, *words, needs="posix")
    halves = (f"train/{ACCENT}/1.png", f"test/{SPLIT_ACCENT}/2.png", "train/a/1.png")
    yield _case(
        "unicode-halves",
        partial(put_all, names=halves),
        LIST,
        0,
        f"{ACCENT}: train 1",
        needs="posix",
    )
    deep = "cat/" + "/".join("x" * 200 for _ in range(15)) + "/1.png"
    yield _case("deep", lambda box: put_two(box, deep), DEEP, 0, "cat: train 3")
    make = lambda box: put_two(box, *(f"class-{number}/1.png" for number in range(400)))  # noqa: E731
    yield _case("many-classes", make, LIST, 0, "class-399: train 1")
    yield _case("train-as-class", lambda b: put_two(b, "train/1.png"), LIST, 0, "train: train 1")
    make = lambda box: (put_two(box), (box.folder / "set/cat/3.png").mkdir())  # noqa: E731
    yield _case("folder-as-picture", make, LIST, 0, "cat: train 2")
    make = lambda box: (put_two(box), os.mkfifo(box.folder / "set/cat/3.png"))  # noqa: E731
    yield _case("pipe-as-picture", make, LIST, 0, "cat: train 2", needs="posix")


def _list_links() -> Iterator[Case]:
    links = {
        "to-itself": ("set/cat/loop", "loop"),
        "to-class": ("set/cat/loop", "."),
        "to-root": ("set/cat/loop", ".."),
        "to-all": ("set/cat/loop", "/"),
        "around": ("set/cat/loop", "../dog/back"),
    }
    for name, (place, target) in links.items():
        make = partial(_link, links={place: target, "set/dog/back": "../cat/loop"})
        yield _case(f"link-{name}", make, LIST, 0, "cat: train 2", "dog: train 2", needs="posix")
        # Over there the link leads on to the pictures of the other class.
        yield _case(f"link-{name}-groups", make, DEEP, 0, "cat: train 2", "dog: ", needs="posix")
    make = partial(_link, links={"set/emu": "emu"})
    yield _case("class-loop", make, LIST, 0, "cat: train 2", needs="posix")
    make = partial(_link, links={"other": "other"})
    arguments = ("classes", "--data", "folder:{in}/other")
    yield _case("root-loop", make, arguments, 3, "{in}/other", needs="posix")
    make = partial(_link, links={"set/cat/3.png": "gone.png"})
    yield _case("dead-link", make, RUN, 3, "cat/3.png", "there is no such file", needs="posix")
    make = partial(_link, links={"set/cat/3.png": "3.png"})
    yield _case("picture-loop", make, RUN, 3, "cat/3.png", needs="posix")


def _link(box: Box, links: dict[str, str]) -> None:
    put_two(box)
    for place, target in links.items():
        (box.folder / place).symlink_to(target)


def _list_closed() -> Iterator[Case]:
    for name in ("set", "set/dog", "set/dog/1.png"):
        make = partial(_close, name=name)
        words = (f"{{in}}/{name}", "permission denied")
        yield _case(f"closed-{name.replace('/', '-')}", make, RUN, 3, *words, needs="user")
    make = partial(_close, name="set/dog/deep")
    words = ("{in}/set/dog/deep", "permission denied")
    yield _case("closed-groups", make, DEEP, 3, *words, needs="user")
    make = partial(_close, name="list.csv")
    yield _case("closed-list", make, CSV, 3, "list.csv", "permission denied", needs="user")


def _close(box: Box, name: str) -> None:
    put_two(box, "dog/deep/1.png")
    box.write("list.csv", "path,label\n")
    (box.folder / name).chmod(0)


def _list_tables() -> Iterator[Case]:
    """Lists of pictures."""
    refused = {
        "empty": ("", "no row that names its columns"),
        "head-alone": ("path,label\n", "lists no images"),
        "no-label": ("path,kind\na.png,cat\n", "path, kind"),
        "no-name": ("path,label\na.png,\n", "row 2", "label is empty"),
        "no-picture": ("path,label\n,cat\n", "row 2", "path is empty"),
        "half-a-row": ("path,label\na.png\n", "row 2", "label is empty"),
        "twice": ("path,label\na.png,cat\n./a.png,dog\n", "twice", "a.png"),
        "split": ("path,label,split\na.png,cat,holdout\n", "row 2", "holdout"),
        "long-cell": (f"path,label\n{'x' * 200_000},cat\n", "list.csv", "field larger"),
        "utf-16": ("path,label\na.png,cat\n".encode("utf-16-le"), "zero bytes"),
        "picture": (encode(make_noise()), "not UTF-8"),
        "zeros": (bytes(1000), "list.csv", "zero bytes"),
        "escape": ("\x1b[31mpath,label\na,b\n", "\\x1b[31mpath"),
    }
    for name, (content, *words) in refused.items():
        make = partial(_write_list, content=content)
        yield _case(f"csv-{name}", make, CSV, 3, *words)
    yield _case("csv-missing", make_nothing, CSV, 3, "There is no file {in}/list.csv")
    yield _case("csv-folder", lambda box: (box.folder / "list.csv").mkdir(), CSV, 3, "list.csv")
    make = lambda box: os.mkfifo(box.folder / "list.csv")  # noqa: E731
    yield _case("csv-pipe", make, CSV, 3, "{in}/list.csv", needs="posix")
    missing = "path,label\na.png,cat\nb.png,dog\n/etc/hostname,dog\n../../x.png,cat\n"
    words = ("4 of 4 images", "a.png", "/etc/hostname", "../../x.png")
    make = partial(_write_list, content=missing)
    yield _case("csv-elsewhere", make, RUN_CSV, 3, *words)
    make = partial(_write_list, content="path,label\na.png,cat\nb.png,dog\n")
    arguments = (*CSV, "--groups", "column:who")
    yield _case("csv-no-column", make, arguments, 3, "no column 'who'")
    odd = 'path,label,note\n"a,b.png","the ""cat""",x\n./c.png,-dog,\n'
    make = partial(_write_list, content=odd)
    yield _case("csv-quotes", make, CSV, 0, 'the "cat": train 1', "-dog: train 1")
    make = partial(_write_list, content="\ufeffpath;label\r\na.png;кот\r\nb.png;пёс\r\n")
    yield _case("csv-spreadsheet", make, CSV, 0, "кот: train 1", "пёс: train 1")


def _write_list(box: Box, content: bytes | str) -> None:
    box.write("list.csv", content)
