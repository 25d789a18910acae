"""Which versions of ONNX Runtime open what poolbench writes, and give the same answers.

    python -m benchmarks.reliability.runtimes PYTHON [PYTHON …]

One network of every operator is exported, and asked here. Then each named interpreter, in an
environment that holds nothing but some version of onnxruntime and NumPy, opens all of the files and
is asked the same. The largest difference of a logit is kept, and what was refused. Results:
benchmarks/results/reliability.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch

from benchmarks.machine import add_short, save
from poolbench.export.onnx import export_onnx
from poolbench.models import get_backbone
from poolbench.operators import list_operators

SIZE = (16, 16)
CLASSES = ("a", "b", "c")
# A resize on the way, and another batch than the exporter saw.
SHAPE = (3, 21, 18, 3)
TOLERANCE = 1e-3
# Without poolbench, which the older ones cannot be installed beside.
ASK = """
import json, sys
import numpy as np, onnxruntime
onnxruntime.set_default_logger_severity(4)
folder, names = sys.argv[1], json.loads(sys.argv[2])
pictures, found = np.load(f"{folder}/pictures.npy"), {}
for name in names:
    try:
        session = onnxruntime.InferenceSession(
            f"{folder}/{name}.onnx", providers=["CPUExecutionProvider"]
        )
        found[name] = session.run(["output"], {"input": pictures})[0].tolist()
    except Exception as error:
        found[name] = str(error).splitlines()[0][:200]
print(json.dumps({"version": onnxruntime.__version__, "numpy": np.__version__, "found": found}))
"""


def main() -> None:
    """Export all operators, and ask every interpreter."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("pythons", nargs="*", metavar="PYTHON", help="an interpreter of its own")
    add_short(parser)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        versions = export_all(folder, list_ids(arguments.short))
        names = list(versions)
        here = ask(sys.executable, folder, names)
        others = [ask(python, folder, names) for python in arguments.pythons]
    figures = {
        "models": len(names),
        "tolerance": TOLERANCE,
        "opset_and_ir": {name: list(pair) for name, pair in versions.items()},
        "runtimes": [compare(here, other) for other in (here, *others)],
    }
    print(json.dumps(figures["runtimes"], indent=1))
    sys.argv[1:] = [f"PYTHON-{other['version']}" for other in others]
    print(save("runtimes", figures, ("onnx", "onnxruntime"), room="reliability"))


def list_ids(is_short: bool) -> list[str]:
    """The operators that are exported."""
    return [entry.id for entry in list_operators()][: 1 if is_short else None]


def export_all(folder: Path, operators: list[str]) -> dict[str, tuple[int, int]]:
    """Opset and format of each operator's file."""
    rng = np.random.default_rng(0)
    np.save(folder / "pictures.npy", rng.integers(0, 256, SHAPE).astype(np.float32))
    versions = {}
    for operator in operators:
        torch.manual_seed(0)
        network = get_backbone("lab-example").build(operator, len(CLASSES), SIZE)
        path = export_onnx(network, folder / f"{operator}.onnx", image_size=SIZE, classes=CLASSES)
        proto = onnx.load(path)
        versions[operator] = (proto.opset_import[0].version, proto.ir_version)
        print(operator, versions[operator], flush=True)
    return versions


def ask(python: str, folder: Path, names: list[str]) -> dict[str, Any]:
    """What an interpreter's runtime says of each file."""
    command = [python, "-c", ASK, str(folder), json.dumps(names)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def compare(here: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """One runtime against the one that is installed here."""
    refused, distances = {}, {}
    for name, found in other["found"].items():
        if isinstance(found, str):
            refused[name] = found
        else:
            distances[name] = float(np.abs(np.subtract(found, here["found"][name])).max())
    return {
        "onnxruntime": other["version"],
        "numpy": other["numpy"],
        "opened": len(distances),
        "same": sum(distance <= TOLERANCE for distance in distances.values()),
        "largest_difference": max(distances.values(), default=None),
        "refused": refused,
    }


if __name__ == "__main__":
    main()
