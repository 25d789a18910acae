"""The machine a benchmark ran on, and where its figures are kept."""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
SHORT = "--short"
# A short form says that a script still runs; its figures must not take the place of measured ones.
MEASURED = Path(__file__).parent / "results"
RESULTS = Path(tempfile.gettempdir(), "poolbench-short") if SHORT in sys.argv else MEASURED


def add_short(parser: argparse.ArgumentParser) -> None:
    """Add the option of the short form."""
    parser.add_argument(
        SHORT, action="store_true", help="takes seconds; its figures go to a temporary folder"
    )


def save(
    name: str, figures: dict[str, Any], libraries: tuple[str, ...] = (), room: str = "speed"
) -> Path:
    """Write figures with machine, versions, commit and command to a folder of ``results``."""
    (RESULTS / room).mkdir(parents=True, exist_ok=True)
    path = RESULTS / room / f"{name}.json"
    content = {**describe(libraries), **figures}
    path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    return path


def describe(libraries: tuple[str, ...] = ()) -> dict[str, Any]:
    """What has to stand beside a figure."""
    import torch

    from poolbench.machine.environment import count_cores, describe_processor
    from poolbench.training.precision import has_native_bfloat16

    names = ("torch", "numpy", *libraries)
    return {
        "command": read_command(),
        "date": datetime.now(UTC).date().isoformat(),
        "commit": read_commit(),
        "processor": describe_processor(),
        "cores": count_cores(),
        "capability": torch.backends.cpu.get_cpu_capability(),
        "native_bfloat16": has_native_bfloat16("cpu"),
        "limits": {
            name: os.environ[name]
            for name in ("ONEDNN_MAX_CPU_ISA", "ATEN_CPU_CAPABILITY")
            if name in os.environ
        },
        "system": platform.platform(),
        "python": platform.python_version(),
        "versions": {name: metadata.version(name) for name in names},
    }


def read_commit() -> str:
    """The commit, with a mark where files were changed since.

    ``POOLBENCH_COMMIT`` says it where only the files are, without their history.
    """
    if "POOLBENCH_COMMIT" in os.environ:
        return os.environ["POOLBENCH_COMMIT"]
    commit = _ask_git("rev-parse", "--short", "HEAD")
    return f"{commit}+" if _ask_git("status", "--porcelain", "--", "src") else commit


def read_command() -> str:
    """The command that started this script.

    Of files the name alone: where they lie is nobody's business.
    """
    script = Path(sys.argv[0]).resolve().relative_to(ROOT).with_suffix("")
    words = (Path(word).name if Path(word).exists() else word for word in sys.argv[1:])
    return " ".join(["python", "-m", ".".join(script.parts), *words])


def _ask_git(*words: str) -> str:
    found = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=True)
    return found.stdout.strip()
