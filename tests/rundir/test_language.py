"""A run is spoken of in the language that it was made in."""

import json
import shutil

import pytest

import poolbench
from poolbench.errors import UsageError
from poolbench.rundir.language import choose_run_language


@pytest.fixture
def russian(finished, tmp_path):
    """A finished run, as one that was made in Russian."""
    path = shutil.copytree(finished[0], tmp_path / "run")
    file = path / "environment.json"
    environment = json.loads(file.read_text())
    # It was made by a command in an environment that speaks no language of poolbench's.
    assert environment["language"] == "en"
    file.write_text(json.dumps({**environment, "language": "ru"}))
    return path


def test_a_study_is_loaded_in_its_own_language(russian, monkeypatch):
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    study = poolbench.load(russian)
    assert study.lang == "ru"
    assert "Вердикт" in study._repr_html_() or "точность" in study._repr_html_()
    assert poolbench.load(russian, "en").lang == "en"


@pytest.mark.full(seconds=8)
def test_the_commands_speak_the_language_of_the_run(russian, poolbench_here):
    assert "пройдены все" in poolbench_here("verify", russian).stderr
    assert "Отчёт: " in poolbench_here("report", russian).stderr
    assert '<html lang="ru"' in (russian / "report.html").read_text(encoding="utf-8")
    assert "Report: " in poolbench_here("report", russian, "--lang", "en").stderr


def test_a_run_that_does_not_say_is_spoken_of_as_the_system_speaks(russian, monkeypatch):
    monkeypatch.setenv("LC_ALL", "ru_RU.UTF-8")
    for content in ("{}", '{"language": "xx"}', '{"language": 3}', "[]", "{"):
        (russian / "environment.json").write_text(content)
        assert choose_run_language(russian) == "ru"
    monkeypatch.setenv("LC_ALL", "C")
    assert choose_run_language(russian / "nowhere") == "en"
    with pytest.raises(UsageError):
        choose_run_language(russian, "xx")
