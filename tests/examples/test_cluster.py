"""The files that start a cluster: one is as Ray wants it, one runs with a Slurm of one machine."""

import json
import os
import shutil
import signal
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from patience import HANG_SECONDS

CLUSTER = Path(__file__).parents[2] / "examples" / "cluster"

pytestmark = pytest.mark.skipif(find_spec("ray") is None, reason="the extra ray is not installed")

# What Slurm's programs do, for three nodes that are this machine, all on the loopback interface.
PROGRAMS = {
    "srun": (
        'while [[ "$1" == -* ]]; do [ "$1" == -w ] && shift && node="$1"; shift; done\n'
        # Nodes of one machine that start at the same time would choose the same ports.
        'if [ "$node" == n3 ]; then sleep 8; fi\n'
        'exec "$@"'
    ),
    "scontrol": 'printf "n1\\nn2\\nn3\\n"',
    "hostname": "echo 127.0.0.1",
    "ray": (
        'if [[ "$*" == *--address=* ]]; then set -- "$@" --node-ip-address=127.0.0.1; fi\n'
        'if [ "$1" == status ]; then export RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER=0; fi\n'
        'exec {python} -m ray.scripts.scripts "$@"'
    ),
    "poolbench": 'exec {python} -m poolbench "$@"',
}


def test_ray_takes_the_file_of_several_machines():
    code = (
        "import json, sys, yaml\n"
        "from ray.autoscaler._private.util import prepare_config, validate_config\n"
        "config = prepare_config(yaml.safe_load(open(sys.argv[1], encoding='utf-8')))\n"
        "validate_config(config)\n"
        "print(json.dumps(config))\n"
    )
    command = [sys.executable, "-c", code, CLUSTER / "ray-cluster.yaml"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    config = json.loads(done.stdout)
    for role in ("head", "worker"):
        assert "RAY_AUTH_MODE=token" in config[f"{role}_start_ray_commands"][-1]


def end_processes(mark):
    """What Slurm does at the end of a job: all that have this in their environment."""
    for entry in os.scandir("/proc"):
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                if mark.encode() in Path(entry.path, "environ").read_bytes():
                    os.kill(int(entry.name), signal.SIGKILL)
            except OSError:
                continue


@pytest.mark.slow
def test_job_of_slurm_trains_on_all_of_its_nodes(tmp_path):
    place = tmp_path / "environment" / "bin"
    place.mkdir(parents=True)
    for name, text in PROGRAMS.items():
        program = place / name
        program.write_text(f"#!{shutil.which('bash')}\n" + text.replace("{python}", sys.executable))
        program.chmod(0o755)
    facts = {"SLURM_JOB_NODELIST": "n[1-3]", "SLURM_JOB_ID": "4242", "SLURM_CPUS_PER_TASK": "1"}
    environment = {
        **os.environ,
        **facts,
        "POOLBENCH": str(tmp_path / "environment"),
        "PATH": f"{place}:{os.environ['PATH']}",
        "RAY_worker_niceness": "0",
    }
    options = ["--operators", "max", "--folds", "2", "--repeats", "1", "--epochs", "1"]
    command = ["bash", CLUSTER / "slurm.sh", *options, "--out", tmp_path / "run"]
    job = subprocess.Popen(command, env=environment)
    try:
        assert job.wait(timeout=HANG_SECONDS) == 0
    finally:
        end_processes(f"POOLBENCH={tmp_path}")
    nodes = json.loads((tmp_path / "run" / "environment.json").read_text())["nodes"]
    assert [node["has_token"] for node in nodes] == [True] * 3
