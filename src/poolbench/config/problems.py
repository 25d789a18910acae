"""Turn what pydantic says of settings into sentences: what arrived, and what was expected."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from poolbench.config.expected import (
    describe_expected,
    find_field,
    inline_schema,
    list_choices,
    list_keys,
)
from poolbench.config.names import Setting
from poolbench.errors import UnknownNameError, UsageError, nearest_names
from poolbench.texts import DEFAULT_LANGUAGE, Phrase, fill, text
from poolbench.texts.filling import Filler, Spelling

# Most letters of a value that are shown.
MOST_LETTERS = 60
# Numbers from here on have an exponent.
MOST_PLAIN = 1e15
# Beginning of the codes of problems that validators of the models find.
OWN = "config."


class Problems:
    """Several problems, one a line, or one alone; those of a file are told with its keys."""

    def __init__(self, errors: Sequence[UsageError], *, is_file: bool) -> None:
        self.errors = tuple(errors)
        self.is_file = is_file

    def tell(self, lang: str | None = None, spelling: Spelling | None = None) -> str:
        """Return them in a language."""
        spelled: Spelling | None = "arguments" if self.is_file else spelling
        told = [error.tell(lang, spelled) for error in self.errors]
        return told[0] if len(told) == 1 else "\n".join(f"  {one}" for one in told)


class Shown:
    """A value that was given: words in quotation marks, whatever else as it is, and never long."""

    def __init__(self, value: object) -> None:
        is_plain = isinstance(value, float) and value.is_integer() and abs(value) < MOST_PLAIN
        # What is typed as 0 is read as 0.0.
        self.value = int(value) if isinstance(value, float) and is_plain else value

    def tell(self, lang: str | None = None, spelling: Spelling | None = None) -> str:
        """Return the value in a language."""
        if isinstance(self.value, str) and not self.value.isdecimal():
            return str(Filler(lang or DEFAULT_LANGUAGE).convert_field(_cut(self.value), "r"))
        is_plain = isinstance(self.value, bool | int | float | list | tuple)
        try:
            return _cut(repr(self.value) if is_plain else str(self.value))
        except ValueError:
            # Python writes no number of more than 4,300 digits.
            return text("value.digits", lang or DEFAULT_LANGUAGE)


def refuse(code: str, **values: str) -> PydanticCustomError:
    """Return what a validator raises: the code of an error, and what its text names.

    Args:
        code: It begins with ``config.``
        values: ``setting`` is the name of a field.
    """
    words = fill(f"error.{code}", DEFAULT_LANGUAGE, "arguments", values)
    return PydanticCustomError(code, words, values)


def explain_problems(
    error: ValidationError, model: type[BaseModel], given: Mapping[str, Any], *, is_file: bool
) -> UsageError:
    """Explain every problem of the values that were given for a model.

    Args:
        is_file: They are the keys of a file, and not the settings of a call.
    """
    schema = inline_schema(model.model_json_schema())
    found: dict[tuple[str | int, ...], UsageError] = {}
    for problem in error.errors(include_url=False):
        place, node = find_field(schema, problem["loc"])
        # A value that is of none of the kinds that there are has a problem with each of them.
        if place not in found:
            given_here = _look_up(given, place, problem["input"])
            found[place] = _explain(problem, place, node, given_here, is_file=is_file)
    errors = list(found.values())
    if len(errors) == 1:
        return errors[0]
    return UsageError("config.several", problems=Problems(errors, is_file=is_file))


def name_file(error: UsageError, path: object) -> UsageError:
    """Return the error of settings that stand in a file, with the name of the file.

    One that names a file already stays: a recipe is a file too, which another file may name.
    """
    if error.code in ("config.in-file", "config.several-in-file"):
        return error
    if error.code == "config.several":
        problems = error.values["problems"]
        return UsageError("config.several-in-file", path=path, problems=problems)
    return UsageError("config.in-file", path=path, problem=Problems([error], is_file=True))


def _explain(
    problem: ErrorDetails,
    place: tuple[str | int, ...],
    node: Mapping[str, Any],
    value: object,
    *,
    is_file: bool,
) -> UsageError:
    kind = problem["type"]
    if kind == "extra_forbidden":
        return _explain_unknown(place, node)
    if kind.startswith(OWN):
        return _explain_own(kind, problem.get("ctx", {}), place, is_file=is_file)
    told = _tell_given(place, value, is_file=is_file, is_missing=kind == "missing")
    expected = describe_expected(node)
    near = nearest_names(value, list_choices(node), 1) if isinstance(value, str) else []
    if near:
        return UsageError("config.wrong-choice", given=told, expected=expected, near=near)
    return UsageError("config.wrong", given=told, expected=expected)


def _explain_unknown(place: tuple[str | int, ...], node: Mapping[str, Any]) -> UsageError:
    """Explain a key that there is not, with the nearest ones."""
    *table, name = place
    keys = {other: Setting([*table, *path], is_key=True).tell() for other, path in list_keys(node)}
    # It is alike by its own name, and told with the tables that it stands in.
    near = [keys[other] for other in nearest_names(str(name), keys)]
    told = Setting(place, is_key=True).tell()
    return UnknownNameError("setting", told, keys.values(), near=near)


def _explain_own(
    code: str, values: Mapping[str, Any], place: tuple[str | int, ...], *, is_file: bool
) -> UsageError:
    """Explain what one of the models' own validators found."""
    if "setting" in values:
        named = Setting(place or [values["setting"]], is_key=is_file)
        return UsageError(code, **{**values, "setting": named})
    error = UsageError(code, **values)
    if not place:
        return error
    table = Setting(place, is_key=is_file)
    return UsageError("config.in-table", table=table, problem=Problems([error], is_file=is_file))


def _tell_given(
    place: tuple[str | int, ...], value: object, *, is_file: bool, is_missing: bool
) -> Phrase:
    """Tell what arrived, as the beginning of a sentence."""
    setting = Setting(place, is_key=is_file)
    if is_missing:
        return Phrase("given.nothing", setting=setting)
    if isinstance(value, Mapping | BaseModel):
        return Phrase("given.table", setting=setting)
    if isinstance(place[-1], int):
        listed = Setting(place[:-1], is_key=is_file)
        return Phrase("given.among", setting=listed, value=Shown(value))
    return Phrase("given.value", setting=setting, value=Shown(value))


def _look_up(given: object, place: Sequence[str | int], otherwise: object) -> object:
    """Return what was given at a place: pydantic shows what its validators have made of it."""
    for part in place:
        try:
            given = getattr(given, str(part)) if isinstance(given, BaseModel) else given[part]  # type: ignore[index]
        except (LookupError, TypeError, AttributeError):
            return otherwise
    return given


def _cut(words: str) -> str:
    return words if len(words) <= MOST_LETTERS else f"{words[:MOST_LETTERS]}…"
