"""What a cell shows while it trains: one output that changes, in a real kernel."""

import html
import os
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from patience import HANG_SECONDS

IMAGES = Path(__file__).parents[3] / "docs" / "images"
CELL = """
import poolbench
study = poolbench.compare(
    "sample", operators=["max", "avg"], backbones="lab-example", epochs=3, folds=2, repeats=1,
    precision="float32", out="run", lang="{lang}",
)
"""


class WatchedClient(NotebookClient):
    """Keeps every state of the outputs that change."""

    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        self.states = []

    def process_message(self, message, cell, cell_index):
        if message["msg_type"] in ("display_data", "update_display_data"):
            self.states.append(message["content"]["data"].get("text/html", ""))
        return super().process_message(message, cell, cell_index)


def train(place, lang):
    """Run the cell; its outputs, and what they showed meanwhile."""
    cell = nbformat.v4.new_code_cell(CELL.format(lang=lang))
    client = WatchedClient(
        nbformat.v4.new_notebook(cells=[cell]),
        timeout=HANG_SECONDS,
        resources={"metadata": {"path": str(place)}},
    )
    client.execute()
    return client.nb.cells[0].outputs, client.states


def write_lines(said):
    """What a cell printed, as a notebook shows it: bold where a terminal would be."""
    words = html.escape(said.rstrip("\n"))
    for code, tag in (("1", "<b>"), ("0", "</b>")):
        words = words.replace(f"\x1b[{code}m", tag)
    return f"<pre>{words}</pre>"


@pytest.mark.full(seconds=25)
def test_cell_shows_rows_of_variants_while_it_trains_and_keeps_the_last(tmp_path):
    outputs, states = train(tmp_path, "en")
    assert any("Measuring the speed of this machine" in state for state in states)
    growing = [state for state in states if "<th>trials</th>" in state]
    assert "0/2" in growing[0]
    assert growing[-1].count("<td>2/2</td>") == 2
    # One output that is written again, not one below the other.
    tables = [output for output in outputs if "text/html" in output.get("data", {})]
    assert [table["data"]["text/html"] for table in tables] == [states[-1]]
    assert states[-1] == growing[-1]
    # What is said stands in no colour of errors.
    assert {output.get("name") for output in outputs} == {"stdout", None}


@pytest.mark.skipif("POOLBENCH_SCREENSHOTS" not in os.environ, reason="writes to docs/images")
@pytest.mark.parametrize("lang", ["en", "ru"])
def test_screenshot_of_a_notebook(browser, tmp_path, lang):
    outputs, _ = train(tmp_path, lang)
    parts = [
        output["data"]["text/html"] if "data" in output else write_lines(output["text"])
        for output in outputs
    ]
    style = "<meta charset='utf-8'><style>pre { margin: 0.3em 0 }</style>"
    page = browser.new_page(viewport={"width": 900, "height": 700})
    page.set_content(f"{style}<pre>{CELL.format(lang=lang)}</pre>{''.join(parts)}")
    page.screenshot(path=IMAGES / f"notebook-{lang}.png")
    page.close()
