"""Every operator of the catalogue keeps the contract; there is no branch for any one of them."""

import pytest

from poolbench.errors import UnknownNameError
from poolbench.operators import get_operator, list_operators
from poolbench.testing import LAWS, check_operator, list_checks
from poolbench.testing._checks import _check_compiled
from poolbench.testing._subject import Subject

# poolbench's own: other tests of the same process may register more.
IDS = [entry.id for entry in list_operators() if entry.is_builtin]
# What other programs make of an operator; they take seconds for each.
BY_OTHERS = ("compiled", "onnx")


def get_family(case):
    """What is checked, and of which family of operators."""
    return {"check": case["check"], "family": get_operator(case["operator_id"]).family}


@pytest.mark.one_of_each(by=get_family, seconds=0.1)
@pytest.mark.parametrize("check", [name for name in list_checks() if name not in BY_OTHERS])
@pytest.mark.parametrize("operator_id", IDS)
def test_operator_keeps_the_contract(operator_id, check):
    check_operator(operator_id, check)


@pytest.mark.one_of_each(by=lambda case: {"check": case["check"]}, seconds=3)
@pytest.mark.parametrize("check", BY_OTHERS)
@pytest.mark.parametrize("operator_id", IDS)
def test_operator_is_the_same_compiled_and_exported(operator_id, check):
    check_operator(operator_id, check)


@pytest.mark.slow  # Ten seconds each, and it wants a C++ compiler.
@pytest.mark.parametrize("operator_id", IDS)
def test_operator_compiled_by_inductor_is_the_same(operator_id):
    _check_compiled(Subject(get_operator(operator_id).cls), "inductor")


def test_catalogue_is_as_large_as_promised_and_begins_with_the_published_lab():
    assert IDS[:3] == ["stride", "max", "avg"]
    assert len(IDS) >= 40


def test_exceptions_name_laws_and_reasons():
    for entry in list_operators():
        for law, reason in getattr(entry.cls, "exceptions", {}).items():
            assert law in LAWS
            assert len(reason.split()) > 3


def test_unknown_check_is_refused():
    with pytest.raises(UnknownNameError, match="onnx"):
        check_operator("max", "onx")
