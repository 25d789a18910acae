"""What every model has in common, and how its fields may grow without touching what was written.

A run must outlive the program that made it. So a field that a later program brings changes neither
the id of an earlier trial nor what is read from its files, whatever its default becomes.
"""

from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationInfo, model_validator

# The value that a field stands for where a file does not have it, by ``Model.field``: how poolbench
# worked before there was the field, in the form that JSON gives it. A field with this value is left
# out of every hash. Enter here each field that is added to a model which a hash is made of
# (tests/records/test_fields.py lists them), and never change or remove an entry: a default may
# change later, and then the new default is hashed.
INTRODUCED: dict[str, Any] = {"StudyConfig.log": [], "StudyConfig.most_repeats": 24}

# The context in which files that a run keeps are validated: a field that they lack has the value of
# its introduction there, and not today's default.
SAVED = "saved"


class Frozen(BaseModel):
    """An immutable model that refuses unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _fill_in(cls, values: Any, info: ValidationInfo) -> Any:
        if info.context != SAVED or not isinstance(values, dict):
            return values
        lacking = {name: get_introduced(cls, name) for name in cls.model_fields.keys() - values}
        return {**values, **{name: value for name, value in lacking.items() if value is not ...}}


def get_introduced(model: type[BaseModel], field: str) -> Any:
    """Return the value at the introduction of a field; ``...``: it is hashed whatever it is."""
    return INTRODUCED.get(f"{model.__name__}.{field}", ...)


def dump_identity(model: Frozen, *, exclude_none: bool = False) -> dict[str, Any]:
    """Return what a hash is made of: plain values, without fields that say what held before them.

    Args:
        exclude_none: Leave out what is ``None`` too.
    """
    values = model.model_dump(mode="json", exclude_none=exclude_none)
    _drop_introduced(model, values)
    return values


def _drop_introduced(part: object, dumped: Any) -> None:
    """Drop from what a model, or a tuple with models, was dumped to."""
    if isinstance(part, Frozen):
        for name in list(dumped):
            if dumped[name] == get_introduced(type(part), name):
                del dumped[name]
            else:
                _drop_introduced(getattr(part, name), dumped[name])
    elif isinstance(part, tuple):
        for one, its in zip(part, dumped, strict=True):
            _drop_introduced(one, its)
