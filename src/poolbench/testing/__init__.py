"""The contracts of operators, backbones and image sets, for those of poolbench and anyone's own.

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

A backbone is held to its contract by ``check_backbone``, with an id, ``package.module:factory`` or
the factory itself: logits for each picture alone, operators that are used where it says, the same
initial values outside of them whatever the operator is, and what it says of its shape and sizes.

An image set is held to its contract by ``check_image_set(MyImageSet(), "argument")``.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

import torch
from torch import nn

from poolbench.errors import UnknownNameError
from poolbench.models import Backbone, Factory, find_backbone, wrap_factory
from poolbench.operators import get_operator
from poolbench.operators._registry import check_class
from poolbench.testing._backbone_checks import BACKBONE_CHECKS, BackboneSubject
from poolbench.testing._checks import CHECKS, LAWS
from poolbench.testing._image_sets import check_image_set
from poolbench.testing._subject import Subject

__all__ = [
    "LAWS",
    "check_backbone",
    "check_image_set",
    "check_operator",
    "list_backbone_checks",
    "list_checks",
]

S = TypeVar("S")


def list_checks() -> tuple[str, ...]:
    """Return the names of all checks."""
    return tuple(CHECKS)


def list_backbone_checks() -> tuple[str, ...]:
    """Return the names of all checks of a backbone."""
    return tuple(BACKBONE_CHECKS)


def check_operator(operator: str | type[nn.Module], *checks: str) -> None:
    """Hold an operator to the contract.

    Args:
        operator: An id or a class.
        checks: Names of :func:`list_checks`; all without one.

    Raises:
        AssertionError: Says which check failed, and on what.
        UnknownNameError: For a check that nobody knows.
        UsageError: If what is given is no class that is built as operators are.
    """
    cls = get_operator(operator).cls if isinstance(operator, str) else operator
    check_class(cls)
    subject = Subject(cls)
    _run(CHECKS, checks, subject, subject.cls.__name__)


def check_backbone(
    backbone: str | Backbone | Factory, *checks: str, image_size: tuple[int, int] = (32, 32)
) -> None:
    """Hold a backbone to the contract.

    Args:
        backbone: An id, ``package.module:factory``, or a function from the number of classes to a
            module.
        checks: Names of :func:`list_backbone_checks`; all without one.
        image_size: Height and width of the images that it is checked on.

    Raises:
        AssertionError: Says which check failed, and on what.
        UnknownNameError: For a check or a backbone that nobody knows.
    """
    if isinstance(backbone, str):
        found = find_backbone(backbone)
    elif isinstance(backbone, Backbone):
        found = backbone
    else:
        found = wrap_factory(getattr(backbone, "__name__", "factory"), backbone)
    _run(BACKBONE_CHECKS, checks, BackboneSubject(found, image_size), found.id)


def _run(
    known: Mapping[str, Callable[[S], None]], wanted: Sequence[str], subject: S, label: str
) -> None:
    for name in wanted or known:
        if name not in known:
            raise UnknownNameError("check", name, known)
        try:
            with torch.random.fork_rng(devices=[]):
                known[name](subject)
        except Exception as error:
            # Whatever it raises, what cannot be checked does not pass.
            kind = "" if isinstance(error, AssertionError) else f"{type(error).__name__}: "
            raise AssertionError(f"{label}, check {name}: {kind}{error}") from error
