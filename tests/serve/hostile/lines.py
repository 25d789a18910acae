"""First lines and heads: methods, versions, addresses, numbers, headers."""

import numpy as np

from hostile.ask import ask, post


def list_methods():
    known = {
        "PUT": 405,
        "DELETE": 405,
        "PATCH": 405,
        "OPTIONS": 405,
        "TRACE": 405,
        "PROPFIND": 405,
        "BREW": 405,
        "get": 405,
        "A" * 5000: 405,
    }
    questions = {name[:10]: (status, ask(method=name)) for name, status in known.items()}
    return questions | {
        "HEAD": (200, ask(method="HEAD")),
        "POST to what is read": (405, post("/run.json", b"x")),
        "GET of what is asked": (405, ask("/predict")),
        "GET with a body": (200, ask(body=b"x" * 100_000)),
        "all of the server": (404, ask("*", "OPTIONS")),
        "tunnel": ((404, 405), ask("127.0.0.1:22", "CONNECT")),
        "overridden": (200, ask(headers=["X-HTTP-Method-Override: DELETE"])),
        "none": (400, b" / HTTP/1.1\r\nHost: @HOST@\r\n\r\n"),
        "no letters": (400, b"G\x00T / HTTP/1.1\r\nHost: @HOST@\r\n\r\n"),
    }


def list_lines():
    """First lines, and what is none."""
    hello = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(32) + b"\x20" + bytes(512)
    preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(9)
    upgrade = ["Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13"]
    return {
        "HTTP/0.9": (400, b"GET /\r\n\r\n"),
        "HTTP/9.9": (200, ask(version="HTTP/9.9")),
        "HTTP/2 without more": (400, ask(version="HTTP/2")),
        "small letters": (400, ask(version="http/1.1")),
        "no version": (400, b"GET /run.json\r\nHost: @HOST@\r\n\r\n"),
        "four words": (400, ask("/run.json x")),
        "other spaces": (400, b"GET\t/run.json\tHTTP/1.1\r\nHost: @HOST@\r\n\r\n"),
        "empty lines before": (400, b"\r\n" * 20_000 + ask()),
        "ends of lines by LF": (200, ask().replace(b"\r\n", b"\n")),
        "ends of lines by CR": (400, ask().replace(b"\r\n", b"\r") + b"\r\n\r\n"),
        "long target": (431, ask("/" + "a" * 17_000)),
        "endless target": ((400, 431), ask("/" + "a" * 1_000_000)),
        "letters in the target": (400, ask("/ёлка")),
        "nothing but zeros": (400, bytes(70_000)),
        "noise": (400, np.random.default_rng(0).bytes(70_000)),
        "TLS": (400, hello + b"\r\n\r\n"),
        "SSH": (400, b"SSH-2.0-OpenSSH_9.9\r\n\r\n"),
        "SMTP": (400, b"EHLO evil.example\r\n\r\n"),
        "HTTP/2": (400, preface),
        "WebSocket": (200, ask(headers=[*upgrade, "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="])),
        "WebSocket of nothing": (404, ask("/socket", headers=upgrade)),
        "h2c": (200, ask(headers=["Upgrade: h2c", "HTTP2-Settings: AAMAAABkAAQAAP__"])),
        "hundred questions at once": (200, ask().replace(b"close", b"keep-alive") * 99 + ask()),
        "a second that is none": (200, ask().replace(b"close", b"keep-alive") + b"\x00\r\n\r\n"),
        "a second after the last": (200, ask() + ask()),
    }


def list_headers():
    many = {
        "thousand": [f"X-{number}: x" for number in range(1000)],
        "long": ["X-Long: " + "a" * 17_000],
        "hundred thousand": [f"X-{number}: x" for number in range(100_000)],
        "megabyte": ["X-Long: " + "a" * 1_000_000],
        "long name": ["X" * 17_000 + ": a"],
    }
    bad = {
        "no colon": ["nothing"],
        "no name": [": nothing"],
        "space in the name": ["X Y: a"],
        "space before the colon": ["X-Y : a"],
        "NUL": ["X-Y: a\x00b"],
        "CR": ["X-Y: a\rb"],
        "escape": ["X-Y: \x1b[31m"],
        "letters in the name": ["Ключ: a"],
        "folded": ["X-Y: a\r\n b"],
    }
    odd = {
        "letters": "X-Y: ёлка",
        "invalid UTF-8": "X-Y: \udcff\udcfe",
        "range": "Range: bytes=0-",
        "range from behind": "Range: bytes=-99999999999999999999",
        "thousand ranges": "Range: bytes=" + ",".join(f"{n}-{n}" for n in range(1000)),
        "broken range": "Range: bytes=9-1,x",
        "language": "Accept-Language: " + "../" * 2000,
        "language of letters": "Accept-Language: \udcff\udcff",
        "cookies": "Cookie: " + ";=" * 4000,
        "condition": "If-None-Match: *",
        "date": "If-Modified-Since: Thu, 99 Foo 9999 99:99:99 GMT",
        "expectation": "Expect: 418-teapot",
        "proxy": "Forwarded: for=evil;host=evil.example;proto=https",
        "rewritten": "X-Original-URL: /best/model.onnx",
        "fetch": "Sec-Fetch-Site: \udcff",
        "kind": "Content-Type: " + "a/" * 3000,
    }
    questions = {name: (400, ask(headers=headers)) for name, headers in (many | bad).items()}
    # By what the server reads at once, a head is too long for it or none.
    expected = {**dict.fromkeys(many, (400, 431)), "thousand": 200, "folded": 200, "escape": 200}
    questions |= {name: (status, questions[name][1]) for name, status in expected.items()}
    return questions | {name: (200, ask(headers=[line])) for name, line in odd.items()}


def list_paths():
    """Everything that is not the page."""
    missing = [
        "/../../../../etc/passwd",
        "/..%2f..%2f..%2fetc%2fpasswd",
        "/%2e%2e/%2e%2e/study.json",
        "/%252e%252e%252fstudy.json",
        "/%25252e%25252e%25252fstudy.json",
        "/..\\..\\..\\windows\\win.ini",
        "/..%5c..%5cstudy.json",
        "/%c0%ae%c0%ae/%c0%ae%c0%ae/study.json",
        "/%u002e%u002e/study.json",
        "/run.json%00.html",
        "/%00",
        "//etc/passwd",
        "///evil.example/run.json",
        "/C:/Windows/win.ini",
        "/file:///etc/passwd",
        "/study.json",
        "/best/model.onnx",
        "/config.toml",
        "/trials/",
        "/.lock",
        "/.git/config",
        "/report.html/..%2fstudy.json",
        "/main.js/../study.json",
        "/main.js;.html",
        "/main.js%20",
        "/RUN.JSON",
        "/run.json.",
        "/%ff%fe",
        "/%zz",
        "/%",
        "/" + "a/" * 5000,
        "/" + "../" * 4000,
        "/" + "%2e" * 4000,
        "/__proto__",
        "/wp-login.php",
        "/cgi-bin/sh?-c+id",
    ]
    questions = {path[:40]: (404, ask(path)) for path in missing}
    return questions | {
        # Behind a slash stands the same page, at an address of this server.
        "/run.json/": (307, ask("/run.json/")),
        "/main.js/": (307, ask("/main.js/")),
        "/?../../study.json": (200, ask("/?../../study.json")),
        "/#../study.json": (404, ask("/%23../study.json")),
        "whole address": (404, ask("http://@HOST@/run.json")),
        "javascript": (404, ask("/javascript:alert(1)")),
    }


def list_numbers():
    """What should be the number of a model, and what nobody asks for."""
    numbers = [
        "NaN", "inf", "-1", "-0", "+0", "1e0", "0.0", "0x0", "00000000", "999999", "9" * 5000,
        "%D9%A0", "%00", "0%00", "0%20", "%F0%9F%98%80", "%ff", "../0", "true", "null", "[]", "0,1",
        "0;1", "'OR'1'='1", "{{7*7}}", "%24%7B7*7%7D", "",
    ]  # fmt: skip
    questions = {f"model={number[:20]}": (404, post(f"/predict?model={number}", b"@PIXELS@"))
                 for number in numbers}  # fmt: skip
    return questions | {
        "model twice": (404, post("/predict?model=0&model=x", b"@PIXELS@")),
        "model as a list": (200, post("/predict?model[]=9", b"@PIXELS@")),
        "shift=NaN": (200, post("/predict?shift=NaN&model=0", b"@PIXELS@")),
        "shift out of range": (200, post("/predict?shift=99999999999", b"@PIXELS@")),
        "five thousand": (200, ask("/run.json?" + "&" * 5000)),
        "no letters": (200, ask("/run.json?%ff%fe=%ff")),
        "only marks": (200, ask("/run.json?" + "?" * 5000)),
    }
