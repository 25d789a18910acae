"""A server of a finished run under load: 50 questions a second for a minute.

    python -m benchmarks.serve.load RUN

In turn a move (one picture to all models), a row of the map, and an uploaded photograph; on
loopback, each sent at its own time whether or not earlier ones were answered. Counted: answers that
are not 200, time to answer, memory of the server.
"""

import argparse
import asyncio
import io
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import psutil
from PIL import Image

from benchmarks import machine
from poolbench.serve.app import MOST_PICTURES
from poolbench.serve.read import read_finished

RATE, SECONDS = 50, 60
# When memory is looked at first: what is opened once has been opened by then.
EARLY_SECONDS = 10
SHORT_SECONDS, SHORT_EARLY_SECONDS = 2, 1
# Of every ten questions.
MIX = ("move", "move", "row", "move", "photograph", "move", "row", "move", "move", "photograph")


def main() -> None:
    """Start a server, put it under load, save what came of it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("run", type=Path)
    machine.add_short(parser)
    arguments = parser.parse_args()
    run = arguments.run
    seconds, early = (
        (SHORT_SECONDS, SHORT_EARLY_SECONDS) if arguments.short else (SECONDS, EARLY_SECONDS)
    )
    bodies = make_bodies(run)
    command = [sys.executable, "-m", "poolbench", "serve", str(run), "--port", "0"]
    server = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert server.stderr is not None
    try:
        line = server.stderr.readline()
        port = int(line.rpartition("127.0.0.1:")[2].partition("/")[0])
        figures = asyncio.run(load(port, bodies, psutil.Process(server.pid), seconds, early))
    finally:
        server.terminate()
    models = read_finished(run).models
    shape = read_finished(run).data.image_size
    path = machine.save(
        "load",
        {
            "run": {"models": [model.variant for model in models], "image_size": shape},
            "load": {"rate_per_second": RATE, "seconds": seconds, "mix": MIX},
            **figures,
        },
        ("starlette", "uvicorn", "onnxruntime", "pillow"),
        room="serve",
    )
    print(path.read_text(encoding="utf-8"))


def make_bodies(run: Path) -> dict[str, tuple[str, bytes]]:
    """Path and body of each kind of question."""
    pictures = read_finished(run).pictures[0]
    row = np.repeat(pictures[:1], MOST_PICTURES, axis=0)
    buffer = io.BytesIO()
    noise = np.random.default_rng(0).integers(0, 256, (60, 80, 3), dtype=np.uint8)
    Image.fromarray(noise).resize((800, 600)).save(buffer, "JPEG", quality=90)
    return {
        "move": ("/predict", pictures[0].tobytes()),
        "row": ("/predict?model=0", row.tobytes()),
        "photograph": ("/picture", buffer.getvalue()),
    }


async def load(
    port: int,
    bodies: dict[str, tuple[str, bytes]],
    server: psutil.Process,
    duration: int,
    early: int,
) -> dict[str, object]:
    """Send, and look at the server's memory on the way."""
    started = time.perf_counter()
    memory: dict[str, int] = {}
    tasks = []
    for number in range(RATE * duration):
        await asyncio.sleep(max(0.0, started + number / RATE - time.perf_counter()))
        if number == RATE * early:
            memory["early"] = server.memory_info().rss
        place, body = bodies[MIX[number % len(MIX)]]
        tasks.append(asyncio.create_task(ask(port, place, body)))
    answers = await asyncio.gather(*tasks)
    memory["end"] = server.memory_info().rss
    seconds = np.array([answer[1] for answer in answers])
    return {
        "questions": len(answers),
        "errors": sum(status != 200 for status, _ in answers),
        f"rss_bytes_at_{early}_s": memory["early"],
        "rss_bytes_at_the_end": memory["end"],
        "rss_growth_percent": round(100 * (memory["end"] / memory["early"] - 1), 2),
        "milliseconds": {
            name: round(1000 * float(np.quantile(seconds, share)), 1)
            for name, share in (("median", 0.5), ("p95", 0.95), ("p99", 0.99), ("max", 1.0))
        },
    }


async def ask(port: int, place: str, body: bytes) -> tuple[int, float]:
    """Status (0: no answer) and seconds, over a connection of its own."""
    started = time.perf_counter()
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        head = f"POST {place} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n"
        writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        answer = await reader.read()
        writer.close()
        status = int(answer.split(b" ", 2)[1])
    except (OSError, IndexError, ValueError):
        status = 0
    return status, time.perf_counter() - started


if __name__ == "__main__":
    main()
