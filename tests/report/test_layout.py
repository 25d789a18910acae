"""The report on a phone, on a wide screen and on paper, also of many variants and classes."""

import os
import re
import shutil

import pytest

from patience import HANG_MS
from poolbench.report.build import build_report

PHONE, WIDE = {"width": 390, "height": 844}, {"width": 1440, "height": 900}
# Width of the paper between its margins, in CSS pixels.
PAPER = {"width": 703, "height": 1000}
MOST_PAGES = 8
HUNDRED = tuple(f"a rather long class {k}" if k % 9 == 0 else f"class {k}" for k in range(100))
# Sizes of the letters of all figures that are seen, in pixels of the screen.
LETTERS = """() => [...document.querySelectorAll(".plate svg text")]
  .filter((text) => text.textContent.trim() && text.checkVisibility())
  .map((text) => {
    const svg = text.ownerSVGElement;
    const scale = svg.getBoundingClientRect().width / svg.viewBox.baseVal.width;
    return parseFloat(getComputedStyle(text).fontSize) * scale;
  })"""
# What is wider than its place and does not say so, and how much says so.
WIDER = """() => {
  const inner = [...document.querySelectorAll(".scroll, .plate, pre")]
    .filter((part) => part.checkVisibility() && part.scrollWidth > part.clientWidth + 1);
  const isTold = (part) => {
    const sign = part.closest(".pane")?.querySelector(".scroll-hint");
    return sign && !sign.hidden && sign.checkVisibility();
  };
  return [inner.filter((part) => !isTold(part)).length, inner.filter(isTold).length];
}"""


@pytest.fixture(scope="module")
def reports(make_run, reported, tmp_path_factory):
    """A function that gives the address of a report of so many variants and classes."""
    made = {(3, 3): (reported / "report.html").as_uri()}

    def give(variants, classes):
        if (variants, classes) not in made:
            names = HUNDRED if classes == len(HUNDRED) else ("apple", "forest", "lion")
            few = {} if variants == 3 else {"repeats": 1}
            run = make_run(variants=variants, classes=names, epochs=6, **few)
            moved = shutil.copytree(run, tmp_path_factory.mktemp("seen") / "study")
            made[variants, classes] = build_report(moved).as_uri()
        return made[variants, classes]

    return give


@pytest.fixture
def look(browser, tmp_path):
    """A page as somebody sees it; a picture of it stays in the test's folder when asked for."""
    contexts = []

    def call(address, size, scheme="light", lang="en"):
        context = browser.new_context(viewport=size, color_scheme=scheme)
        context.set_default_timeout(HANG_MS)
        contexts.append(context)
        page = context.new_page()
        page.goto(address)
        page.click(f"[data-language={lang}]")
        if "POOLBENCH_SCREENSHOTS" in os.environ:
            name = f"{len(contexts)}-{size['width']}-{scheme}-{lang}.png"
            page.screenshot(path=tmp_path / name, full_page=True)
        return page

    yield call
    for context in contexts:
        context.close()


SIZES = [
    pytest.param(3, 3),
    pytest.param(3, 100, marks=pytest.mark.full(seconds=15)),
    pytest.param(46, 3, marks=pytest.mark.full(seconds=45)),
]


@pytest.mark.parametrize(("variants", "classes"), SIZES)
def test_report_is_legible_on_a_phone(reports, look, variants, classes):
    address = reports(variants, classes)
    for scheme, lang in (("light", "en"), ("dark", "ru")):
        page = look(address, PHONE, scheme, lang)
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        letters = page.evaluate(LETTERS)
        assert len(letters) > 100 and min(letters) >= 10
        page.wait_for_function(f"() => ({WIDER})()[0] === 0")
        assert page.evaluate(WIDER)[1] > 3


@pytest.mark.parametrize(("variants", "classes"), SIZES)
def test_report_fills_a_wide_screen_with_two_figures_a_row(reports, look, variants, classes):
    address = reports(variants, classes)
    for scheme, lang in (("light", "en"), ("dark", "ru")):
        page = look(address, WIDE, scheme, lang)
        assert page.evaluate("document.documentElement.scrollWidth") <= WIDE["width"]
        assert page.locator(".card").bounding_box()["width"] > 0.95 * WIDE["width"]
        first, second = (
            page.locator(f"#figure-accuracy-{name}").bounding_box() for name in ("time", "cost")
        )
        assert first["y"] == second["y"] and second["x"] > first["x"] + 400
        page.wait_for_function(f"() => ({WIDER})()[0] === 0")


@pytest.mark.parametrize("lang", ["en", "ru"])
def test_report_of_three_variants_prints_on_eight_pages(reports, look, lang):
    page = look(reports(3, 3), PAPER, lang=lang)
    paper = page.pdf(format="A4")
    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", paper)) <= MOST_PAGES
    # A page that is too wide would be shrunk to fit, and what it says with it.
    page.emulate_media(media="print")
    assert page.evaluate("document.documentElement.scrollWidth") <= PAPER["width"]


@pytest.mark.full(seconds=10)
def test_report_of_many_classes_shows_the_worst_first_and_folds_the_rest(reports, look):
    page = look(reports(3, 100), WIDE)
    shown = page.locator("[aria-labelledby=table-class-scores-excerpt] tbody tr")
    scores = [float(row.locator("td").first.inner_text()) for row in shown.all()]
    assert len(scores) == 10 and scores == sorted(scores)
    whole = page.locator("[aria-labelledby=table-class-scores]")
    assert not whole.is_visible()
    page.locator("details:has([aria-labelledby=table-class-scores]) summary").first.click()
    rows = whole.locator("tbody tr")
    assert rows.count() == 100
    all_scores = [float(row.locator("td").first.inner_text()) for row in rows.all()]
    assert sorted(all_scores)[:10] == scores
    shares = page.locator("[aria-labelledby=table-confused] tbody td:nth-child(3)")
    told = [float(share) for share in shares.all_inner_texts()]
    assert told == sorted(told, reverse=True) and len(told) == 12
    assert not page.locator("[aria-labelledby=table-confusion]").is_visible()


@pytest.mark.full(seconds=10)
def test_report_of_many_variants_folds_what_is_long(reports, look):
    page = look(reports(46, 3), WIDE)
    panels = page.locator("#figure-loss-curves [lang=en] .panels > div")
    assert panels.count() == 46
    assert sum(panel.is_visible() for panel in panels.all()) == 6
    assert page.locator("#comparison tbody tr:visible").count() == 10
    assert "46" in page.locator(".card summary").inner_text()
    keys = page.locator("#figure-accuracy-time .keys li")
    # Those in colour, the grey ones together, and the front.
    assert keys.count() == 8 + 2


def test_report_shows_no_raw_keys(reports, look):
    text = look(reports(3, 3), WIDE).inner_text("body")
    assert not re.findall(r"\b[a-z]+_[a-z_]+\b", text)
    assert "repeated cross-validation" in text and "squash" not in text
