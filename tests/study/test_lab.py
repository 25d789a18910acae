"""The whole assignment, short: four runs in one folder, the report, and how it goes on."""

import json
import re
import shutil

import numpy as np
import pytest
from docx import Document

import poolbench
from poolbench.config import DataConfig, StudyConfig
from poolbench.errors import UsageError
from poolbench.planning import lab as planning
from poolbench.records import CHOICE, METHODS, STEPS
from poolbench.report.handin.build import build_handin
from poolbench.study import lab as course

CLASSES = "apple,lemon"


@pytest.fixture
def short(monkeypatch):
    """An epoch or two of everything, and a quick look at its speed."""
    repeats = dict.fromkeys(STEPS, 1)
    monkeypatch.setattr(planning, "LESSON", planning.Length(2, 1, repeats))
    monkeypatch.setattr(course, "FORECAST_SECONDS", 0.01)


def test_a_preview_says_the_steps_and_keeps_nothing(short, poolbench_here, tmp_path):
    done = poolbench_here("lab", "--data", "sample", "--classes", CLASSES, "--dry-run")
    assert done.returncode == 0, done.stderr
    lines = [line for line in done.stderr.splitlines() if re.search(" trials?, about ", line)]
    assert [line.split(":")[1].split()[0] for line in lines] == ["1", "35", "3", "20"]
    assert "at the length of a lesson" in done.stderr and "takes about " in done.stderr
    assert not (tmp_path / "runs").exists()
    assert done.stdout == ""


def test_pictures_without_a_test_half_are_refused_before_anything_is_trained(
    short, poolbench_here, tmp_path
):
    images = np.random.default_rng(0).integers(0, 256, (40, 32, 32, 3), dtype=np.uint8)
    labels = np.arange(40) % 2
    np.savez(tmp_path / "pictures.npz", images=images, labels=labels)
    done = poolbench_here("lab", "--data", f"npz:{tmp_path / 'pictures.npz'}")
    assert done.returncode == 2 and "official test set" in done.stderr
    assert not (tmp_path / "runs").exists()


def test_a_folder_of_something_else_is_refused(short, finished, poolbench_here, tmp_path):
    full = tmp_path / "full"
    full.mkdir()
    (full / "letter.txt").write_text("Dear diary")
    for path, reason in ((full, "not empty"), (finished[0], "contains a single poolbench run")):
        done = poolbench_here("lab", "--data", "sample", "--classes", CLASSES, "--out", path)
        assert done.returncode == 2 and reason in done.stderr


@pytest.mark.full(seconds=150)
def test_the_assignment_from_its_first_training_to_the_report(short, poolbench_here, tmp_path):
    arguments = ("lab", "--data", "sample", "--classes", CLASSES, "--lang", "ru", "--out", "lab")
    done = poolbench_here(*arguments, "--author", "Иванов И. И.", "--group", "ИВТ-1")
    assert done.returncode == 0, done.stderr
    assert [f"Шаг {number} из 5" in done.stderr for number in range(1, 6)] == [True] * 5
    path = tmp_path / "lab"
    found = course.Lab(path)
    assert found.lang == "ru" and list(found.steps) == list(STEPS)
    recommended = found.steps[METHODS].verdict.recommended
    assert f".{found.steps[CHOICE]._store.load_config().recipes[0]}" in recommended
    assert poolbench.load(path / CHOICE).lang == "ru"
    assert poolbench_here("verify", path / CHOICE).returncode == 0
    _check_report(found, path)

    # Nothing is left: nothing is trained, and the report is the same.
    before = (path / "lab-report" / "lab-report.docx").read_bytes()
    again = poolbench_here(*arguments, "--author", "Иванов И. И.", "--group", "ИВТ-1")
    assert again.returncode == 0 and again.stderr.count("Выполнено раньше") == 4
    assert (path / "lab-report" / "lab-report.docx").read_bytes() == before
    # A trial is lost, and only its step is done again.
    study = json.loads((path / METHODS / "study.json").read_text())
    shutil.rmtree(path / METHODS / "trials" / study["trials"][0])
    (path / METHODS / "study.json").unlink()
    third = poolbench_here(*arguments)
    assert third.returncode == 0 and third.stderr.count("Выполнено раньше") == 3
    assert "из них 34 уже выполнено" in third.stderr


def _check_report(found, path):
    folder = path / "lab-report"
    document = Document(str(folder / "lab-report.docx"))
    paragraphs = [line.text for line in document.paragraphs]
    assert "Вариант задания: sample (яблоко, лимон)" in paragraphs
    assert "Выполнил: Иванов И. И." in paragraphs
    assert [line for line in paragraphs if line.startswith("Часть ")] == [
        "Часть 1. Сеть из примера",
        "Часть 2. Что повышает точность",
        "Часть 3. Три способа понижения разрешения",
        "Часть 4. Сравнение по отложенным блокам и выбор лучшей конфигурации",
        "Часть 5. Модель",
        "Часть 6. Итоги",
    ]
    heads = {tuple(cell.text for cell in table.rows[0].cells): table for table in document.tables}
    [trials] = [
        table for head, table in heads.items() if head[:3] == ("часть", "конфигурация", "повтор")
    ]
    assert len(trials.rows) == 1 + 1 + 35 + 3 + 20
    [final] = [table for head, table in heads.items() if head[:3] == ("часть", "оператор", "сеть")]
    assert len(final.rows) == 1 + 1 + 7 + 3 + 4
    figures = [line.split()[1] for line in paragraphs if re.match(r"Рисунок \d+ — ", line)]
    assert figures == [str(number) for number in range(1, len(figures) + 1)]
    pictures = re.findall(r"\]\((figures/[^)]+)\)", (folder / "lab-report.md").read_text("utf-8"))
    assert len(set(pictures)) == len(pictures) == len(document.inline_shapes)
    assert all((folder / picture).is_file() for picture in pictures)
    assert found.hand_in("Иванов И. И.", "ИВТ-1").kept == ()
    # An ordinary study has the same report of itself.
    alone = found.study.hand_in()
    assert alone.docx.parent == path / CHOICE / "lab-report"
    assert build_handin(path / CHOICE).kept == ()


def test_the_folder_is_named_by_the_settings():
    base = StudyConfig(data=DataConfig(source="sample", classes=("apple", "lemon")))
    lesson, again, full = (
        course.make_assignment(base, None, is_full=is_full).path for is_full in (False, False, True)
    )
    assert lesson == again != full
    assert lesson.name.startswith("lab-sample-")


def test_a_setting_that_does_not_fit_is_refused():
    with pytest.raises(UsageError, match="seed"):
        poolbench.lab("sample", seed=-1)
