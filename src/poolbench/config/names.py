"""Name a setting as its reader knows it: an option, an argument of a function, a key of a file."""

from collections.abc import Sequence

from poolbench.texts.filling import Spelling

# Names on the command line of fields that are called otherwise.
OPTION_NAMES = {"margin": "margin_points", "time_limit": "time_limit_seconds"}
# Fields that the command line leaves to a file.
WITHOUT_OPTION = frozenset(("most_repeats", "planned_repeats", "stack", "own_recipes"))
_ARGUMENTS = {
    **{field: name for name, field in OPTION_NAMES.items()},
    "data.source": "data",
}


class Setting:
    """A field of the config, as a value of a text.

    Args:
        place: The names of the tables that it is in, and its own.
        is_key: It stands in a file, so it is named as there, whoever reads.

    Example:
        >>> Setting(["data", "image_size"]).tell("en", "options")
        '--image-size'
        >>> Setting(["own_recipes", 0, "epochs"], is_key=True).tell("en", "options")
        'own_recipes[0].epochs'
    """

    def __init__(self, place: Sequence[str | int], *, is_key: bool = False) -> None:
        self.place = tuple(place)
        self.is_key = is_key

    def tell(self, lang: str | None = None, spelling: Spelling | None = None) -> str:
        """Return its name; in Python unless options are asked for."""
        key = "".join(
            f"[{part}]" if isinstance(part, int) else f".{part}" for part in self.place
        ).removeprefix(".")
        if self.is_key:
            return key
        return name_option(key) if spelling == "options" else name_argument(key)


def name_argument(field: str) -> str:
    """Return what a field of the config is called among the arguments of a function.

    Example:
        >>> name_argument("data.fit"), name_argument("margin_points")
        ('fit', 'margin')
    """
    return _ARGUMENTS.get(field, field.removeprefix("data."))


def name_option(field: str) -> str:
    """Return the option of a field of the config; its own name where there is no option.

    Example:
        >>> name_option("data.source"), name_option("rewrites"), name_option("stack")
        ('--data', '--no-rewrites', 'stack')
    """
    if field in WITHOUT_OPTION or not field.removeprefix("data.").isidentifier():
        return field
    name = "no_rewrites" if field == "rewrites" else name_argument(field)
    return f"--{name.replace('_', '-')}"
