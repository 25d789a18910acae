"""What a report and a hand-in of a real run say: words instead of keys, numbers as written here."""

import json
import re
import shutil
from html.parser import HTMLParser

import pytest
from docx import Document

from poolbench.report.handin.build import build_handin
from poolbench.texts import TEXTS

# Elements whose letters are nobody's prose: commands, the configuration, styles.
SILENT = ("pre", "script", "style", "title")
EMPTY = ("img", "meta", "link", "br", "rect", "path", "use", "input", "hr")
# Words that are the same in every language: names, units of measure, what is quoted.
ALLOWED = {
    *("poolbench", "sample", "stride", "max", "avg", "mlp", "cv", "lab", "quick", "example"),
    *("English", "Python", "ONNX", "PyTorch", "onnxruntime", "torch", "onnx", "numpy", "scipy"),
    *("scikit", "learn", "pillow", "cpu", "SHA", "NLL", "RUN", "ID", "export", "SGD", "recipes"),
    *("Grad", "CAM", "Selvaraju", "Li", "arXiv", "precision", "recall", "trial", "float"),
    # A letter for a quantity.
    *("n", "p", "F"),
}
# Parts in which a point or an English word is no fault: addresses, options, files, versions.
QUOTED = (
    r"\S+-(?:r\d+f\d+|whole)-[0-9a-f]+",
    r"arXiv:\S+",
    r"--[a-z-]+( [a-z]+)?",
    r"[\w/-]+\.(?:onnx|csv|toml|safetensors|npz|json|html|md)\b",
    r"\b\d+\.\d+\.\d+[\w.+-]*",
    r"\b[0-9a-f]{12,}\b",
)


class Reader(HTMLParser):
    """Collects what a page shows in one language."""

    def __init__(self, lang):
        super().__init__()
        self.lang, self.parts, self.hidden = lang, [], []

    def handle_starttag(self, tag, attributes):
        if tag in EMPTY:
            return
        other = tag in ("span", "div") and dict(attributes).get("lang", self.lang) != self.lang
        self.hidden.append(tag in SILENT or other)

    def handle_endtag(self, tag):
        if tag not in EMPTY:
            self.hidden.pop()
            self.parts.append(" ")

    def handle_startendtag(self, tag, attributes):
        pass

    def handle_data(self, data):
        if not any(self.hidden):
            self.parts.append(data)


def read_page(path, lang):
    reader = Reader(lang)
    reader.feed(path.read_text(encoding="utf-8"))
    return "".join(reader.parts)


def read_docx(path):
    document = Document(str(path))
    # Commands stand in a font of their own.
    said = [
        paragraph.text
        for paragraph in document.paragraphs
        if not any(run.font.name == "Courier New" for run in paragraph.runs)
    ]
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*said, *cells])


def read_markdown(path):
    plain = re.sub(r"```.*?```", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    return re.sub(r"!\[[^\]]*\]\([^)]*\)|\\", "", plain)


def drop_quoted(said, path):
    """Leave out names, versions and what the machine calls itself."""
    environment = json.loads((path / "environment.json").read_text())
    libraries = environment["libraries"].values()
    named = [*libraries, *environment["variables"], *environment["variables"].values()]
    named += [environment[name] for name in ("system", "processor", "poolbench", "fingerprint")]
    for name in sorted(map(str, named), key=len, reverse=True):
        said = said.replace(name, " ")
    for pattern in QUOTED:
        said = re.sub(pattern, " ", said)
    return said


@pytest.fixture(scope="module")
def texts(finished, tmp_path_factory):
    """The page in each language, and the Russian documents, of one real run."""
    path = tmp_path_factory.mktemp("told") / "run"
    shutil.copytree(finished[0], path)
    page = path / "report.html"
    handed = build_handin(path)
    return {
        **{lang: drop_quoted(read_page(page, lang), path) for lang in TEXTS},
        "markdown": drop_quoted(read_markdown(handed.markdown), path),
        "docx": drop_quoted(read_docx(handed.docx), path),
    }


@pytest.mark.parametrize("name", [*TEXTS, "markdown", "docx"])
def test_no_key_of_a_record_is_shown(texts, name):
    found = set(re.findall(r"\b[a-z][a-z0-9]*(?:[._][a-z0-9]+)*_[a-z0-9]+\b", texts[name]))
    assert found == set()


@pytest.mark.parametrize("name", ["ru", "markdown", "docx"])
def test_russian_has_decimal_commas(texts, name):
    assert re.findall(r".{0,30}\d\.\d.{0,20}", texts[name]) == []
    assert re.search(r"\d,\d", texts[name])


@pytest.mark.parametrize("name", ["ru", "markdown", "docx"])
def test_russian_has_no_english_word(texts, name):
    assert set(re.findall(r"[A-Za-z]+", texts[name])) <= ALLOWED


@pytest.mark.parametrize("name", ["ru", "markdown", "docx"])
def test_russian_keeps_units_with_their_numbers(texts, name):
    assert re.findall(r"\d (?:%|п\.|млн|[КМГ]Б|пикс\.)", texts[name]) == []


@pytest.mark.parametrize("name", ["ru", "markdown", "docx"])
def test_classes_of_the_sample_are_told_in_russian(texts, name):
    assert "яблоко" in texts[name]
    assert "apple" not in texts[name]
    assert "apple" in texts["en"]


@pytest.mark.parametrize("name", ["markdown", "docx"])
def test_a_variant_of_the_hand_in_is_that_of_the_assignment(texts, name):
    assert set(re.findall(r"[Вв]ариант\w* \w+", texts[name])) == {"Вариант задания"}
    assert "конфигурация" in texts[name]
