"""Check by their source that errors are told: every code has its words, with the right values.

For rooms whose errors and phrases (``Phrase``) name their texts by literal keys::

    assert list_untold("data", "files.py") == []
"""

import ast
import os
import re
from collections.abc import Collection, Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from string import Formatter

import poolbench
from poolbench.texts import TEXTS

SOURCE = Path(poolbench.__file__).parent
# Words in a row that make a string a text for a person.
_SENTENCE = re.compile(r"[A-Za-z][a-z]*,? [a-z]{2,},? [a-z]{2,}")
# The same in what is given to an error: two words are no name of a setting.
_WORDS = re.compile(r"[A-Za-z]{2,},? [a-z]{2,}")
_PHRASE, _UNKNOWN = "Phrase", "UnknownNameError"
_WITH_ARGUMENTS = {_UNKNOWN: ("unknown.", {"name", "near", "known", "more"})}


def list_untold(*rooms: str, allowed: Collection[str] = ()) -> list[str]:
    """List what is wrong with how errors of some rooms are told; nothing if all is well.

    Args:
        rooms: Folders or files, relative to ``src/poolbench``.
        allowed: Strings that read like English and are no texts of errors.
    """
    return [
        f"{os.path.relpath(file, SOURCE)}:{line}: {fault}"
        for file in _list_files(rooms)
        for line, fault in sorted(_find_faults(file, allowed))
    ]


def list_unused(files: Collection[str], *rooms: str) -> list[str]:
    """List the texts of some files of the catalogue that nothing in these rooms names."""
    texts = [key for name in files for key in import_module(f"poolbench.texts.en.{name}").TEXTS]
    trees = [_parse(file) for file in _list_files(rooms)]
    named = {key for tree in trees for call in _list_calls(tree) for key in _list_keys(call)}
    return [key for key in texts if key not in named]


def _list_files(rooms: Collection[str]) -> list[Path]:
    paths = [SOURCE / room for room in rooms]
    return sorted(f for path in paths for f in ([path] if path.is_file() else path.rglob("*.py")))


@cache
def _parse(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"))


@cache
def _list_error_names() -> frozenset[str]:
    """Return the names of all classes that extend ``PoolbenchError``, wherever they stand."""
    bases: dict[str, set[str]] = {}
    for file in _list_files([""]):
        for node in ast.walk(_parse(file)):
            if isinstance(node, ast.ClassDef):
                bases.setdefault(node.name, set()).update(map(_name, node.bases))
    found = {"PoolbenchError"}
    while more := {name for name, above in bases.items() if above & found} - found:
        found |= more
    return frozenset(found)


def _name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _list_calls(tree: ast.Module) -> Iterator[ast.Call]:
    """Yield the calls that make an error or a phrase."""
    names = _list_error_names() | {_PHRASE}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _name(node.func) in names:
            yield node


def _list_keys(call: ast.Call) -> list[str]:
    """Return the keys of the texts that a call names; none if it does not say it."""
    first = call.args[0] if call.args else None
    if not (isinstance(first, ast.Constant) and isinstance(first.value, str)):
        return []
    kind = _name(call.func)
    if kind == _PHRASE:
        return [first.value]
    code = _WITH_ARGUMENTS.get(kind, ("",))[0] + first.value
    return [key for key in (f"error.{code}", f"hint.{code}") if key in TEXTS["en"]]


def _find_faults(file: Path, allowed: Collection[str]) -> Iterator[tuple[int, str]]:
    tree = _parse(file)
    for call in _list_calls(tree):
        for fault in _find_call_faults(call):
            yield call.lineno, fault
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            is_text = id(node) not in docstrings and node.value not in allowed
            if is_text and _SENTENCE.search(node.value):
                yield node.lineno, f"an English text: {node.value!r}"


def _find_call_faults(call: ast.Call) -> Iterator[str]:
    kind, keys = _name(call.func), _list_keys(call)
    if _is_retold(call):
        return
    if not keys or not (kind == _PHRASE or keys[0].startswith("error.")):
        yield f"{kind} without a literal code that has a text: {ast.unparse(call)[:80]}"
        return
    for value in call.keywords:
        for node in ast.walk(value.value):
            if isinstance(node, ast.Constant) and _WORDS.search(str(node.value)):
                yield f"{kind} is given words: {node.value!r}"
    given = {str(keyword.arg) for keyword in call.keywords}
    given |= _WITH_ARGUMENTS.get(kind, ("", set[str]()))[1]
    for key in keys:
        strangers = [lang for lang, texts in TEXTS.items() if key not in texts]
        if strangers:
            yield f"{key} is not in texts/{strangers[0]}"
            return
    taken = [{name for key in keys for name in list_fields(texts[key])} for texts in TEXTS.values()]
    if any(fields - given for fields in taken) or (
        kind not in _WITH_ARGUMENTS and any(given - fields for fields in taken)
    ):
        wanted = sorted(set().union(*taken))
        yield f"{keys[0]} takes {wanted}, given are {sorted(given)}"


def _is_retold(call: ast.Call) -> bool:
    """Return whether it is an error of another class with the words of one: its code and values."""
    if len(call.args) != 1 or len(call.keywords) != 1 or call.keywords[0].arg is not None:
        return False
    return re.fullmatch(r"\w+\((\w+)\.code, \*\*\1\.values\)", ast.unparse(call)) is not None


def list_fields(template: str) -> Iterator[str]:
    """Yield the names of the values of a text; settings (``{--repeats}``) take none."""
    for _, name, spec, _ in Formatter().parse(template):
        if name and not name.startswith("--"):
            yield re.split(r"[.\[]", name)[0]
        if spec:
            yield from list_fields(spec)
