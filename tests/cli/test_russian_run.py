"""A whole study in Russian: what a person reads on the terminal, and later of the run."""

import os
import re

import pytest

from poolbench.errors import UsageError
from poolbench.study.finished import load
from russian import find_foreign

# Names of classes, operators, networks, recipes, types and of the program itself.
NAMES = {
    *("poolbench", "sample", "apple", "lemon", "pear", "plum", "max", "avg", "lab-example", "lab"),
    *("standard", "quick", "cpu", "cuda", "float32", "bfloat16", "cv", "run", "report", "serve"),
    # A value of an option that a note names.
    *("verify", "last", "best", "lr"),
}
NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"

# A whole study of its own, in processes of their own.
pytestmark = pytest.mark.full(seconds=12, always=True)


@pytest.fixture(scope="module")
def russian_run(tmp_path_factory, poolbench_cli):
    """A run made with ``--lang ru`` where the system speaks English, and what was said."""
    path = tmp_path_factory.mktemp("russian") / "run"
    done = poolbench_cli(
        *("run", "--data", "sample", "--operators", "max,avg", "--backbones", "lab-example"),
        *("--epochs", 3, "--folds", 2, "--repeats", 2, "--workers", 1, "--precision", "float32"),
        *("--out", path, "--lang", "ru"),
    )
    assert done.returncode == 0, done.stderr
    return path, done


def test_no_english_word_and_no_decimal_point_on_the_terminal(russian_run):
    path, done = russian_run
    said = done.stderr.replace(str(path), "")
    assert find_foreign(said, NAMES) == []
    assert re.search(r"0,\d{4}–[01],\d{4}", said)
    assert "95%-й интервал" in said
    assert "вариант — сеть с одним оператором" in said


def test_study_speaks_the_language_of_its_run(russian_run, poolbench_cli):
    path, _ = russian_run
    study = load(path)
    assert study.lang == "ru"
    assert find_foreign(str(study.verdict), NAMES) == []
    assert "вариант" in str(study.leaderboard())
    assert '<div lang="ru">' in study._repr_html_()
    assert load(path, "en").lang == "en"
    verified = poolbench_cli("verify", path)
    assert verified.returncode == 0
    assert "пройдены все проверки (всего 19)" in verified.stderr
    assert "checks passed" in poolbench_cli("verify", path, "--lang", "en").stderr


def test_predict_on_a_run_writes_numbers_as_its_language_does(russian_run, poolbench_cli, tmp_path):
    from PIL import Image

    path, _ = russian_run
    picture = tmp_path / "picture.png"
    Image.new("RGB", (32, 32), "gold").save(picture)
    told = poolbench_cli("predict", path, picture).stdout
    assert re.search(rf"\d,\d{NO_BREAK_SPACE}%;", told)
    told = poolbench_cli("predict", path, picture, "--lang", "en").stdout
    assert re.search(r"\d\.\d%,", told)
    # For programs numbers stay as they are.
    assert re.search(r'"\w+": [01]\.\d+', poolbench_cli("predict", path, picture, "--json").stdout)


def test_error_about_a_run_is_told_in_its_language(russian_run, poolbench_cli):
    path, _ = russian_run
    failed = poolbench_cli("export", path, "--trial", "gone")
    assert failed.returncode == 2
    assert re.search("[а-яё]{3}", failed.stderr)
    with pytest.raises(UsageError, match="Обучение «gone» не найдено"):
        load(path).export(trial="gone")
    with pytest.raises(UsageError, match="There is no trial 'gone'"):
        load(path, "en").export(trial="gone")


def test_list_of_runs_in_russian(russian_run, poolbench_cli):
    path, _ = russian_run
    env = {**os.environ, "LC_ALL": "ru_RU.UTF-8", "COLUMNS": "200"}
    told = poolbench_cli("runs", "--dir", path.parent, env=env).stdout
    assert "вердикт" in told
    assert re.search(rf"\d,\d{NO_BREAK_SPACE}МБ", told)
    assert find_foreign(told, NAMES) == []
