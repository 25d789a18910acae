"""What a terminal shows while a study trains and after it, as pictures to look at."""

import io
import os
from pathlib import Path

import pytest
from rich.console import Console

from poolbench.config import build_config
from poolbench.rundir.store import RunStore
from poolbench.study.display import Display
from poolbench.study.next_steps import list_next_steps
from poolbench.study.run import run_study
from poolbench.study.watching import Watch
from poolbench.study.watching.front import QuietFront
from poolbench.study.watching.terminal import TerminalFront, draw_live

IMAGES = Path(__file__).parents[3] / "docs" / "images"


class KeptFront(TerminalFront):
    """Keeps what it drew when half of the trials were trained."""

    def __init__(self, console, lang):
        super().__init__(console, lang)
        self.middle = None

    def show(self, live):
        super().show(live)
        if self.middle is None and live.step == "train" and live.share > 0.5:
            self.middle = live


def record(width, height):
    return Console(
        file=io.StringIO(), record=True, force_terminal=True, width=width, height=height,
        color_system="truecolor", legacy_windows=False,
    )  # fmt: skip


def photograph(browser, svg, file):
    page = browser.new_page(viewport={"width": 1400, "height": 900})
    page.set_content(svg)
    page.locator("svg").first.screenshot(path=file)
    page.close()


@pytest.mark.skipif("POOLBENCH_SCREENSHOTS" not in os.environ, reason="writes to docs/images")
@pytest.mark.parametrize("lang", ["en", "ru"])
@pytest.mark.parametrize("width", [80, 120])
def test_terminal_while_training_and_after(browser, tmp_path, width, lang):
    display = Display(lang)
    display.console = record(width, 30)
    front = KeptFront(display.console, lang)
    display.watch = Watch(front)
    config = build_config({"data": {"source": "sample"}, "epochs": 6, "repeats": 2, "folds": 3})
    run_study(config, tmp_path / "run", display)
    # Nothing is trained again, so that what is drawn over by a live table does not stand here.
    after = Display(lang)
    after.console = record(width, 100)
    after.watch = Watch(QuietFront())
    study = run_study(config, tmp_path / "run", after)
    after.show_next(list_next_steps(RunStore(study.path), study.verdict))
    middle = record(width, 30)
    middle.print(draw_live(front.middle, lang, middle))
    for name, console in (("training", middle), ("finished", after.console)):
        svg = console.export_svg(title="poolbench run")
        photograph(browser, svg, IMAGES / f"terminal-{name}-{width}-{lang}.png")
