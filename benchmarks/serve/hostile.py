"""The server against questions that nobody asks who means well.

    python -m benchmarks.serve.hostile RUN

The table is that of the tests (``tests/serve/hostile``): every question is put to a real server on
loopback, timed until the answer is whole or the connection closed, and followed by a good one. Then
those that begin and do not end, all at once, and floods of them beside good questions.
"""

import argparse
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import psutil
from PIL import Image

from benchmarks import machine
from poolbench.serve.read import read_finished

sys.path.insert(0, str(machine.ROOT / "tests" / "serve"))

from hostile import Answer, Question, list_questions, list_slow, send
from hostile.ask import ask, fill, post
from hostile.bombs import make_tiff, save

SECONDS = 1.0
FLOOD_SECONDS = 10
FLOOD = 300
# Pixels each way of the largest picture that is taken.
LARGEST = 7000


@dataclass(frozen=True)
class Server:
    """A running one, and what stands for the names in a question."""

    port: int
    process: psutil.Process
    values: dict[bytes, bytes]

    def put(self, question: Question) -> Answer:
        return send(question, self.port, self.values)


def main() -> None:
    """Put everything to two servers of one run."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("run", type=Path)
    run = parser.parse_args().run
    picture = read_finished(run).pictures[0][0].tobytes()
    with serve(run, picture) as closed, serve(run, picture, "--host", "0.0.0.0") as opened:
        good = Question("good", post("/predict?model=0", b"@PIXELS@"), (200,))
        closed.put(good)
        before = closed.process.memory_info().rss
        figures = {
            # Of whatever else this machine does: a busy one answers later.
            "load_average": os.getloadavg()[0],
            "table": try_table(closed, opened, good),
            "slow": try_slow(closed),
            "floods": {
                name: try_flood(closed, good, content) for name, content in list_floods().items()
            },
            "seconds_until_a_picture_is_taken_again": time_recovery(closed),
            "rss_bytes": {"before": before, "after_floods": closed.process.memory_info().rss},
            "largest_picture_seconds": time_largest(closed),
            "peak_rss_bytes": read_peak(closed.process.pid),
            "alive": closed.put(good).statuses == (200,),
        }
    path = machine.save(
        "hostile", figures, ("starlette", "uvicorn", "h11", "pillow"), room="reliability"
    )
    print(path.read_text(encoding="utf-8"))


@contextmanager
def serve(run: Path, picture: bytes, *options: str) -> Iterator[Server]:
    """A server of its own process."""
    command = [sys.executable, "-m", "poolbench", "serve", str(run), "--port", "0", *options]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    try:
        said = process.stderr.readline()
        found = re.search(r":(\d+)/(?:\?token=(\S+))?", said)
        assert found is not None, said
        port, token = found[1].encode(), (found[2] or "").encode()
        values = {b"@HOST@": b"127.0.0.1:" + port, b"@PORT@": port, b"@TOKEN@": token}
        values[b"@PIXELS@"] = picture
        yield Server(int(port), psutil.Process(process.pid), values)
    finally:
        process.terminate()


def try_table(closed: Server, opened: Server, good: Question) -> dict[str, object]:
    """Every question once, and a good one after each."""
    seconds: dict[str, float] = {}
    wrong: list[str] = []
    failed_after: list[str] = []
    statuses: dict[str, int] = {}
    kinds: dict[str, int] = {}
    errors = 0
    for question in list_questions():
        server = opened if question.is_open else closed
        answer = server.put(question)
        seconds[question.name] = round(answer.seconds or np.inf, 4)
        if not question.is_answered(answer.statuses):
            wrong.append(f"{question.name}: {answer.statuses}")
        kind = question.name.partition(":")[0]
        kinds[kind] = kinds.get(kind, 0) + 1
        errors += sum(status >= 500 for status in answer.statuses)
        first = str(answer.statuses[0]) if answer.statuses else "closed"
        statuses[first] = statuses.get(first, 0) + 1
        if closed.put(good).statuses != (200,):
            failed_after.append(question.name)
    slowest = sorted(seconds, key=lambda name: -seconds[name])[:10]
    return {
        "questions": len(seconds),
        "kinds": kinds,
        "answers_5xx": errors,
        "first_answers": dict(sorted(statuses.items())),
        "unexpected": wrong,
        "over_a_second": [name for name in seconds if seconds[name] > SECONDS],
        "no_good_answer_after": failed_after,
        "seconds": describe(list(seconds.values())),
        "slowest": {name: seconds[name] for name in slowest},
    }


def try_slow(server: Server) -> dict[str, object]:
    """All that do not end, at the same time."""
    slow = list_slow()
    with ThreadPoolExecutor(len(slow)) as threads:
        answers = list(threads.map(server.put, slow))
    found = list(zip(slow, answers, strict=True))
    late = [
        question.name
        for question, answer in found
        if answer.seconds is None or answer.seconds > question.bound_seconds
    ]
    return {
        "questions": len(slow),
        "unexpected": [q.name for q, answer in found if not q.is_answered(answer.statuses)],
        "later_than_documented": late,
        "seconds": {q.name: round(answer.seconds or np.inf, 2) for q, answer in found},
    }


def list_floods() -> dict[str, bytes]:
    """What each of many connections sends; then it stands still, and reads nothing."""
    picture = save(Image.new("1", (LARGEST, LARGEST)), "PNG")
    return {
        "silence": b"",
        "half a head": b"GET / HTTP/1.1\r\nX-Y: a\r\n",
        "bodies that stop": post("/picture", b"x", ["Content-Length: 20000000"]),
        "pixels that stop": post("/predict", b"x", ["Content-Length: 3072"]),
        "hundred answers that nobody reads": ask("/pictures.bin").replace(b"close", b"keep-alive")
        * 100,
        "largest pictures": post("/picture", picture),
    }


def try_flood(server: Server, good: Question, content: bytes) -> dict[str, object]:
    """Good questions while so many connections are opened again and again."""
    content = fill(content, server.values)
    opened: list[socket.socket] = []
    seconds: list[float] = []
    refused = 0
    end = time.perf_counter() + FLOOD_SECONDS
    while time.perf_counter() < end:
        opened += [socket.create_connection(("127.0.0.1", server.port)) for _ in range(FLOOD // 10)]
        for connection in opened[-FLOOD // 10 :]:
            connection.setblocking(False)
            try:
                connection.send(content)
            except OSError:
                continue
        answer = server.put(good)
        seconds.append(answer.seconds or np.inf)
        refused += answer.statuses != (200,)
        for connection in opened[:-FLOOD]:
            connection.close()
        opened = opened[-FLOOD:]
        time.sleep(0.1)
    for connection in opened:
        connection.close()
    return {
        "connections_at_once": FLOOD,
        "good_questions": len(seconds),
        "good_questions_refused": refused,
        "seconds": describe(seconds),
    }


def time_recovery(server: Server) -> float:
    """From the end of the last flood, which was of pictures."""
    small = save(Image.new("RGB", (8, 8)), "PNG")
    question = Question("small", post("/picture", small), (200,))
    started = time.perf_counter()
    while server.put(question).statuses != (200,):
        time.sleep(0.1)
    return round(time.perf_counter() - started, 2)


def time_largest(server: Server) -> dict[str, float]:
    """Pictures of as many pixels as are taken, which are decoded and answered."""
    size = (LARGEST, LARGEST)
    picture = Image.new("RGB", size, (200, 30, 90))
    made = {name: save(picture, name) for name in ("PNG", "JPEG", "WEBP", "GIF", "AVIF")}
    made["PNG with transparency"] = save(picture.convert("RGBA"), "PNG")
    made["PNG of 16 bits"] = save(Image.new("I;16", size), "PNG")
    made["TIFF"] = make_tiff(*size)
    question = Question("largest", b"", (200,), bound_seconds=60)
    found = {}
    for name, content in made.items():
        answer = server.put(replace(question, content=post("/picture", content)))
        assert answer.statuses == (200,), (name, answer)
        found[name] = round(answer.seconds or np.inf, 2)
    return found


def read_peak(pid: int) -> int:
    """The most memory that a process had (Linux)."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024


def describe(seconds: list[float]) -> dict[str, float]:
    shares = (("median", 0.5), ("p95", 0.95), ("p99", 0.99), ("max", 1.0))
    return {name: round(float(np.quantile(seconds, share)), 4) for name, share in shares}


if __name__ == "__main__":
    main()
