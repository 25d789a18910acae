"""The real server against those who mean no good; ``benchmarks/serve/hostile.py`` takes times."""

import socket
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qs, urlsplit

import httpx2
import numpy as np
import pytest
from hostile import Question, list_questions, list_slow, send
from hostile.ask import BODY_SECONDS, HEAD_SECONDS, ask, post, read_statuses

from patience import HANG_SECONDS
from poolbench.serve.bodies import MOST_COMING
from poolbench.serve.connection import MOST_WAITING

TIMEOUT = HANG_SECONDS


@pytest.fixture(scope="module")
def put(server, open_server, served):
    """Send a question to the server that it is for."""
    picture = np.load(served / "pictures.npz")["images"][0].tobytes()

    def call(question):
        place = urlsplit(open_server if question.is_open else server)
        token = parse_qs(place.query).get("token", [""])[0]
        host = f"127.0.0.1:{place.port}"
        values = {"@HOST@": host, "@PORT@": str(place.port), "@TOKEN@": token}
        known = {name.encode(): value.encode() for name, value in values.items()}
        return send(question, place.port, {**known, b"@PIXELS@": picture})

    return call


@pytest.fixture
def check_alive(put):
    """The service answers a good question."""
    good = Question("good", post("/predict?model=0", b"@PIXELS@"), (200,))

    def call():
        assert put(good).statuses == (200,)

    return call


@pytest.mark.full(seconds=5)
def test_hostile_questions_are_answered_or_refused_and_the_service_goes_on(put, check_alive):
    questions = list_questions()
    assert len(questions) >= 100
    wrong = []
    for question in questions:
        answer = put(question)
        if answer.seconds is None or not question.is_answered(answer.statuses):
            wrong.append((question.name, question.expected, answer))
        check_alive()
    assert wrong == []


@pytest.mark.parametrize(
    "bound", [HEAD_SECONDS, pytest.param(BODY_SECONDS, marks=pytest.mark.slow)]
)
def test_what_does_not_end_is_cut_off(put, check_alive, bound):
    slow = [question for question in list_slow() if question.bound_seconds == bound]
    with ThreadPoolExecutor(len(slow)) as threads:
        answers = list(threads.map(put, slow))
    for question, answer in zip(slow, answers, strict=True):
        assert answer.seconds is not None, question.name
        assert question.is_answered(answer.statuses), (question.name, answer)
    check_alive()


def test_many_who_say_nothing_keep_nobody_out(server, check_alive):
    place = urlsplit(server)
    opened = [
        socket.create_connection((place.hostname, place.port), TIMEOUT)
        for _ in range(MOST_WAITING + 50)
    ]
    check_alive()
    # Whoever came first has gone.
    assert opened[0].recv(1) == b""
    for connection in opened:
        connection.close()


def test_bodies_that_stand_still_keep_nobody_out(server, check_alive):
    place = urlsplit(server)
    head = post("/picture", b"x", ["Content-Length: 1000"]).replace(
        b"@HOST@", place.netloc.encode()
    )
    opened = []
    for _ in range(MOST_COMING + 8):
        opened.append(socket.create_connection((place.hostname, place.port), TIMEOUT))
        opened[-1].sendall(head)
    check_alive()
    assert read_statuses(opened[0].recv(1000)) == (408,)
    for connection in opened:
        connection.close()


def test_whoever_does_not_read_keeps_nobody_out(server, check_alive):
    place = urlsplit(server)
    wanted = ask("/pictures.bin").replace(b"close", b"keep-alive")
    wanted = wanted.replace(b"@HOST@", place.netloc.encode()) * 100
    opened = [socket.create_connection((place.hostname, place.port), TIMEOUT) for _ in range(20)]
    for connection in opened:
        connection.sendall(wanted)
    check_alive()
    for connection in opened:
        connection.close()
    assert httpx2.get(server, timeout=TIMEOUT).status_code == 200
