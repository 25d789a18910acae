"""``poolbench serve`` as a process."""

import signal
import socket
import subprocess
import sys

import httpx2
import pytest

from patience import HANG_SECONDS
from poolbench.errors import UsageError
from poolbench.serve.server import bind

TIMEOUT = HANG_SECONDS


def test_interrupt_ends_it_with_130(served, run_serve):
    with run_serve(served) as (address, process):
        assert httpx2.get(f"{address}run.json", timeout=TIMEOUT).status_code == 200
        with httpx2.stream("GET", f"{address}pictures.bin", timeout=TIMEOUT):
            process.send_signal(signal.SIGINT)
            said = process.communicate(timeout=TIMEOUT)[1]
        assert process.returncode == 130
        assert said.strip() == "Stopped."


@pytest.mark.full(seconds=3)
def test_taken_port_is_replaced_by_the_next_and_said(served, poolbench_cli, run_serve):
    with bind("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        command = [sys.executable, "-m", "poolbench", "serve", str(served), "--port", str(port)]
        process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        said = process.stderr.readline()
        process.terminate()
        process.communicate(timeout=TIMEOUT)
    assert f"Port {port} is taken; using" in said


def test_other_machines_need_the_printed_token(open_server):
    port = httpx2.URL(open_server).port
    here = f"http://127.0.0.1:{port}/"
    assert httpx2.get(f"{here}run.json", timeout=TIMEOUT).status_code == 401
    with httpx2.Client(follow_redirects=True, timeout=TIMEOUT) as client:
        token = httpx2.URL(open_server).params["token"]
        assert len(token) >= 32
        assert client.get(here, params={"token": token}).status_code == 200
        assert client.get(f"{here}run.json").status_code == 200


def test_loopback_needs_no_token(server):
    assert "token" not in server
    assert httpx2.get(f"{server}run.json", timeout=TIMEOUT).status_code == 200


def test_oversize_body_is_refused_by_the_real_server(server):
    place = httpx2.URL(server)
    with socket.create_connection((place.host, place.port), TIMEOUT) as opened:
        head = f"POST /picture HTTP/1.1\r\nHost: {place.netloc.decode()}\r\n"
        opened.sendall(f"{head}Content-Length: 99000000000\r\n\r\n".encode())
        assert b" 413 " in opened.recv(1000)


@pytest.mark.full(seconds=3)
def test_folder_without_a_study_is_told(poolbench_cli, tmp_path):
    done = poolbench_cli("serve", tmp_path)
    assert done.returncode == 1
    assert "is not a run" in done.stderr


def test_serving_needs_no_torch(served):
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "from starlette.testclient import TestClient\n"
        "from poolbench.serve.app import make_app\n"
        f"app = make_app(Path({str(served)!r}), host='127.0.0.1', token=None, lang='en')\n"
        "with TestClient(app, 'http://127.0.0.1') as client:\n"
        "    assert client.post('/predict', content=bytes(32 * 32 * 3)).status_code == 200\n"
        "    assert client.get('/report.html').status_code == 200\n"
        "print('torch' in sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "False", done.stderr


def test_bind_names_what_cannot_be_used():
    with pytest.raises(UsageError, match=r"192\.0\.2\.1"), bind("192.0.2.1", 8000):
        pass
    with pytest.raises(UsageError, match="no-such-host"), bind("no-such-host.invalid", 8000):
        pass
