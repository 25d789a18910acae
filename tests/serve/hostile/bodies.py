"""Bodies: how long they are said to be, how they are cut, and what they are of."""

import zlib

import numpy as np

from hostile.ask import ask, post


def list_lengths():
    """What is said of a body's length, and what smuggling lives on."""
    bad = ["-1", "+5", "0x5", "5 5", "5,6", "five", "", "٥", "5.0", "1" * 300]
    questions = {
        f"Content-Length: {value[:12]}": (
            400,
            post("/picture", b"abcde", [f"Content-Length: {value}"]),
        )
        for value in bad
    }
    inner = ask("/study.json")
    both = ["Content-Length: 4", "Transfer-Encoding: chunked"]
    return questions | {
        "99 GB": (413, post("/picture", b"x", ["Content-Length: 99000000000"])),
        "thirty digits": ((400, 413), post("/picture", b"x", ["Content-Length: " + "9" * 19])),
        "two lengths": (
            400,
            post("/picture", b"abcde", ["Content-Length: 5", "Content-Length: 6"]),
        ),
        "the same twice": (415, post("/picture", b"abcde", ["Content-Length: 5"] * 2)),
        "none": (400, post("/picture")),
        "shorter than the body": (415, post("/picture", b"abcde" + inner, ["Content-Length: 5"])),
        "length and chunks": (
            (400, 415),
            post("/picture", b"1\r\nx\r\n0\r\n\r\n" + inner, both),
        ),
        "length, chunks and a question": (
            (400, 415),
            post(
                "/picture",
                b"0\r\n\r\n" + inner,
                ["Content-Length: 6", "Transfer-Encoding: chunked"],
            ),
        ),
        "length in HTTP/1.0 with chunks": (
            (400, 415),
            ask("/picture", "POST", both, b"1\r\nx\r\n0\r\n\r\n", version="HTTP/1.0"),
        ),
        "question in the body of one that has none": (200, ask(body=inner)),
    }


def list_chunks():
    wrong = {
        "identity": "identity",
        "gzip": "gzip, chunked",
        "twice": "chunked, chunked",
        "almost": "xchunked",
        "quoted": '"chunked"',
        "tab": "\x0bchunked",
        "empty": "",
    }
    bodies = {
        "no number": (400, b"zz\r\nabc\r\n0\r\n\r\n"),
        "negative": (400, b"-1\r\nabc\r\n0\r\n\r\n"),
        "hex prefix": (400, b"0x3\r\nabc\r\n0\r\n\r\n"),
        "endless number": (400, b"f" * 5000 + b"\r\nabc"),
        "too short": (400, b"2\r\nabc\r\n0\r\n\r\n"),
        "long extension": ((400, 415), b"3;" + b"a" * 20_000 + b"\r\nabc\r\n0\r\n\r\n"),
        "trailers": (415, b"3\r\nabc\r\n0\r\nHost: evil.example\r\n\r\n"),
        "a question behind": (415, b"3\r\nabc\r\n0\r\n\r\n" + ask("/study.json")),
        "nothing": (400, b"0\r\n\r\n"),
        "letter by letter": (415, b"1\r\nx\r\n" * 10_000 + b"0\r\n\r\n"),
    }
    header = "Transfer-Encoding: "
    chunked = b"3\r\nabc\r\n0\r\n\r\n"
    return {
        f"coded as {name}": (400, post("/picture", chunked, [header + value]))
        for name, value in wrong.items()
    } | {
        name: (expected, post("/picture", body, [f"{header}chunked"]))
        for name, (expected, body) in bodies.items()
    }


def list_multiparts():
    """A form, which the server does not read: whatever stands in it is no picture."""
    part = 'Content-Disposition: form-data; name="file"; filename="../../x.png"\r\n\r\n'
    nested = "".join(f"--b{n}\r\nContent-Type: multipart/mixed; boundary=b{n + 1}\r\n\r\n"
                     for n in range(1000))  # fmt: skip
    forms = {
        "no boundary": ("", "abc"),
        "empty boundary": ("; boundary=", "--\r\n\r\n----"),
        "boundary of another": ("; boundary=a", "--b\r\n\r\n--b--"),
        "long boundary": ("; boundary=" + "a" * 8000, "abc"),
        "boundary of letters": ("; boundary=ё", "--ё\r\n\r\n--ё--"),
        "two boundaries": ("; boundary=a; boundary=b", f"--b\r\n{part}x\r\n--b--"),
        "nested": ("; boundary=b0", nested),
        "five thousand parts": ("; boundary=b", f"--b\r\n{part}x\r\n" * 5000 + "--b--"),
        "long head of a part": ("; boundary=b", f"--b\r\nX-Y: {'a' * 2_000_000}\r\n\r\nx\r\n--b--"),
        "thousand heads of a part": ("; boundary=b", "--b\r\n" + "X-Y: a\r\n" * 100_000),
        "truncated": ("; boundary=b", f"--b\r\n{part}x"),
        "way out of a folder": ("; boundary=b", f"--b\r\n{part}x\r\n--b--"),
        "line in a name": ("; boundary=b", f"--b\r\n{part.replace('x', chr(13) + chr(10))}x"),
        "other letters": ("; charset=utf-7; boundary=b", "--b\r\n\r\n+ADw-script+AD4-\r\n--b--"),
        "nothing": ("; boundary=b", "--b--"),
    }  # fmt: skip
    return {
        name: (415, post("/picture", body.encode(), [f"Content-Type: multipart/form-data{more}"]))
        for name, (more, body) in forms.items()
    }


def list_bodies():
    zeros = zlib.compressobj(9, wbits=31)
    bomb = b"".join(zeros.compress(bytes(1_000_000)) for _ in range(30)) + zeros.flush()
    odd = {
        "JSON": b'{"model": NaN}',
        "deep JSON": b"[" * 100_000,
        "XML that grows": b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "' + b"&c;" * 99 + b'">]>',
        "SVG": b'<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>',
        "ghostscript": b"%!PS-Adobe-3.0 EPSF-3.0\n(%pipe%id) (r) file",
        "PDF": b"%PDF-1.7\n",
        "ZIP": b"PK\x03\x04" + bytes(100),
        "pickle": b"\x80\x04cos\nsystem\n(S'id'\ntR.",
        "model": b"\x08\x08\x12\x00",
        "zeros": bytes(1_000_000),
        "20 MB of noise": np.random.default_rng(1).bytes(20_000_000),
    }
    coded = {
        "gzip": bomb,
        "deflate": zlib.compress(bytes(10_000_000)),
        "br": b"\x8b\x02\x80abc\x03",
        "gzip, gzip": bomb,
    }
    wrong = {
        "less than a picture": (400, b"abc"),
        "one byte more": (400, b"@PIXELS@x"),
        "eighteen": (413, b"@PIXELS@" * 18),
        "nothing": (400, b""),
    }
    return (
        {name: (415, post("/picture", body)) for name, body in odd.items()}
        | {f"coded as {name}": (415, post("/picture", body, [f"Content-Encoding: {name}"]))
           for name, body in coded.items()}
        | {f"pixels: {name}": (status, post("/predict", body))
           for name, (status, body) in wrong.items()}
        | {"one byte too many": (413, post("/picture", bytes(20_000_001)))}
    )  # fmt: skip
