"""Who asks, and by which name: pages of others, and those without the token."""

from hostile.ask import HOST, ask, post


def list_hosts():
    """Names by which a page of somebody else might reach this machine."""
    hosts = {
        "foreign": "evil.example",
        "foreign with our port": "evil.example:@PORT@",
        "rebound": "7f000001.c0a80001.rebind.example:@PORT@",
        "address as a name": "127.0.0.1.nip.example",
        "loopback below": "localhost.evil.example",
        "dot at the end": "localhost.:@PORT@",
        "user before": "127.0.0.1@evil.example",
        "port, then user": "127.0.0.1:@PORT@@evil.example",
        "path behind": "127.0.0.1/evil.example",
        "behind brackets": "[::1]evil.example",
        "list": "evil.example, localhost",
        "short address": "127.1",
        "address as a number": "2130706433",
        "address in hex": "0x7f000001",
        "any address": "0.0.0.0:@PORT@",
        "mapped address": "[::ffff:127.0.0.1]:@PORT@",
        "port of letters": "localhost:abc",
        "endless port": "localhost:" + "9" * 3000,
        "endless name": "a" * 9000,
        "empty": "",
        "other letters": "lоcalhost",
        "percent": "localhost%00.evil.example",
    }
    questions = {name: (400, ask(host=host)) for name, host in hosts.items()}
    double = ask(headers=["Host: evil.example"])
    return questions | {
        "none": (400, ask(host=None)),
        "none in HTTP/1.0": (400, ask(host=None, version="HTTP/1.0")),
        "two": (400, double),
        "two, ours last": (400, ask(host="evil.example", headers=[f"Host: {HOST}"])),
        "foreign in the target": (404, ask("http://evil.example/run.json")),
        "foreign, forwarded": (200, ask(headers=["X-Forwarded-Host: evil.example"])),
    }


def list_origins():
    """Pages of other sites that ask."""
    origins = {
        "foreign": "http://evil.example",
        "none of all": "null",
        "file": "file://",
        "other port": "http://127.0.0.1:1",
        "ours before": "http://@HOST@.evil.example",
        "ours as user": "http://@HOST@@evil.example",
        "garbage": "://://",
    }
    sites = {
        "picture of another site": ("no-cors", "GET", 403),
        "form of another site": ("navigate", "POST", 403),
    }
    return {
        name: (403, post("/predict", b"@PIXELS@", [f"Origin: {origin}"]))
        for name, origin in origins.items()
    } | {
        name: (
            expected,
            ask("/pictures.bin", method, ["Sec-Fetch-Site: cross-site", f"Sec-Fetch-Mode: {mode}"]),
        )
        for name, (mode, method, expected) in sites.items()
    }


def list_tokens():
    """Of a server that wants one."""
    cookie = "poolbench-token-@PORT@"
    wrong = {
        "none": ask(),
        "none for the page": ask("/"),
        "wrong": ask("/?token=wrong"),
        "empty": ask("/?token="),
        "beginning": ask("/?token=@TOKEN@"[:-1]),
        "longer": ask("/?token=@TOKEN@x"),
        "twice, wrong last": ask("/?token=@TOKEN@&token=x"),
        "endless": ask("/?token=" + "a" * 9000),
        "no letters": ask("/?token=%ff%fe%00"),
        "at another address": ask("/run.json?token=@TOKEN@"),
        "in the body": post("/predict", b"token=@TOKEN@"),
        "in capitals": ask("/?TOKEN=@TOKEN@"),
        "wrong header": ask(headers=["X-Poolbench-Token: wrong"]),
        "header of other letters": ask(headers=["X-Poolbench-Token: ключ"]),
        "empty header": ask(headers=["X-Poolbench-Token:"]),
        "wrong cookie": ask(headers=[f"Cookie: {cookie}=wrong"]),
        "cookie of another port": ask(headers=["Cookie: poolbench-token-1=@TOKEN@"]),
        "cookie without a port": ask(headers=["Cookie: poolbench-token=@TOKEN@"]),
        "broken cookie": ask(headers=[f'Cookie: {cookie}="\\;;==,,\\"']),
        "thousand cookies": ask(headers=["Cookie: " + "; ".join(f"a{n}={n}" for n in range(1000))]),
        "password": ask(headers=["Authorization: Basic QFRPS0VOQA=="]),
        "picture": post("/picture", b"x"),
    }
    return {name: (401, content) for name, content in wrong.items()} | {
        "right, by a foreign name": (400, ask("/?token=@TOKEN@", host="evil.example")),
        "right, from another site": (
            403,
            ask("/?token=@TOKEN@", headers=["Origin: http://evil.example"]),
        ),
    }
