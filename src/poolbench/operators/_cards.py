"""Describe an operator for the catalogue: its cost in numbers, and its card."""

from pathlib import Path

from pydantic import BaseModel

from poolbench.errors import UsageError
from poolbench.operators._catalogue import build_operator
from poolbench.operators._registry import OperatorEntry

# Layer at which cards name the cost: a middle one of a small network.
CHANNELS, SIZE, STRIDE = 64, 32, 2
# Folder of the cards in an installed package; in a clone they lie with the other documentation.
CARDS = Path(__file__).parent / "cards"
CARDS_OF_CLONE = Path(__file__).parents[3] / "docs" / "operators"


class OperatorFacts(BaseModel):
    """One line of the catalogue.

    Attributes:
        family: Empty for a custom operator.
        year: 0 if it is not said.
        parameters: Learned values for 64 channels at stride 2.
        multiply_adds: Those for one picture of 64 channels of 32 x 32 pixels at stride 2; ``None``
            if the operator does not say.
        relative_cost: Multiply-adds over those of max pooling.
    """

    id: str
    family: str
    year: int
    parameters: int
    multiply_adds: int | None
    relative_cost: float | None
    title: str
    title_ru: str


def compute_facts(entry: OperatorEntry) -> OperatorFacts:
    """Count what an operator costs."""
    module = build_operator(entry.id, CHANNELS, stride=STRIDE)
    count = getattr(module, "count_operations", None)
    multiply_adds = None if count is None else int(count(SIZE, SIZE))
    of_max = CHANNELS * SIZE**2
    return OperatorFacts(
        id=entry.id,
        family=entry.family,
        year=entry.year,
        parameters=sum(parameter.numel() for parameter in module.parameters()),
        multiply_adds=multiply_adds,
        relative_cost=None if multiply_adds is None else multiply_adds / of_max,
        title=entry.title,
        title_ru=entry.title_ru,
    )


def load_card(entry: OperatorEntry) -> str:
    """Return the card of an operator, Markdown; of a custom one the docstring of its class.

    Raises:
        UsageError: If there is none.
    """
    if not entry.is_builtin:
        if entry.cls.__doc__:
            return f"# {entry.id}\n\n{entry.cls.__doc__.strip()}\n"
        raise UsageError("operator.no-card", name=entry.id)
    for folder in (CARDS, CARDS_OF_CLONE):
        path = folder / f"{entry.id}.md"
        if path.is_file():
            return path.read_text(encoding="utf-8")
    raise UsageError("operator.card-missing", name=entry.id)
