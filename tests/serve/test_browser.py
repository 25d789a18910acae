"""The page that the server shows, in a real browser."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from patience import HANG_MS, HANG_SECONDS
from poolbench.records import LiveRecord, LiveVariant, PlanRecord, StudyRecord
from poolbench.rundir.store import RunStore

IMAGES = Path(__file__).parents[2] / "docs" / "images"
CLASSES = ["<script>alert(1)</script>", 'Кошка "№1"']
VARIANT = "max.lab-example.quick"
WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 360, "height": 740}


def read_shift(words):
    """How far down and right, from words such as ``3 px up, 1 px left``."""
    far = dict.fromkeys(("up", "down", "left", "right"), 0)
    for part in words.split(", ") if words != "not moved" else ():
        pixels, _, way = part.split()
        far[way] = int(pixels)
    return far["down"] - far["up"], far["right"] - far["left"]


@pytest.mark.full(seconds=2)
def test_page_shows_class_names_literally(visit, server):
    with visit(server) as page:
        names = page.locator("#cards table").first.locator("th").all_inner_texts()
        assert names == CLASSES
        assert page.locator("#gallery button").count() == 16
        assert page.locator("#truth").inner_text() == f"True class: {CLASSES[0]}"
        assert page.locator("#gallery button").nth(1).get_attribute("title") in CLASSES


@pytest.mark.one_of_each(by=lambda case: {"any": 0}, seconds=5)
@pytest.mark.parametrize("kind", ["png", "turned"])
def test_page_says_what_predict_says(
    visit, server, served, picture_files, read_cards, choose_file, predict_file, check_same, kind
):
    variants = sorted(folder.name for folder in (served / "variants").iterdir())
    with visit(server) as page:
        choose_file(page, picture_files[kind])
        found = read_cards(page)
        captions = page.locator("#cards .variant").all_inner_texts()
    assert sorted(captions[1:]) == variants
    for caption, shares in zip(captions[1:], found[1:], strict=True):
        model = served / "variants" / caption / "model.onnx"
        check_same(shares, predict_file(model, picture_files[kind]))
    check_same(found[0], predict_file(served, picture_files[kind]))


def test_page_moves_the_picture_by_keys_buttons_and_dragging(visit, server, read_cards, see):
    with visit(server) as page:
        at_rest = read_cards(page)
        page.focus("#stage")
        page.keyboard.press("ArrowRight")
        page.keyboard.press("Shift+ArrowDown")
        see(page, "#spoken", "4 px down, 1 px right")
        assert read_cards(page) != at_rest
        page.keyboard.press("Home")
        see(page, "#spoken", "not moved")
        assert read_cards(page) == at_rest
        page.click("[data-move=up]")
        see(page, "#spoken", "1 px up")
        box = page.locator("#stage").bounding_box()
        middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        page.mouse.move(*middle)
        page.mouse.down()
        page.mouse.move(middle[0] + box["width"] * 3.1 / 32, middle[1], steps=5)
        page.mouse.up()
        see(page, "#spoken", "1 px up, 3 px right")


@pytest.mark.full(seconds=3)
def test_map_agrees_with_the_moved_picture(visit, server, read_cards, see):
    with visit(server) as page:
        page.check("[value=border]")
        see(page, "#map-text", "289")
        told = page.inner_text("#map-text")
        lowest = told.rpartition("(")[2].rstrip(").")
        label = max(read_cards(page)[0], key=read_cards(page)[0].get)
        down, right = read_shift(lowest)
        side = page.locator("#map").bounding_box()["width"]
        cell = side / 17
        place = {"x": (right + 8.5) * cell, "y": (down + 8.5) * cell}
        page.locator("#map").click(position=place)
        see(page, "#spoken", lowest)
        share = read_cards(page)[0][label]
        least = told.partition("probability is ")[2].partition("%")[0]
        assert float(least.strip("<> ")) == pytest.approx(100 * share, abs=0.06)


@pytest.mark.full(seconds=2)
def test_drawing_is_classified_by_mouse_and_by_keys(visit, server, read_cards, see):
    with visit(server) as page:
        page.click("#draw")
        page.wait_for_selector("#paper")
        said = read_cards(page)
        for key in (" ", "ArrowRight", "ArrowRight"):
            page.keyboard.press(key)
        see(page, "#truth", "Your image")
        box = page.locator("#paper").bounding_box()
        page.mouse.move(box["x"] + 20, box["y"] + 20)
        page.mouse.down()
        page.mouse.move(box["x"] + 200, box["y"] + 60, steps=4)
        page.mouse.up()
        for _ in range(int(10 * HANG_SECONDS)):
            if read_cards(page) != said:
                break
            page.wait_for_timeout(100)
        assert read_cards(page) != said


@pytest.mark.full(seconds=3)
def test_picture_can_be_dropped_and_pasted(
    visit, server, picture_files, read_cards, choose_file, see
):
    content = list(picture_files["png"].read_bytes())
    with visit(server) as page:
        choose_file(page, picture_files["png"])
        expected, spoken = read_cards(page), page.inner_text("#spoken")
        for event, holder in (("drop", "dataTransfer"), ("paste", "clipboardData")):
            page.locator("#gallery button").nth(3).click()
            see(page, "#truth", "True class")
            page.evaluate(
                """([content, name, holder]) => {
                  const data = new DataTransfer();
                  const bytes = new Uint8Array(content);
                  data.items.add(new File([bytes], "a.png", { type: "image/png" }));
                  const kind = name === "drop" ? DragEvent : ClipboardEvent;
                  const options = { bubbles: true, [holder]: data };
                  document.body.dispatchEvent(new kind(name, options));
                }""",
                [content, event, holder],
            )
            see(page, "#truth", "Your image")
            see(page, "#spoken", spoken)
            assert read_cards(page) == expected


def test_page_refuses_bad_files_in_the_chosen_language(visit, server, bad_files, see):
    words = {"format": "не изображение", "pixels": "слишком много пикселей", "broken": "повреждён"}
    with visit(server, refusals=3) as page:
        page.click("[data-language=ru]")
        for reason, file in bad_files.items():
            page.set_input_files("#file", file)
            see(page, "#error", words[reason])
        assert page.locator("#error").get_attribute("role") == "alert"


def test_language_is_switched_in_place(visit, server, see):
    with visit(server) as page:
        page.focus("#stage")
        page.keyboard.press("ArrowLeft")
        see(page, "#spoken", "1 px left")
        page.click("[data-language=ru]")
        assert page.locator("html").get_attribute("lang") == "ru"
        assert "Истинный класс" in page.inner_text("#truth")
        assert "на 1\N{NO-BREAK SPACE}пикс. влево" in page.inner_text("#spoken")
        assert page.locator("[data-language=ru]").get_attribute("aria-pressed") == "true"
        for element in page.locator("[data-text]:visible").all():
            text = element.inner_text()
            assert not text or any("а" <= letter <= "я" for letter in text.lower()), text


@pytest.mark.one_of_each(seconds=3)
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_page_is_accessible_and_fits(visit, server, check_accessible, size, scheme):
    with visit(server, viewport=size, color_scheme=scheme) as page:
        page.click("#draw")
        check_accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]


@pytest.mark.full(seconds=2)
def test_every_control_is_reached_by_the_keyboard(visit, server):
    with visit(server) as page:
        reached = set()
        for _ in range(60):
            page.keyboard.press("Tab")
            reached.add(
                page.evaluate("document.activeElement.id || document.activeElement.className")
            )
            outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            # The file's own outline is that of its label; after the last comes the browser itself.
            assert outline != "none" or page.evaluate(
                "document.activeElement.matches('body, #file')"
            )
        assert {"report", "file", "draw", "stage", "up", "left", "map-model"} <= reached


def test_report_is_shown_and_reaches_nothing(visit, server):
    with visit(server) as page:
        page.click("#report")
        page.wait_for_load_state()
        assert page.url.endswith("/report.html?lang=en")
        assert CLASSES[0] in page.inner_text("body")
        page.click("text=Русский")
        assert page.evaluate("document.documentElement.lang") == "ru"


def test_script_that_a_stranger_put_into_a_report_does_not_run(browser, run_serve, served_copy):
    report = served_copy / "report.html"
    strange = "<script>document.title = 'strange'</script><img src='x' onerror='alert(1)'>"
    report.write_text(report.read_text().replace("<body>", f"<body>{strange}"))
    with run_serve(served_copy) as (address, _):
        page = browser.new_page()
        page.set_default_timeout(HANG_MS)
        page.goto(f"{address}report.html")
        page.click("text=Русский")
        assert page.evaluate("document.documentElement.lang") == "ru"
        assert page.title().startswith("poolbench")
        assert page.evaluate("origin") == "null"
        page.close()


def test_running_study_is_watched_until_the_models_are_there(browser, run_serve, served_copy, see):
    study = served_copy / "study.json"
    ids = RunStore(served_copy).load_model("plan.json", PlanRecord).trials
    assert set(ids) == set(json.loads(study.read_text())["trials"])
    hidden = served_copy.with_name("hidden")
    shutil.move(study, served_copy.with_name("study.json"))
    shutil.move(served_copy / "trials" / ids[0], hidden)
    with run_serve(served_copy) as (address, _):
        page = browser.new_page()
        page.set_default_timeout(HANG_MS)
        page.goto(address)
        see(page, "#progress", "3 of 4")
        assert not page.is_visible("#try")
        row = LiveVariant(variant=VARIANT, label="<b>max", done=1, total=2, seconds_left=200.0)
        row = row.model_copy(
            update={"accuracy": 0.5, "low": 0.25, "high": 0.75, "curve": (0.1, 0.5)}
        )
        live = LiveRecord(step="train", repeats=2, done=3, total=4, variants=(row,))
        RunStore(served_copy).save_model("live.json", live)
        see(page, "#progress-step", "Training to the end of repeat 2 · 3 / 4")
        see(page, "#progress-variants", "0.2500–0.7500")
        see(page, "#progress-variants", "3 min 20 s")
        see(page, "#progress-variants", "<b>max")
        assert page.locator("#progress-variants polyline").count() == 1
        see(page, "#progress", "A variant is a network with one operator")
        page.click("text=Русский")
        see(page, "#progress-variants", "0,2500–0,7500")
        see(page, "#progress-variants", "3 мин 20 с")
        see(page, "#progress", "Вариант — сеть с одним оператором")
        page.click("text=English")
        shutil.move(hidden, served_copy / "trials" / ids[0])
        see(page, "#progress", "All 4")
        shutil.move(served_copy.with_name("study.json"), study)
        page.wait_for_selector("#cards table")
        assert not page.is_visible("#progress")
        page.close()


@pytest.mark.full(seconds=20)
def test_training_is_seen_on_the_page_while_it_goes_on(browser, run_serve, see, tmp_path):
    run = tmp_path / "run"
    command = [sys.executable, "-m", "poolbench", "run", "--data", "sample", "--operators", "max"]
    command += ["--backbones", "lab-example", "--folds", "3", "--repeats", "2", "--workers", "1"]
    with subprocess.Popen([*command, "--out", run], stderr=subprocess.PIPE) as study:
        while not (run / "plan.json").is_file():
            assert study.poll() is None
            time.sleep(0.1)
        with run_serve(run) as (address, _):
            page = browser.new_page(viewport=WIDE)
            page.set_default_timeout(HANG_MS)
            page.goto(address)
            # The first epochs draw a curve, the first trial gives a mean.
            page.wait_for_selector("#progress-variants polyline")
            see(page, "#progress-step", "Training")
            see(page, "#progress-step", "left")
            see(page, "#progress-variants", re.compile(r"0\.\d{4}–[01]\.\d{4}"))
            row = page.locator("#progress-variants tr").inner_text()
            assert row.startswith("max")
            page.click("text=Русский")
            see(page, "#progress-step", "осталось")
            page.close()
        study.send_signal(signal.SIGINT)
        assert study.wait(HANG_SECONDS) == 130
    assert not (run / "live.json").exists()


@pytest.mark.skipif("POOLBENCH_SCREENSHOTS" not in os.environ, reason="writes to docs/images")
def test_screenshots_for_the_documentation(visit, run_serve, finished, see):
    """Of the run that POOLBENCH_SCREENSHOTS names, or of the small one."""
    named = Path(os.environ["POOLBENCH_SCREENSHOTS"])
    with run_serve(named if named.is_dir() else finished[0]) as (address, _):
        for name, size, scheme in (("wide", WIDE, "light"), ("narrow", NARROW, "dark")):
            with visit(address, viewport=size, color_scheme=scheme) as page:
                page.focus("#stage")
                for key in ("ArrowRight", "ArrowRight", "ArrowRight", "ArrowDown", "ArrowDown"):
                    page.keyboard.press(key)
                see(page, "#map-text", "289")
                place = IMAGES / f"try-it-{name}.png"
                page.screenshot(path=place, full_page=name == "narrow")


@pytest.mark.full(seconds=4)
def test_serving_changes_nothing_in_the_run(
    run_serve, served_copy, picture_files, visit, choose_file
):
    def look():
        return {
            str(file): (file.stat().st_mtime_ns, file.stat().st_size)
            for file in sorted(served_copy.rglob("*"))
        }

    assert RunStore(served_copy).load_model("study.json", StudyRecord).trials
    before = look()
    with run_serve(served_copy) as (address, _), visit(address) as page:
        choose_file(page, picture_files["png"])
        page.click("#report")
    assert look() == before
