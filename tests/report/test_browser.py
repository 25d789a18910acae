"""The report in a real browser."""

import os
from contextlib import contextmanager
from pathlib import Path

import pytest

from patience import HANG_MS
from poolbench.report.build import build_report

CLASSES = ("<script>alert(1)</script>", 'Кошка "№1"', "a & b")
IMAGES = Path(__file__).parents[2] / "docs" / "images"


@pytest.fixture(scope="module")
def report(reported):
    """The address of a report."""
    return (reported / "report.html").as_uri()


@pytest.fixture(scope="module")
def visit(browser):
    """The page; afterwards it has to have been quiet, and to have asked for nothing."""

    @contextmanager
    def call(address, **options):
        context = browser.new_context(**options)
        context.set_default_timeout(HANG_MS)
        page = context.new_page()
        said, asked = [], []
        page.on("console", lambda line: said.append(line.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        page.on("dialog", lambda dialog: (said.append(dialog.message), dialog.dismiss()))
        page.goto(address)
        yield page
        assert said == []
        assert {url for url in asked if not url.startswith("data:")} == {address}
        context.close()

    return call


@pytest.mark.full(seconds=25)
def test_report_shows_class_names_literally(visit, make_run):
    path = make_run(variants=4, classes=CLASSES)
    with visit(build_report(path).as_uri()) as page:
        names = page.locator("#mistakes table").first.locator("tbody th").all_inner_texts()
        assert names == list(CLASSES)


def test_report_switches_its_language_in_place(visit, report):
    with visit(report) as page:
        heading = page.locator("#comparison h2")
        assert heading.inner_text() == "Comparison"
        page.click("text=Русский")
        assert heading.inner_text() == "Сравнение"
        assert page.evaluate("document.documentElement.lang") == "ru"
        assert page.title().startswith("poolbench: сравнение")
        page.keyboard.press("Shift+Tab")
        page.keyboard.press("Enter")
        assert heading.inner_text() == "Comparison"


@pytest.mark.parametrize("language", ["English", "Русский"])
def test_report_sorts_numbers_as_numbers_and_names_as_names(visit, report, language):
    with visit(report) as page:
        page.click(f"text={language}")
        table = page.locator("#differences .scroll").first
        column = table.locator("tbody tr td:nth-child(2)")
        button = table.locator("thead th").nth(1).locator("button")
        for way in ("descending", "ascending"):
            button.click()
            texts = column.all_inner_texts()
            shown = [float(text.replace("−", "-").replace(",", ".")) for text in texts]
            assert shown == sorted(shown, reverse=way == "descending")
            assert len(set(shown)) > 1
            assert table.locator("thead th").nth(1).get_attribute("aria-sort") == way
        table.locator("thead th").first.locator("button").click()
        names = table.locator("tbody th").all_inner_texts()
        assert names == sorted(names, reverse=True)
        assert table.locator("th[aria-sort]").count() == 1


def test_report_puts_the_best_first_where_lower_is_better(visit, report):
    with visit(report) as page:
        table = page.locator("#comparison .scroll").first
        head = table.locator("thead th")
        place = head.all_inner_texts().index("NLL (nats)")
        for way in ("ascending", "descending", "ascending"):
            head.nth(place).locator("button").click()
            shown = table.locator(f"tbody tr td:nth-child({place + 1})").all_inner_texts()
            assert list(map(float, shown)) == sorted(map(float, shown), reverse=way != "ascending")
            assert head.nth(place).get_attribute("aria-sort") == way
        assert len(set(shown)) > 1


def test_report_tells_the_numbers_of_a_point(visit, report):
    with visit(report) as page:
        page.locator("#accuracy-time-en-tip-0").hover(force=True)
        tip = page.locator(".tip").inner_text()
        row = page.locator("#comparison tbody tr").first
        assert row.locator("th").inner_text().split()[0] in tip
        assert row.locator("td").first.inner_text() in tip
        page.mouse.move(1, 1)
        assert page.locator(".tip").count() == 0


@pytest.mark.one_of_each(by=lambda case: {"any": 0}, seconds=3)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_report_has_nothing_that_hinders(visit, report, check_accessible, scheme):
    with visit(report, color_scheme=scheme) as page:
        check_accessible(page)
        page.click("text=Русский")
        check_accessible(page)


@pytest.mark.one_of_each(seconds=2)
@pytest.mark.parametrize("width", [360, 1440])
def test_report_is_never_wider_than_the_window(visit, report, width):
    with visit(report, viewport={"width": width, "height": 800}) as page:
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_report_prints_without_its_buttons(visit, report):
    with visit(report) as page:
        page.emulate_media(media="print")
        assert not page.locator(".languages").is_visible()
        assert page.pdf(format="A4").startswith(b"%PDF")


@pytest.mark.skipif("POOLBENCH_SCREENSHOTS" not in os.environ, reason="makes pictures for the docs")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_report_as_a_picture(visit, scheme):
    """Of the run that POOLBENCH_SCREENSHOTS names, where it names one."""
    address = (Path(os.environ["POOLBENCH_SCREENSHOTS"]) / "report.html").resolve().as_uri()
    size = {"width": 1200, "height": 1500}
    with visit(address, color_scheme=scheme, viewport=size) as page:
        page.screenshot(path=IMAGES / f"report-{scheme}.png")
        assert (IMAGES / f"report-{scheme}.png").stat().st_size > 10_000
