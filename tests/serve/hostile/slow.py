"""Questions that begin and do not end."""

from hostile.ask import BODY_SECONDS, CLOSED, HEAD_SECONDS, Question, ask, post


def list_slow() -> list[Question]:
    """Those that begin and do not end."""
    kept = ask().replace(b"close", b"keep-alive")
    head = b"GET /run.json HTTP/1.1\r\nHost: @HOST@\r\n"
    body = post("/picture", headers=["Content-Length: 100000"])
    pixels = post("/predict", headers=["Content-Length: 3072"])
    chunks = post("/picture", headers=["Transfer-Encoding: chunked"])
    refused = post("/picture", headers=["Content-Length: 99000000000"])
    heads = {
        "silence": (CLOSED, b"", b""),
        "a letter": (CLOSED, b"G", b""),
        "half a line": (CLOSED, b"GET /run", b""),
        "half a head": (CLOSED, head, b""),
        "head letter by letter": (CLOSED, head + b"X-Y: ", b"a"),
        "head line by line": (CLOSED, head, b"X-Y: a\r\n"),
        "empty lines": (400, b"", b"\r\n"),
        "silence after an answer": (200, kept, b""),
        "half a head after an answer": (200, kept + head, b""),
        "half a head after a refusal": (404, kept.replace(b"run.", b"x.") + head, b"X-Y: a\r\n"),
        "rest of a refused body": (413, refused.replace(b"close", b"keep-alive"), b"x" * 1000),
        "rest of a body that nobody wants": (
            200,
            kept.replace(b"Host", b"Content-Length: 100000\r\nHost"),
            b"x",
        ),
    }
    bodies = {
        "body that does not come": (408, body, b""),
        "body that stops": (408, body + b"x" * 1000, b""),
        "body letter by letter": (408, body, b"x"),
        "pixels letter by letter": (408, pixels, b"x"),
        "chunks letter by letter": (408, chunks, b"1\r\nx\r\n"),
        "endless chunk": (408, chunks + b"fffffffffffffffff\r\nabc", b""),
        "chunks that end by LF": (408, chunks + b"3\nabc\n0\n\n", b""),
        "chunk without an end": (408, chunks + b"3\r\nabc", b""),
    }
    return [
        Question(f"slow: {name}", content, (status,), drip, bound)
        for bound, entries in ((HEAD_SECONDS, heads), (BODY_SECONDS, bodies))
        for name, (status, content, drip) in entries.items()
    ]
