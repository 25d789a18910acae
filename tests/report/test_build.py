"""The page: self-contained, well formed, escaped, in both languages, the same bytes each time."""

import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser

import pytest

from poolbench.report.build import build_report, render_summary
from poolbench.report.read import read_run
from poolbench.verdict.sentence import describe_verdict

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


@pytest.fixture(scope="module", params=["en", "ru"])
def built(request, run_path, tmp_path_factory):
    path = shutil.copytree(run_path, tmp_path_factory.mktemp("built") / "study")
    page = build_report(path, request.param)
    return request.param, path, page.read_text(encoding="utf-8")


def test_report_is_well_formed_and_says_its_language(built):
    lang, _, source = built
    page = Page(source)
    assert page.open == []
    assert ("html", {"lang": lang}) in page.tags


def test_report_opens_with_the_verdict(built):
    lang, path, source = built
    view = read_run(path)
    text = Page(source).text
    sentence = describe_verdict(view.verdict, lang, view.labels)
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
    assert len(plates) == 15
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
    names = {variant.label for variant in view.variants} | set(view.data.classes)
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


def test_report_escapes_class_names(make_run):
    path = make_run(variants=1, classes=("<script>x</script>", "a & b"), repeats=1, epochs=1)
    source = build_report(path).read_text(encoding="utf-8")
    assert "<script>x" not in source
    assert "&lt;script&gt;" in source
    assert "a &amp; b" in source


def test_report_is_built_where_no_model_was_handed_over(make_run):
    path = make_run(variants=2, repeats=1, epochs=2, final=False)
    text = Page(build_report(path).read_text(encoding="utf-8")).text
    assert "No model was saved." in text
    assert "was not verified" in text


def test_report_of_the_lab_protocol_says_that_it_is_optimistic(make_run):
    path = make_run(variants=2, repeats=1, epochs=2, protocol="lab")
    text = Page(build_report(path).read_text(encoding="utf-8")).text
    assert "are optimistic" in text
    assert "intervals speak of the pictures alone" in text


def test_summary_is_a_piece_of_html_with_the_leaderboard(run_path):
    source = render_summary(run_path, "ru")
    page = Page(source)
    assert page.open == []
    assert "html" not in dict(page.tags)
    assert "рекомендуется" in page.text


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
