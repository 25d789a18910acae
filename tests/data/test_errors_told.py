"""Errors about files and pictures: in words of both languages, with settings as the reader knows.

That each code has its texts is read off the source, see :mod:`tests.error_codes`.
"""

import json
import pickle
import re
from copy import copy

import numpy as np
import pytest

from error_codes import list_fields, list_untold, list_unused
from poolbench.config import DataConfig
from poolbench.data.decode import decode_content, decode_picture
from poolbench.data.load import load_image_set
from poolbench.data.npz import read_arrays
from poolbench.data.npz_set import load_npz
from poolbench.data.tasks import list_tasks
from poolbench.errors import DataError, PoolbenchError
from poolbench.files import ContentError, RefusedFileError, check_regular, parse_json, read_text
from poolbench.texts import Phrase

ROOMS = ("data", "evaluation", "files.py", "hosts.py")
# What reads like English and is told to nobody as an error.
NO_ERRORS = {
    # Facts of a set, by which its record names them.
    "a fifth of the pool",
    # The filter of a warning of scikit-learn.
    "The least populated class",
    # Folders that systems make for themselves.
    "network trash folder",
    "system volume information",
}


def test_every_error_has_a_code_with_words_in_every_language_and_the_values_they_take():
    named = {words for task in list_tasks() for words in (task.title, *task.classes)}
    assert list_untold(*ROOMS, allowed=NO_ERRORS | named) == []


def test_no_text_of_these_errors_is_left_over():
    assert list_unused(("errors_data", "errors_pictures"), *ROOMS) == []


def test_fields_of_a_text_are_found_inside_of_settings_too():
    assert list(list_fields("{path}: {--data:csv:{first}} {count:,} {--groups}")) == [
        *("path", "first", "count")
    ]


def catch(ask, *given):
    with pytest.raises(PoolbenchError) as caught:
        ask(*given)
    return caught.value


def test_error_names_settings_as_options_and_as_arguments(tmp_path):
    error = catch(load_image_set, DataConfig(source="cifar10", data_file=tmp_path / "none"))
    assert error.tell("en", "options").startswith(f"--data-file is {tmp_path}/none, but there is")
    assert error.tell("en", "arguments").startswith(f"data_file is {tmp_path}/none")
    assert error.tell("ru", "options").startswith(f"Задано --data-file {tmp_path}/none, но")


def test_numbers_and_names_are_written_as_the_language_has_them(tmp_path):
    np.savez(tmp_path / "a.npz", images=np.zeros((3, 4, 4), np.uint8), labels=np.zeros(3))
    error = catch(load_npz, tmp_path / "a.npz")
    assert "contains float64; expected integers. An npz image set holds" in error.tell("en")
    assert "тип float64, а ожидаются целые числа. Набор изображений в npz" in error.tell("ru")
    (tmp_path / "cat").mkdir()
    near = catch(load_image_set, DataConfig(source=f"folder:{tmp_path / 'cats'}"))
    assert near.tell("en").startswith(
        f"There is no folder {tmp_path}/cats. Did you mean {tmp_path}"
    )
    assert f"Возможно, вы имели в виду {tmp_path}/cat." in near.tell("ru")


def test_system_and_poolbench_say_why_a_file_is_not_read_in_both_languages(tmp_path):
    missing = catch(decode_picture, tmp_path / "a.png")
    assert (
        missing.tell("en") == f"{tmp_path}/a.png cannot be read: there is no such file or folder."
    )
    assert (
        missing.tell("ru")
        == f"Не удалось прочитать файл {tmp_path}/a.png: такого файла или папки нет."
    )
    (tmp_path / "b.png").write_bytes(b"x" * 100)
    strange = catch(decode_picture, tmp_path / "b.png")
    assert (
        strange.tell("ru")
        == f"Не удалось прочитать файл {tmp_path}/b.png: такой формат poolbench не читает."
    )
    assert catch(decode_content, b"x").tell("ru").startswith("Не удалось прочитать изображение: ")


def test_pictures_that_cannot_be_read_are_listed_in_both_languages(tmp_path, monkeypatch):
    monkeypatch.setenv("POOLBENCH_CACHE", str(tmp_path / "cache"))
    for name in ("cat/1.png", "dog/1.png"):
        (tmp_path / "set" / name).parent.mkdir(parents=True)
        (tmp_path / "set" / name).write_bytes(b"x")
    error = catch(load_image_set, DataConfig(source=f"folder:{tmp_path / 'set'}"))
    first, *lines, last = error.tell("ru", "options").split("\n")
    assert first == "Изображений, которые не удалось прочитать: 2 из 2."
    assert [line[:28] for line in lines] == ["  Не удалось прочитать файл "] * 2
    assert last.endswith("пропустите: --on-bad skip.")
    assert error.tell("en", "arguments").endswith("leave them out with on_bad='skip'.")


@pytest.mark.parametrize(
    ("content", "en", "ru"),
    [
        (b'{"a": ', "line 1, column 7: ", "строка 1, столбец 7 — не JSON"),
        (b'"\xff"', "it is not UTF-8 text", "это не текст в UTF-8"),
        (b"[" * 100 + b"]" * 100, "nested more than 64 deep", "вложенность больше 64 уровней"),
        (b"[" * 100_000, "nested more than 64 deep", "вложенность больше 64 уровней"),
        (
            b"1" * 5000,
            "it is damaged or of another kind (",
            "файл повреждён или записан в другом формате (",
        ),
    ],
)
def test_json_that_is_none_says_why_in_both_languages(content, en, ru):
    with pytest.raises(ValueError, match=re.escape(en)) as caught:
        parse_json(content)
    assert ru in caught.value.tell("ru")
    assert parse_json(json.dumps([[1]]).encode()) == [[1]]


def test_faults_of_files_are_copied_with_their_words(tmp_path):
    (tmp_path / "a").write_text("12345")
    with pytest.raises(RefusedFileError) as caught:
        read_text(tmp_path / "a", 4)
    for error in (caught.value, copy(caught.value), pickle.loads(pickle.dumps(caught.value))):  # noqa: S301
        assert error.strerror == "it has 5 bytes, and at most 4 are read"
        assert error.tell("ru").startswith("его размер — 5")
    fault = ContentError(Phrase("npz.reason.objects"))
    assert copy(fault).tell("ru") == fault.tell("ru") == "в нём объекты Python"
    with pytest.raises(IsADirectoryError):
        check_regular(tmp_path)


def test_arrays_say_which_of_them_is_at_fault_in_both_languages(tmp_path):
    np.savez(tmp_path / "a.npz", x=np.array([None], dtype=object))
    with pytest.raises(ContentError, match="array 'x': it holds Python objects") as caught:
        read_arrays(tmp_path / "a.npz")
    assert caught.value.tell("ru") == "массив «x»: в нём объекты Python"


def test_words_of_an_unread_picture_survive_a_process(tmp_path):
    error = catch(decode_picture, tmp_path / "a.png")
    again = pickle.loads(pickle.dumps(error))  # noqa: S301
    assert isinstance(again, DataError)
    assert again.tell("ru") == error.tell("ru")
