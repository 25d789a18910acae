"""The check that errors are told finds each way in which one may not be."""

import pytest

from error_codes import list_untold


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("raise DataError(f'{path} cannot be read')", "DataError without a literal code"),
        ("raise DataError(code, path=1)", "DataError without a literal code"),
        ("raise DataError()", "DataError without a literal code"),
        ("raise DataError('no.such.code')", "DataError without a literal code"),
        ("raise errors.DataError('file.unreadable', path=1)", "takes ['error', 'path'], given"),
        ("raise DataError('idx.cut', path=1, more=2)", "takes ['path'], given are ['more', 'p"),
        ("raise UsageError('idx.cut', path='the one file')", "is given words: 'the one file'"),
        ("raise UnknownNameError('thing', name, known)", "UnknownNameError without a literal code"),
        ("raise DataError(error.code, **values)", "DataError without a literal code"),
        ("return Phrase('idx.cut', path=1)", "idx.cut is not in texts/en"),
        ("return Phrase('list.row', path=1)", "takes ['line', 'path'], given are ['path']"),
        ("reasons.append('it lies elsewhere, and is no file')", "an English text: 'it lies"),
        ("return f'{path} has too few pictures'", "an English text: ' has too few pictures'"),
    ],
)
def test_what_is_not_told_is_found(tmp_path, line, fault):
    (tmp_path / "room.py").write_text(f'"""Do all of this."""\ndef f():\n    {line}\n')
    found = list_untold(str(tmp_path))
    assert any("room.py:3: " in one and fault in one for one in found)


@pytest.mark.parametrize(
    "line",
    [
        "raise DataError('file.unreadable', path=path, error=error) from None",
        "raise DataError(error.code, **error.values)",
        "raise DataError.quote(message)",
        "raise UnknownNameError('operator', name, known)",
        "raise RefusedPictureError('picture.unreadable', 'broken', reason=f'{1}')",
        "return Phrase('list.row', path=1, line=2)",
        "return f'{half}-images of'",
    ],
)
def test_what_is_told_is_left_alone(tmp_path, line):
    (tmp_path / "room.py").write_text(f"def f():\n    {line}\n")
    assert list_untold(str(tmp_path)) == []
