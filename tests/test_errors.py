"""Errors: exit codes and the nearest names."""

import pytest

from poolbench import errors


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.PoolbenchError, 1),
        (errors.RunError, 1),
        (errors.TrainingError, 1),
        (errors.UsageError, 2),
        (errors.ShapeError, 2),
        (errors.DataError, 3),
        (errors.VerificationError, 4),
    ],
)
def test_errors_carry_the_documented_exit_code(error, code):
    assert error("x").exit_code == code


def test_unknown_name_error_names_the_nearest():
    message = str(errors.UnknownNameError("class", "aple", ["lion", "apple", "forest"]))
    assert "'aple'" in message
    assert "Did you mean apple" in message


def test_unknown_name_error_lists_what_is_known_when_nothing_is_near():
    message = str(errors.UnknownNameError("operator", "zzz", ["max", "avg"]))
    assert "Known: max, avg." in message


def test_nearest_names_ignores_case():
    assert errors.nearest_names("APPLE", ["apple", "lion"]) == ["apple"]


@pytest.mark.parametrize(
    ("given", "known", "nearest"),
    [
        ("backbone", ["baseline", "backbones"], "backbones"),
        ("stride2", ["strict", "stride-2d", "stride"], "stride"),
        ("lab-ex", ["lab", "lab-x2", "lab-example"], "lab-example"),
        # A name that is only the beginning of a longer word is not what was meant.
        ("lab-exmple", ["lab", "lab-example"], "lab-example"),
        ("Conv2D", ["convolution", "conv"], "conv"),
    ],
)
def test_nearest_names_begins_with_what_lacks_an_end_or_has_one_too_many(given, known, nearest):
    assert errors.nearest_names(given, known)[0] == nearest


def test_nothing_is_near_to_no_name():
    assert errors.nearest_names("", ["max", "avg", ""]) == []
