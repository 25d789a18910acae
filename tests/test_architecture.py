"""The page about how poolbench is built is true where that can be checked."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "poolbench"
PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
CONTRACTS = PROJECT["tool"]["importlinter"]["contracts"]


def _read_diagram():
    """Rooms, line by line as they are drawn."""
    diagram = PAGE.split("```")[1]
    lines = [re.split(r"\s{3,}", line.strip())[0] for line in diagram.strip().splitlines()]
    return [[room.replace("○", "").strip() for room in line.split("|")] for line in lines]


def test_rooms_are_drawn_in_the_order_that_the_contract_holds():
    layers = [[room.strip() for room in line.split("|")] for line in CONTRACTS[0]["layers"]]
    assert _read_diagram() == layers


def test_rooms_drawn_without_torch_are_held_to_it():
    drawn = set(re.findall(r"(\w+) ○", PAGE.split("```")[1]))
    held = {name.removeprefix("poolbench.") for name in CONTRACTS[1]["source_modules"]}
    # What lies below all rooms imports nothing but the standard library and what is below it.
    lowest = {"files", "language", "errors", "texts", "system", "cgroup", "hosts", "streams"}
    assert drawn - held <= lowest


def test_every_room_has_a_line_that_says_what_it_holds():
    told = set(re.findall(r"^\| `(\w+)` \|", PAGE, flags=re.M))
    rooms = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    assert told == rooms - {"testing"}


def test_modules_that_the_page_names_exist():
    named = set(re.findall(r"`((?:\w+/)+\w+\.py)`", PAGE))
    found = [n for n in named if (PACKAGE / n).is_file() or (ROOT / n).is_file()]
    assert named - set(found) == set()
