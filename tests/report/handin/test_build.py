"""The hand-in: both documents say the same, and the numbers are those of the run."""

import re
import shutil
import subprocess
import sys
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from docx import Document

from poolbench.report.handin.build import build_handin
from poolbench.report.handin.fill import retell
from poolbench.report.read import read_run
from poolbench.report.wording import say_verdict
from poolbench.texts.filling import format_number

# Beside the names of a run: formats, programs, methods and what is typed.
NAMES = {
    *("onnx", "pytorch", "python", "poolbench", "recipes", "sgd", "nll", "best", "model"),
    *("backbones", "lab", "lr", "li", "tune", "mlp", "sample", "folds", "repeats", "epochs"),
}


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    return lambda path: shutil.copytree(path, tmp_path_factory.mktemp("handin") / "study")


@pytest.fixture(
    scope="module",
    params=[
        *("cv", "real"),
        *(
            pytest.param(name, marks=pytest.mark.full(seconds=0.4))
            for name in ("lab", "single", "many", "unexplained", "unfinished")
        ),
    ],
)
def path(request, make_run, run_path, finished, copy):
    if request.param == "real":
        return copy(finished[0])
    made = {
        "lab": {"protocol": "lab", "repeats": 1},
        "single": {"variants": 1, "repeats": 1},
        "many": {"variants": 9, "repeats": 1, "epochs": 3},
        "unfinished": {"variants": 2, "repeats": 1, "final": False, "diverged": True},
    }
    place = copy(run_path if request.param not in made else make_run(**made[request.param]))
    if request.param == "unexplained":
        (place / "best" / "explain.npz").unlink()
    return place


@pytest.fixture(scope="module")
def both(path, build_both):
    return build_both(path, "Иванов И. И.", "ИВТ-1")


def test_both_documents_say_the_same(both):
    markdown, docx = both
    assert markdown.headings[1:] == docx.headings
    assert markdown.captions == docx.captions
    assert markdown.tables == docx.tables
    said = "\n".join(docx.paragraphs)
    for line in markdown.paragraphs:
        assert line.split("\n")[0].rstrip("_ ") in said


def test_figures_and_tables_are_numbered_one_after_another(both):
    for kind in ("Рисунок", "Таблица"):
        numbers = [int(line.split()[1]) for line in both[0].captions if line.startswith(kind)]
        assert numbers == list(range(1, len(numbers) + 1))
    assert len(both[0].tables) == numbers[-1]


def test_every_figure_and_table_that_the_text_names_is_there(both):
    text = "\n".join(both[0].paragraphs)
    named = {int(found) for found in re.findall(r"таблиц[аеуы] (\d+)", text)}
    assert named == set(range(1, len(both[0].tables) + 1))


def test_the_part_that_judges_differences_is_where_it_is_said_to_be(both):
    named = re.findall(r"Достоверны ли различия, показано в п\.\s(\d+)", both[0].text)
    [choice] = [line for line in both[0].headings if line.endswith("Выбор лучшей конфигурации")]
    assert all(choice.startswith(f"{number} ") for number in named)
    assert len(named) <= 1


def test_every_picture_is_there(both, path):
    markdown, docx = both
    files = [(path / "lab-report" / name).read_bytes() for name in markdown.pictures]
    assert all(file.startswith(b"\x89PNG") for file in files)
    assert sorted(files) == sorted(docx.pictures)
    assert len(set(markdown.pictures)) == len(files)


def _list_measures(trial):
    if trial.diverged_at is not None:
        return ("разошлось", "—", "—")
    measures = (trial.train.accuracy, trial.held_out.accuracy, trial.held_out.nll)
    return tuple(format_number(measure, ".4f", "ru") for measure in measures)


def test_the_last_table_holds_every_trial(both, path):
    view = read_run(path)
    [table] = [table for table in both[0].tables if table[0][1:3] == ["повтор", "блок"]]
    expected = [
        (
            variant.label,
            *_list_measures(trial),
            format_number(timing.train_seconds, ",.1f", "ru"),
        )
        for variant in view.variants
        for trial, timing in zip(variant.trials, variant.timings, strict=True)
    ]
    assert [(row[0], *row[4:7], row[8]) for row in table[1:]] == expected
    places = [tuple(row[:3]) for row in table[1:]]
    assert len(set(places)) == len(places) == sum(len(v.trials) for v in view.variants)


def test_the_numbers_and_the_verdict_are_those_of_the_run(both, path):
    view = read_run(path)
    sentence = retell(say_verdict(view))
    assert both[1].text.count(sentence) == 2
    for variant in view.variants:
        assert format_number(variant.row.accuracy, ".4f", "ru") in both[1].text
    if view.final is not None:
        assert format_number(view.final.test.accuracy, ".4f", "ru") in both[1].text
        assert str(len(view.verification.checks)) in both[1].text


def test_it_is_written_in_russian(both, path):
    view = read_run(path)
    recipes = [variant.spec.recipe.name for variant in view.variants]
    names = " ".join([*view.labels.values(), *view.data.classes, *view.config.backbones, *recipes])
    known = NAMES | set(re.findall("[a-z]{2,}", names.lower()))
    prose = "\n".join([*both[0].headings, *both[0].paragraphs, *both[0].captions])
    assert set(re.findall("[a-z]{2,}", prose.lower())) <= known
    assert len(re.findall("[а-яё]{3,}", prose)) > 500


def test_answers_are_left_to_the_student(both):
    paragraphs = both[0].paragraphs
    asked = [place for place, line in enumerate(paragraphs) if line.endswith("?")]
    assert len(asked) == 8
    for place in asked:
        assert paragraphs[place + 1].startswith("Данные опыта: ")
        assert re.fullmatch("Ответ: _+", paragraphs[place + 2])


def test_title_page_names_author_and_group_or_leaves_room(both, path):
    assert "Выполнил: Иванов И. И." in both[1].paragraphs
    assert "Группа: ИВТ-1" in both[1].paragraphs
    year = datetime.fromtimestamp((path / "study.json").stat().st_mtime, tz=UTC).year
    assert str(year) in both[1].paragraphs


@pytest.mark.full(seconds=5)
def test_nothing_is_said_of_what_a_run_does_not_have(make_run, copy, build_both):
    alone, _ = build_both(copy(make_run(variants=1, repeats=1, final=False)))
    assert "конфигураций меньше двух" in alone.text
    assert "Модель не сохранена" not in alone.text
    assert "модель не сохранена" in alone.text
    assert not {"ландшафт", "парные"} & set(alone.text.lower().split())
    assert "poolbench serve" not in alone.text


@pytest.mark.full(seconds=9)
def test_lab_protocol_is_said_to_be_optimistic(make_run, copy, build_both):
    markdown, _ = build_both(copy(make_run(variants=2, repeats=1, protocol="lab")))
    assert "завышена" in markdown.text
    assert "новом обучении, неизвестно" in markdown.text
    assert "в него не входит, разница статистически значима" not in markdown.text


@pytest.mark.full(seconds=9)
def test_class_names_stand_letter_by_letter(make_run, copy, build_both):
    names = ("<script>", 'Кошка "№1"', "a|b", "*x* _y_ `z`", "1. $a$ & [c](d) #e", "snake_case")
    for found in build_both(copy(make_run(classes=names, repeats=1, epochs=2))):
        assert [row[0] for row in found.tables[0][1:-1]] == list(names)


@pytest.mark.full(seconds=6)
def test_the_author_cannot_break_the_document(run_path, copy, build_both):
    markdown, docx = build_both(copy(run_path), "<b>*Я*\n\x07</b>", "")
    for found in (markdown, docx):
        assert "Выполнил: <b>*Я* \N{REPLACEMENT CHARACTER}</b>" in found.text
        assert re.search("Группа: _+", found.text)


@pytest.mark.full(seconds=14)
def test_the_same_run_gives_the_same_bytes_at_another_place(run_path, copy):
    first, second = (build_handin(copy(run_path), "А", "Б").files for _ in range(2))
    assert [file.read_bytes() for file in first] == [file.read_bytes() for file in second]


@pytest.mark.full(seconds=35)
def test_what_a_student_wrote_is_kept(run_path, copy):
    path = copy(run_path)
    markdown, _ = build_handin(path).files
    assert build_handin(path).kept == ()
    written = markdown.read_text(encoding="utf-8") + "\nМой ответ\n"
    markdown.write_text(written, encoding="utf-8")
    [kept] = build_handin(path).kept
    assert kept.read_text(encoding="utf-8") == written
    assert kept != markdown
    again = {file.name for file in build_handin(path, "Другой").kept}
    assert again == {"lab-report-2.md", "lab-report-1.docx"}
    assert kept.read_text(encoding="utf-8") == written


@pytest.mark.full(seconds=10)
def test_docx_does_not_tell_of_this_machine(run_path, copy):
    path = copy(run_path)
    docx = build_handin(path, "Иванов").files[1]
    facts = Document(str(docx)).core_properties
    finished = datetime.fromtimestamp((path / "study.json").stat().st_mtime, tz=UTC)
    assert facts.created == facts.modified == finished.replace(microsecond=0)
    assert (facts.author, facts.last_modified_by, facts.comments) == ("Иванов", "Иванов", "")
    with zipfile.ZipFile(docx) as archive:
        assert {entry.date_time[0] for entry in archive.infolist()} == {1980}
        content = b"".join(archive.read(name) for name in archive.namelist())
    assert str(path).encode() not in content


@pytest.mark.full(seconds=9)
def test_the_hand_in_needs_no_torch(run_path, copy):
    path = copy(run_path)
    program = (
        "import sys; from pathlib import Path\n"
        "from poolbench.report.handin.build import build_handin\n"
        "print('\\n'.join(build_handin(Path(sys.argv[1])).describe('en')))\n"
        "sys.exit('torch' in sys.modules)"
    )
    command = [sys.executable, "-c", program, str(path)]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert [line.rpartition("/")[2] for line in said.splitlines()] == [
        "lab-report.md",
        "lab-report.docx",
    ]


def test_the_published_example_is_whole(read_both):
    folder = Path(__file__).parents[3] / "docs" / "lab-report"
    markdown, docx = read_both(folder)
    assert markdown.tables == docx.tables
    assert {folder / name for name in markdown.pictures} == set(folder.glob("figures/*.png"))
    assert len(docx.pictures) == len(markdown.pictures)
