"""Which language the page speaks, and that in Russian all of it is Russian, numbers too."""

import re
from contextlib import contextmanager

import pytest
from starlette.testclient import TestClient

from poolbench.serve.front import render_index
from poolbench.serve.guard import choose_answer_language
from poolbench.serve.runs import make_list_app
from russian import find_foreign

# Names on the page that are not translated: the first is a class of the test's own.
NAMES = {"script", "alert", "poolbench", "max", "avg", "lab-example", "quick"}
# Keys, formats, and what a button of the browser's own is called.
NAMES |= {"Ctrl", "Home", "Shift", "Enter", "JavaScript", "English", "csv", "report", "pictures"}


@contextmanager
def visit_as(browser, address, locale):
    context = browser.new_context(locale=locale, viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.goto(address)
    page.wait_for_selector("#cards table")
    yield page
    context.close()


def read_language(page):
    return page.evaluate("document.documentElement.lang")


@pytest.mark.parametrize(
    ("locale", "language"), [("ru-RU", "ru"), ("en-GB", "en"), ("de-DE", "en")]
)
def test_page_speaks_the_language_of_the_browser_else_that_of_the_run(
    browser, server, locale, language
):
    with visit_as(browser, server, locale) as page:
        assert read_language(page) == language
        assert page.title() == {"en": "poolbench: try the models"}.get(
            language, "poolbench: проверьте модели"
        )
        assert page.get_attribute(f"[data-language={language}]", "aria-pressed") == "true"


@pytest.mark.full(seconds=2)
def test_choice_of_a_person_outlives_a_reload_and_goes_with_them_to_the_report(browser, server):
    with visit_as(browser, server, "en-GB") as page:
        page.click("[data-language=ru]")
        page.reload()
        page.wait_for_selector("#cards table")
        assert read_language(page) == "ru"
        page.click("#report")
        page.wait_for_load_state()
        assert page.url.endswith("?lang=ru")
        assert read_language(page) == "ru"
        assert page.get_attribute("[data-language=ru]", "aria-pressed") == "true"


@pytest.mark.full(seconds=3)
def test_language_that_was_asked_for_goes_before_that_of_the_browser(browser, run_serve, served):
    with (
        run_serve(served, "--lang", "en") as (address, _),
        visit_as(browser, address, "ru-RU") as page,
    ):
        assert read_language(page) == "en"


def test_page_as_files_speaks_the_language_of_the_browser(browser, static):
    with visit_as(browser, static, "ru-RU") as page:
        assert read_language(page) == "ru"
        assert page.get_attribute("#report", "href").endswith("?lang=ru")


def test_russian_page_has_no_english_word_and_no_decimal_point(browser, server, see):
    with visit_as(browser, server, "ru-RU") as page:
        page.focus("#stage")
        page.keyboard.press("ArrowRight")
        see(page, "#map-text", "289")
        page.click("#draw")
        said = page.inner_text("body")
        labels = page.eval_on_selector_all(
            "[aria-label]", "all => all.map((one) => one.getAttribute('aria-label')).join('\\n')"
        )
    assert find_foreign(f"{said}\n{labels}", NAMES) == []
    assert re.search(r"\d,\d\xa0%", said)
    # What a variant is stands where the first one does.
    assert "модель одного варианта, то есть сети с одним оператором" in said


def test_first_of_the_browsers_languages_that_is_spoken_here_is_taken():
    for given, found in {
        "ru-RU,ru;q=0.9,en;q=0.8": "ru",
        "de-DE,de;q=0.9,en;q=0.8,ru;q=0.7": "en",
        "de": "ru",
        "": "ru",
    }.items():
        assert choose_answer_language({"accept-language": given}, "ru") == found


def test_page_says_whether_its_language_was_asked_for():
    assert '<html lang="ru" data-wanted>' in render_index("server", "ru", is_wanted=True)
    assert '<html lang="ru">' in render_index("wasm", "ru", is_wanted=False)


@pytest.mark.parametrize(
    ("wanted", "place", "title"),
    [(False, "/", "Запуски"), (True, "/", "Runs"), (True, "/?lang=ru", "Запуски")],
)
def test_list_of_runs_speaks_the_language_of_the_browser(tmp_path, wanted, place, title):
    app = make_list_app(tmp_path, host="127.0.0.1", token=None, lang="en", is_wanted=wanted)
    with TestClient(app, "http://127.0.0.1:8000") as client:
        page = client.get(place, headers={"accept-language": "ru-RU,ru;q=0.9"})
    assert f"<h2>{title}</h2>" in page.text
