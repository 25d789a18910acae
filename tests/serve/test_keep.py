"""Pictures that are kept on the page: in a real browser, on both pages, up to the report."""

import base64
import io
import json
import urllib.error
import urllib.request

import numpy as np
import pytest
from docx import Document
from PIL import Image

from patience import HANG_MS
from poolbench.records import TriedRecord
from poolbench.report.handin.build import build_handin
from poolbench.rundir.store import RunStore

CLASSES = ["<script>alert(1)</script>", 'Кошка "№1"']
SIZE = 32


def keep(address, body, query="down=0&right=0&mode=circular", **headers):
    """Ask the server to keep pixels; the status and what it answers."""
    request = urllib.request.Request(
        f"{address}keep?{query}", data=body, method="POST", headers=headers
    )
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def check_row(row, cards, held):
    """A picture that was moved by one pixel down and three to the left, and what was said of it."""
    with Image.open(io.BytesIO(base64.b64decode(row.picture))) as image:
        assert np.array_equal(np.asarray(image.convert("RGB")), np.roll(held, (1, -3), axis=(0, 1)))
    assert (row.down, row.right, row.mode) == (1, -3, "circular")
    for answer, shares in zip(row.answers, cards, strict=True):
        assert CLASSES[answer.label] == max(shares, key=shares.get)
        assert answer.probability == pytest.approx(max(shares.values()), abs=1e-3)
    assert [answer.is_final for answer in row.answers] == [True, False, False]


def move(page, see):
    page.locator("#gallery button").nth(3).click()
    see(page, "#truth", "True class")
    page.focus("#stage")
    for key in ("ArrowDown", "ArrowLeft", "ArrowLeft", "ArrowLeft"):
        page.keyboard.press(key)
    see(page, "#spoken", "1 px down, 3 px left")


@pytest.mark.full(seconds=10, always=True)
def test_picture_is_kept_in_the_run_and_fills_the_table_of_the_report(
    visit, served_copy, run_serve, picture_files, read_cards, choose_file, see
):
    arrays = np.load(served_copy / "pictures.npz")
    with run_serve(served_copy) as (address, _), visit(address) as page:
        move(page, see)
        cards = read_cards(page)
        page.click("#keep-button")
        see(page, "#keep-said", "1 image for the report")
        choose_file(page, picture_files["png"])
        # What a stranger's picture shows is for the person to say.
        page.click("#keep-button")
        see(page, "#keep-said", "First choose what the image shows")
        page.select_option("#keep-truth", "none")
        page.click("#keep-button")
        see(page, "#keep-said", "2 images for the report")
        assert page.locator("#keep-file").is_hidden()
    record = RunStore(served_copy).load_model("tried.json", TriedRecord)
    check_row(record.rows[0], cards, arrays["images"][3])
    assert [row.truth for row in record.rows] == [arrays["labels"][3], None]
    [markdown, docx] = build_handin(served_copy).files
    tables = [
        [[cell.text.strip() for cell in row.cells] for row in table.rows]
        for table in Document(str(docx)).tables
    ]
    [table] = [table for table in tables if table[0][2] == "сдвиг"]
    # A line for each of three models, for both pictures, and places for three more of one's own.
    assert len(table) == 10
    assert table[1][:2] == ["1", f"{CLASSES[arrays['labels'][3]]} (отложенное)"]
    assert table[1][2] == "вниз на 1, влево на 3, циклически"
    assert table[4][1:3] == ["не из этих классов", "нет"]
    assert {line[6] for line in table[4:7]} == {"—"}
    assert [line[0] for line in table[7:]] == ["3", "4", "5"]
    assert not any("".join(line[1:]) for line in table[7:])
    for number in (1, 2):
        with Image.open(markdown.parent / "figures" / f"tried-{number}.png") as image:
            small = image.resize((SIZE, SIZE), Image.Resampling.NEAREST)
        row = record.rows[number - 1]
        assert np.array_equal(small, Image.open(io.BytesIO(base64.b64decode(row.picture))))
    assert markdown.read_text(encoding="utf-8").count("место для снимка экрана") == 2


@pytest.mark.full(seconds=8)
def test_static_page_gives_the_same_file_to_download(
    visit, static, served_copy, read_cards, see, tmp_path
):
    arrays = np.load(served_copy / "pictures.npz")
    with visit(static) as page:
        move(page, see)
        cards = read_cards(page)
        page.click("#keep-button")
        see(page, "#keep-said", "1 image for the report")
        with page.expect_download(timeout=HANG_MS) as download:
            page.click("#keep-file")
        assert download.value.suggested_filename == "tried.json"
        download.value.save_as(served_copy / "tried.json")
    [row] = RunStore(served_copy).load_model("tried.json", TriedRecord).rows
    check_row(row, cards, arrays["images"][3])
    text = build_handin(served_copy).markdown.read_text(encoding="utf-8")
    assert "вниз на 1, влево на 3, циклически" in text


def test_server_keeps_nothing_that_it_cannot_vouch_for(served_copy, run_serve):
    pixels = bytes(SIZE * SIZE * 3)
    with run_serve(served_copy) as (address, _):
        for query in (
            *("", "down=0&right=0", "down=0&right=0&mode=other", "down=x&right=0&mode=border"),
            *("down=33&right=0&mode=border", "down=0&right=0&mode=border&truth=2"),
            "down=0&right=0&mode=border&truth=-1",
        ):
            assert keep(address, pixels, query)[0] == 400
        for body in (b"", pixels[:-1]):
            assert keep(address, body)[0] == 400
        assert keep(address, pixels + pixels)[0] == 413
        assert keep(address, pixels, Origin="http://elsewhere.example")[0] == 403
        assert keep(address, pixels, **{"Sec-Fetch-Site": "cross-site"})[0] == 403
        assert not (served_copy / "tried.json").exists()
        assert keep(address, pixels, "down=0&right=0&mode=border&truth=1") == (200, {"count": 1})
    [row] = RunStore(served_copy).load_model("tried.json", TriedRecord).rows
    assert row.truth == 1


@pytest.mark.full(seconds=3)
def test_server_keeps_no_more_than_the_report_takes(served_copy, run_serve):
    pixels = bytes(SIZE * SIZE * 3)
    with run_serve(served_copy) as (address, _):
        assert keep(address, pixels)[0] == 200
        store = RunStore(served_copy)
        record = store.load_model("tried.json", TriedRecord)
        full = record.model_copy(update={"rows": record.rows * 100})
        store.save_model("tried.json", full)
        status, answer = keep(address, pixels)
        assert status == 409 and "100" in answer["error"]
        # A study of other classes was here before: what was tried then is of no use.
        store.save_model("tried.json", full.model_copy(update={"classes": ("a", "b")}))
        assert keep(address, pixels) == (200, {"count": 1})
