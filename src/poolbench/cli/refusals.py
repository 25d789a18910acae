"""Tell what the parser of the command line refuses: in our words, with the nearest names.

Its errors are told apart by their names, which have been the same in all versions; where they are
defined has not.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from poolbench.cli.help_page import write_arguments
from poolbench.errors import UsageError, nearest_names


@contextmanager
def refusals_explained(ctx: Any, args: Sequence[str]) -> Iterator[None]:
    """Raise in place of an error of the parser one that says what to do.

    Args:
        args: The words that are parsed.
    """
    given = list(args)
    try:
        yield
    except Exception as error:
        if not hasattr(error, "format_message"):
            raise
        raise _explain(error, ctx, given) from None


def refuse_words(words: Sequence[str], ctx: Any) -> UsageError:
    """Return the error of words that a command has no place for."""
    values = {"words": list(words), "command": ctx.command_path, "help": name_help(ctx)}
    expected = " ".join(write_arguments(ctx.command))
    if expected:
        return UsageError("words.extra", expected=expected, **values)
    return UsageError("words.extra-none", **values)


def name_help(ctx: Any) -> str:
    """Return the command that lists all options of a command."""
    has_all = any(param.name == "help_all" for param in ctx.command.params)
    return f"{ctx.command_path} {'--help-all' if has_all else '--help'}"


def _explain(error: Any, ctx: Any, given: Sequence[str]) -> UsageError:
    kind = type(error).__name__
    params = {name: param for param in ctx.command.get_params(ctx) for name in param.opts}
    if kind == "NoSuchOption":
        return _explain_unknown(error.option_name, [*params], ctx)
    if kind == "BadOptionUsage" and error.option_name in params:
        return _explain_value(error.option_name, params[error.option_name], given)
    if kind == "MissingParameter" and error.param is not None:
        return _explain_missing(error.param, ctx)
    return UsageError.quote(error.format_message())


def _explain_unknown(name: str, known: Sequence[str], ctx: Any) -> UsageError:
    values = {"name": name, "command": ctx.command_path, "help": name_help(ctx)}
    words = [option.removeprefix("--") for option in known if option.startswith("--")]
    near = [f"--{word}" for word in nearest_names(name.lstrip("-"), words)]
    if near:
        return UsageError("option.unknown-near", near=near, **values)
    return UsageError("option.unknown", **values)


def _explain_value(name: str, param: Any, given: Sequence[str]) -> UsageError:
    """Explain an option that lacks its value, or one that takes none and was given one."""
    if not param.is_flag:
        return UsageError("option.no-value", option=name, value=param.metavar)
    value = next((word.partition("=")[2] for word in given if word.startswith(f"{name}=")), "")
    return UsageError("option.flag", option=name, given=value)


def _explain_missing(param: Any, ctx: Any) -> UsageError:
    explanation = param.help[:1].lower() + param.help[1:].rstrip(".")
    values = {"command": ctx.command_path, "value": param.metavar, "explanation": explanation}
    if param.param_type_name == "argument":
        return UsageError("words.missing", **values)
    return UsageError("option.missing", option=param.opts[0], **values)
