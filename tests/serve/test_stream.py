"""Large answers are shared by those who take them."""

import pytest

from poolbench.serve.stream import PIECE_BYTES, stream_content, stream_file


async def take(answer):
    return [piece async for piece in answer.body_iterator]


def test_readers_of_memory_share_it(run_async):
    content = bytes(range(256)) * 1000
    answers = [stream_content(content, "application/octet-stream") for _ in range(2)]
    for answer in answers:
        assert answer.headers["content-length"] == str(len(content))
        pieces = run_async(take(answer))
        assert all(piece.obj is content and len(piece) <= PIECE_BYTES for piece in pieces)
        assert b"".join(pieces) == content


def test_a_file_is_sent_as_it_was_when_it_was_asked_for(tmp_path, run_async):
    path = tmp_path / "report.html"
    path.write_bytes(b"a" * (PIECE_BYTES + 1))

    async def ask():
        answer = await stream_file(path, "text/html")
        with path.open("ab") as file:
            file.write(b"b")
        return answer.headers["content-length"], await take(answer)

    assert run_async(ask()) == (str(PIECE_BYTES + 1), [b"a" * PIECE_BYTES, b"a"])
    with pytest.raises(FileNotFoundError):
        run_async(stream_file(tmp_path / "nowhere", "text/html"))
