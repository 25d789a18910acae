"""The page: self-contained, well formed, escaped, in both languages, the same bytes each time."""

import base64
import csv
import hashlib
import io
import json
import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest

from poolbench.report.build import build_report, render_summary
from poolbench.report.read import read_run
from poolbench.report.wording import say_verdict

# Of HTML, and what matplotlib closes at once.
VOID = {"meta", "img", "br", "link"}


class Page(HTMLParser):
    """Collects tags, text, and whatever is opened and not closed."""

    def __init__(self, source):
        super().__init__()
        self.tags, self.open, self.languages, self.text = [], [], [], ""
        self.feed(source)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)
            self.languages.append(dict(attrs).get("lang"))

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag
        self.languages.pop()

    def handle_data(self, data):
        """What is to be seen in the language of the page."""
        spoken = {language for language in self.languages if language}
        if not {"style", "script"} & set(self.open) and len(spoken) < 2:
            self.text += data


@pytest.fixture(
    scope="module", params=["en", pytest.param("ru", marks=pytest.mark.full(seconds=2))]
)
def built(request, run_path, tmp_path_factory):
    if request.param == "en":
        path = request.getfixturevalue("reported")
    else:
        path = shutil.copytree(run_path, tmp_path_factory.mktemp("built") / "study")
        build_report(path, request.param)
    return request.param, path, (path / "report.html").read_text(encoding="utf-8")


def test_report_is_well_formed_and_says_its_language(built):
    lang, _, source = built
    page = Page(source)
    assert page.open == []
    assert ("html", {"lang": lang}) in page.tags


def test_report_opens_with_the_verdict(built):
    lang, path, source = built
    view = read_run(path)
    text = Page(source).text
    sentence = say_verdict(view).speak(lang)
    assert sentence in text
    assert text.index(sentence) < text.index(view.variants[0].label, text.index(sentence) + 400)


def test_report_needs_nothing_from_outside(built):
    page = Page(built[2])
    assert not {tag for tag, _ in page.tags} & {"link", "iframe", "object"}
    for _, attributes in page.tags:
        for name in ("src", "href", "xlink:href"):
            assert attributes.get(name, "#").startswith(("#", "data:image/png"))
    assert "url(" not in built[2].replace("url(#", "")
    assert "@import" not in built[2]
    assert not {"fetch(", "XMLHttpRequest", "import("} & set(built[2].split())


def test_report_can_be_read_without_seeing_it(built):
    page = Page(built[2])
    named = [attributes for tag, attributes in page.tags if "aria-labelledby" in attributes]
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert {attributes["aria-labelledby"] for attributes in named} <= set(ids)
    plates = [a for _, a in page.tags if a.get("class") == "plate"]
    # Each figure in both languages.
    assert len(plates) == 2 * 16
    assert all("aria-labelledby" in plate for plate in plates)
    assert all(attributes["alt"] for tag, attributes in page.tags if tag == "img")
    assert all("scope" in attributes for tag, attributes in page.tags if tag == "th")
    targets = {attributes["href"][1:] for tag, attributes in page.tags if tag == "a"}
    assert targets <= {attributes.get("id") for _, attributes in page.tags}


def test_report_holds_the_numbers_of_the_run(built):
    _, path, source = built
    view = read_run(path)
    for variant in view.variants:
        assert f"{variant.row.accuracy:.4f}" in source
    assert f"{view.final.test.accuracy:.4f}" in source
    assert view.data.manifest_hash in source
    assert "poolbench run --config config.toml" in source


def test_report_has_no_path_of_this_machine(built):
    _, path, source = built
    assert str(path.parent) not in source


def test_report_speaks_one_language(built):
    lang, _, source = built
    prose = Page(source).text.partition("config.toml")[0].lower()
    count = len(re.findall("[а-яё]{3,}", prose))
    assert count > 300 if lang == "ru" else count == 0


@pytest.mark.full(seconds=12)
def test_report_holds_every_language_and_the_same_figures_in_each(run_path, tmp_path):
    pages = {}
    for lang in ("en", "ru"):
        path = shutil.copytree(run_path, tmp_path / lang / "study")
        pages[lang] = build_report(path, lang).read_text(encoding="utf-8")
    spans = {lang: re.findall(r'<span lang="(?:en|ru)">', page) for lang, page in pages.items()}
    assert spans["en"] == spans["ru"]
    assert spans["en"].count('<span lang="ru">') > 100
    figures = [re.findall(r'<div class="plate.*?</div>', p, re.DOTALL) for p in pages.values()]
    assert figures[0] == figures[1]


def test_report_draws_no_words_but_names(built):
    _, path, source = built
    view = read_run(path)
    names = {variant.label for variant in view.variants}
    names |= {told for words in view.class_words for told in words.texts.values()}
    names |= {f"{a} − {b}" for a in view.labels.values() for b in view.labels.values()}
    drawn = re.findall(r"<text[^>]*>([^<]*)</text>", source)
    assert len(drawn) > 100
    assert not [word for word in drawn if re.search("[^\\W\\d]", word) and word not in names]


def test_report_writes_every_figure_and_table_as_a_file(built):
    _, path, source = built
    names = re.findall(r'<figure id="figure-([a-z-]+)"', source)
    for name in names:
        assert (path / "figures" / f"{name}.svg").read_text(encoding="utf-8").startswith("<?xml")
        assert (path / "figures" / f"{name}.png").read_bytes().startswith(b"\x89PNG")
    shown = set(re.findall(r'<caption id="table-([a-z-]+)"', source))
    assert {file.stem for file in (path / "tables").glob("*.csv")} == shown


def test_report_shows_no_object_of_the_program(built):
    assert "Words(" not in built[2]
    assert not [file for file in (built[1] / "tables").iterdir() if b"Words(" in file.read_bytes()]


@pytest.mark.full(seconds=9)
def test_report_removes_figures_and_tables_that_the_run_has_no_longer(run_path, tmp_path):
    path = shutil.copytree(run_path, tmp_path / "study")
    build_report(path)
    (path / "figures" / "baseline.svg").touch()
    (path / "tables" / "baseline.csv").touch()
    (path / "tables" / "mine.csv").touch()
    (path / "best" / "explain.npz").unlink()
    build_report(path)
    assert not list(path.glob("*/baseline.*"))
    assert not list(path.glob("figures/landscape.*"))
    assert (path / "tables" / "mine.csv").exists()


# What a name is, and how a page shows it.
NAMES = {
    "<script>x</script>": "&lt;script&gt;x&lt;/script&gt;",
    "a & b": "a &amp; b",
    "--><b>": "--&gt;&lt;b&gt;",
    "{{ 7 * 7 }}": "{{ 7 * 7 }}",
    "$\\frac{1}{2}$": "$\\frac{1}{2}$",
    "#0072b2": "#0072b2",
    "=1+1;@x": "=1+1;@x",
    "\x1b[31m\u202egnp": "\\x1b[31m\\u202egnp",
    "a\nb": "a\nb",
    "\ufffe\uffff": "\\ufffe\\uffff",
}


@pytest.fixture(scope="module")
def strange(make_run, tmp_path_factory):
    """A report of a run that a stranger made: its names, its facts and its configuration."""
    path = make_run(variants=2, classes=tuple(NAMES), repeats=1, epochs=1)
    data = json.loads((path / "data.json").read_text(encoding="utf-8"))
    data["facts"] = {"\x9b1m": "half a letter: \ud800", "<b>": ["</td>"]}
    (path / "data.json").write_text(json.dumps(data), encoding="utf-8")
    config = path / "config.toml"
    text = config.read_text(encoding="utf-8").replace('["max", "avg"]', '["trap:Operator", "avg"]')
    assert "trap" in text
    config.write_text(f"# </pre><script>x</script> \u202e\n{text}", encoding="utf-8")
    folder = tmp_path_factory.mktemp("here")
    (folder / "trap.py").write_text("raise SystemExit('imported')", encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.syspath_prepend(folder)
        build_report(path)
    return path


def test_report_shows_names_as_text(strange):
    source = (strange / "report.html").read_text(encoding="utf-8")
    page = Page(source)
    assert page.open == []
    assert source.count("<script") == 1
    assert all(letter.isprintable() or letter in "\n\u00a0\u2009" for letter in source)
    cells = re.findall(r'<th scope="row">([^<]*)</th>', source, re.DOTALL)
    assert set(NAMES.values()) <= set(cells)
    # As names beside the axes too, where matplotlib writes them.
    drawn = re.findall(r"<text[^>]*>([^<]*)</text>", source)
    assert {"#0072b2", "$\\frac{1}{2}$", "--&gt;&lt;b&gt;", "a\\nb"} <= set(drawn)


def test_figures_of_strange_names_are_whole_files(strange):
    for file in (strange / "figures").glob("*.svg"):
        tags = {element.tag.rpartition("}")[2] for element in ElementTree.parse(file).iter()}
        assert not tags & {"script", "foreignObject", "b"}


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_tables_of_strange_names_hold_no_formula(strange, delimiter):
    names = set()
    for file in (strange / "tables").glob("*.csv"):
        text = file.read_text(encoding="utf-8-sig")
        assert "\x1b" not in text and "\u202e" not in text
        for row in csv.reader(io.StringIO(text), delimiter=delimiter):
            names |= set(row)
            assert not [cell for cell in row if cell[:1] and cell[0] in "=@"]
    assert delimiter != "," or "'=1+1;'@x" in names


def test_report_lets_its_own_script_run_and_no_other(strange):
    source = (strange / "report.html").read_text(encoding="utf-8")
    (script,) = re.findall(r"<script>(.*?)</script>", source, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', source)
    assert f"script-src &#39;sha256-{digest}&#39;;" in policy
    assert source.index("Content-Security-Policy") < source.index("<title>")
    assert not re.findall(r"<[^>]*\son[a-z]+=", source)


@pytest.mark.full(seconds=4)
def test_report_is_built_where_no_model_was_handed_over(make_run):
    path = make_run(variants=2, repeats=1, epochs=2, final=False)
    text = Page(build_report(path).read_text(encoding="utf-8")).text
    assert "No model was saved." in text
    assert "was not verified" in text


@pytest.mark.full(seconds=5)
def test_report_of_the_lab_protocol_says_that_it_is_optimistic(make_run):
    path = make_run(variants=2, repeats=1, epochs=2, protocol="lab")
    text = Page(build_report(path).read_text(encoding="utf-8")).text
    assert "are optimistic" in text
    assert "reflect the sampling of images alone" in text


def test_summary_is_a_piece_of_html_with_the_leaderboard(run_path):
    source = render_summary(run_path, "ru")
    page = Page(source)
    assert page.open == []
    assert "html" not in dict(page.tags)
    assert "рекомендуется" in page.text


@pytest.mark.full(seconds=8)
def test_report_of_a_moved_run_is_the_same_without_torch(built, tmp_path):
    lang, path, source = built
    moved = shutil.copytree(path, tmp_path / "elsewhere")
    program = (
        "import sys; from pathlib import Path; from poolbench.report.build import build_report; "
        "build_report(Path(sys.argv[1]), sys.argv[2]); "
        "sys.exit('torch' in sys.modules or 'matplotlib.pyplot' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program, str(moved), lang], check=True)
    assert (moved / "report.html").read_text(encoding="utf-8") == source
