"""What a person sees while a study runs: names are shown as they are written."""

import pytest

from poolbench.records import LeaderboardRow
from poolbench.study.display import Display

NAME = "[bold red]x[/] :bomb: \x1b[2J \u202egnp"
SHOWN = r"[bold red]x[/] :bomb: \x1b[2J \u202egnp"


@pytest.fixture
def display(capsys):
    return Display("en")


def test_say_shows_names_on_their_line(display, capsys):
    display.say("run.look", repeats=2, active=f"{NAME}\nWinner: b")
    said = capsys.readouterr().err
    assert f"{SHOWN}\\nWinner: b" in said
    assert said.count("\n") == 1


def test_leaderboard_shows_metrics_under_their_headings(display, capsys):
    numbers = dict.fromkeys(LeaderboardRow.model_fields, 1)
    row = LeaderboardRow(**{**numbers, "variant": "max", "metric": "balanced-accuracy"})
    row = row.model_copy(update={"gap": -0.0321, "multiply_adds": 21_340_000})
    display.show_leaderboard([row])
    head, _, cells = [line for line in capsys.readouterr().err.splitlines() if line.strip()]
    names = ("balanced accuracy", "95% interval", "train − held-out", "training time (s)")
    places = [head.index(name) for name in ("variant", *names, "multiply-adds (millions)")]
    assert places == sorted(places)
    # Metrics that the row lacks are dashes.
    known = [cell for cell in cells.split() if cell != "–"]
    assert known == ["max", "1.0000", "1.0000–1.0000", "−0.0321", "1.0", "21.34"]


def test_leaderboard_shows_names(display, capsys):
    numbers = dict.fromkeys(LeaderboardRow.model_fields, 1)
    display.show_leaderboard([LeaderboardRow(**{**numbers, "variant": NAME, "metric": "accuracy"})])
    assert SHOWN in capsys.readouterr().err
