"""The catalogue: what it says of every operator, and its cards."""

import doctest
import re
from pathlib import Path

import pytest
import torch

from poolbench.errors import UsageError
from poolbench.operators import (
    build_operator,
    compute_facts,
    expand_operators,
    get_operator,
    list_operators,
    load_card,
    register,
)
from poolbench.operators._cards import CHANNELS, STRIDE

# poolbench's own: other tests of the same process may register more.
IDS = [entry.id for entry in list_operators() if entry.is_builtin]
CARDS = Path(__file__).parents[2] / "docs" / "operators"
HEADINGS = ("Formula", "When it wins, when it loses", "Options", "Example", "Source")


def read_table(card):
    """The two columns at the head of a card."""
    return dict(re.findall(r"^\| ([a-z-]+) \| (.+) \|$", card, flags=re.MULTILINE))


@pytest.mark.parametrize("operator_id", IDS)
def test_operator_is_told_in_both_languages(operator_id):
    entry = get_operator(operator_id)
    assert entry.title
    assert re.search("[а-яё]", entry.title_ru)


@pytest.mark.parametrize("operator_id", IDS)
def test_card_says_what_the_code_does(operator_id):
    facts, card = compute_facts(get_operator(operator_id)), load_card(get_operator(operator_id))
    table = read_table(card)
    assert card.startswith(f"# {operator_id}\n")
    assert re.findall("^## (.+)$", card, flags=re.MULTILINE) == list(HEADINGS)
    assert table["family"] == facts.family
    assert table["year"] == (str(facts.year) if facts.year else "–")
    assert table["parameters"] == f"{facts.parameters:,}"
    assert table["multiply-adds"] == f"{facts.multiply_adds:,}"
    strides = getattr(get_operator(operator_id).cls, "strides", None)
    assert table["strides"] == ("any" if strides is None else " and ".join(map(str, strides)))


@pytest.mark.parametrize("operator_id", IDS)
def test_example_of_a_card_runs(operator_id):
    result = doctest.testfile(str(CARDS / f"{operator_id}.md"), module_relative=False)
    assert result.attempted > 0
    assert result.failed == 0


def test_no_card_is_left_of_an_operator_that_is_gone():
    assert {path.stem for path in CARDS.glob("*.md")} - {"README"} == set(IDS)


def test_overview_links_every_card():
    overview = (CARDS / "README.md").read_text(encoding="utf-8")
    lacking = [name for name in IDS if f"[{name}]({name}.md)" not in overview]
    assert not lacking, f"docs/operators/README.md does not link the cards of {lacking}"


def test_operator_of_ones_own_has_its_docstring_as_card():
    @register("with-card")
    class WithCard(torch.nn.Identity):
        """What it does."""

        def __init__(self, channels, *, stride):
            super().__init__()

    @register("without-card")
    class WithoutCard(torch.nn.Identity):
        def __init__(self, channels, *, stride):
            super().__init__()

    WithoutCard.__doc__ = None
    assert load_card(get_operator("with-card")) == "# with-card\n\nWhat it does.\n"
    assert compute_facts(get_operator("with-card")).relative_cost is None
    assert get_operator("with-card").family == ""
    with pytest.raises(UsageError, match="docstring"):
        load_card(get_operator("without-card"))


def test_cost_is_told_beside_max_pooling():
    assert compute_facts(get_operator("max")).relative_cost == 1
    assert compute_facts(get_operator("stride")).relative_cost == 0


def test_all_stands_for_every_operator_once():
    assert expand_operators(["max", "all"])[0] == "max"
    assert sorted(expand_operators(["max", "all"])) == sorted(IDS)
    with pytest.raises(UsageError, match="'all'"):
        register("all")(torch.nn.Identity)


@pytest.mark.parametrize("operator_id", IDS)
def test_operator_works_under_autocast(operator_id):
    torch.manual_seed(0)
    operator = build_operator(operator_id, CHANNELS, stride=STRIDE).eval()
    x = torch.linspace(-1, 1, 2 * CHANNELS * 9 * 8).view(2, CHANNELS, 9, 8)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        assert torch.allclose(operator(x).float(), operator(x.bfloat16()).float(), atol=0.1)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        found = operator(x).float()
    assert torch.allclose(found, operator(x), atol=0.1)
