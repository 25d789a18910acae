"""The contracts of operators and image sets, for those of poolbench and anyone's own.

    from poolbench.testing import check_operator, list_checks

    @pytest.mark.parametrize("check", list_checks())
    def test_my_operator(check):
        check_operator(MyPool2d, check)

It needs Hypothesis, which draws sizes, strides and layouts: ``pip install hypothesis``.

Four laws hold for most operators, and one that does not keep a law says so and why in its
``exceptions``: *constants* (a constant map stays what it is), *bounds* (no value beyond those of
the same channel of the input), *channels* (permuted channels come out permuted) and *shift* (moved
by the stride, the input gives the output moved by one). An exception that is declared and not
needed is an error too.

An image set is held to its contract by ``check_image_set(MyImageSet(), "argument")``.
"""

import torch
from torch import nn

from poolbench.errors import UnknownNameError
from poolbench.operators import get_operator
from poolbench.testing._checks import CHECKS, LAWS
from poolbench.testing._image_sets import check_image_set
from poolbench.testing._subject import Subject

__all__ = ["LAWS", "check_image_set", "check_operator", "list_checks"]


def list_checks() -> tuple[str, ...]:
    """The names of all checks."""
    return tuple(CHECKS)


def check_operator(operator: str | type[nn.Module], *checks: str) -> None:
    """Hold an operator to the contract.

    Args:
        operator: An id or a class.
        checks: Names of :func:`list_checks`; all without one.

    Raises:
        AssertionError: Says which check failed, and on what.
        UnknownNameError: For a check that nobody knows.
    """
    subject = Subject(get_operator(operator).cls if isinstance(operator, str) else operator)
    for name in checks or CHECKS:
        if name not in CHECKS:
            raise UnknownNameError("check", name, CHECKS)
        try:
            with torch.random.fork_rng(devices=[]):
                CHECKS[name](subject)
        except Exception as error:
            # Whatever it raises, an operator that cannot be checked does not pass.
            kind = "" if isinstance(error, AssertionError) else f"{type(error).__name__}: "
            raise AssertionError(f"{subject.cls.__name__}, check {name}: {kind}{error}") from error
