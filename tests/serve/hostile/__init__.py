"""Questions that nobody asks who means well, as bytes, and what is to come of each.

``@HOST@``, ``@PORT@``, ``@TOKEN@`` and ``@PIXELS@`` are replaced when they are sent: where the
server is, its token, one picture as ``/predict`` takes it; ``@LENGTH@`` by that of the body.
"""

from hostile.ask import Answer, Question, send
from hostile.bodies import list_bodies, list_chunks, list_lengths, list_multiparts
from hostile.bombs import list_bombs
from hostile.lines import list_headers, list_lines, list_methods, list_numbers, list_paths
from hostile.names import list_hosts, list_origins, list_tokens
from hostile.slow import list_slow

__all__ = ["Answer", "Question", "list_questions", "list_slow", "send"]


def list_questions() -> list[Question]:
    """All of them; each has a name of its own."""
    groups = {
        "host": list_hosts(),
        "origin": list_origins(),
        "method": list_methods(),
        "line": list_lines(),
        "header": list_headers(),
        "path": list_paths(),
        "number": list_numbers(),
        "length": list_lengths(),
        "chunks": list_chunks(),
        "multipart": list_multiparts(),
        "body": list_bodies(),
        "bomb": list_bombs(),
    }
    found = [
        Question(
            f"{group}: {name}", content, expected if isinstance(expected, tuple) else (expected,)
        )
        for group, entries in groups.items()
        for name, (expected, content) in entries.items()
    ]
    found += [
        Question(f"token: {name}", content, (expected,), is_open=True)
        for name, (expected, content) in list_tokens().items()
    ]
    assert len({question.name for question in found}) == len(found)
    return found
