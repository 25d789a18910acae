"""Prove that a fresh process without torch loads a bundle and predicts what was measured.

``python -m poolbench.export.verify RUN`` is that process. It prints its report as JSON, and exits
with 4 if a check failed.
"""

import hashlib
import json
import platform
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from pydantic import ValidationError
from safetensors.numpy import load_file

from poolbench.errors import PoolbenchError, RunError, VerificationError
from poolbench.export.check_model import MOST_BYTES, read_weights
from poolbench.export.predict import OnnxModel, compute_softmax, load_model
from poolbench.files import parse_json
from poolbench.records import Check, VerificationReport
from poolbench.rundir.store import RunStore

Logits = NDArray[np.float32]

LOGITS_TOLERANCE = 1e-3
BATCHES = (1, 2, 7)
FILES = ("model.onnx", "weights.safetensors", "reference.npz")
# Key under which the process says why there was nothing to verify.
_REFUSED = "refused"
# Prefix that the exporter puts before the names that the network has by itself.
_PREFIX = "network."


@dataclass(frozen=True)
class Reference:
    """The content of ``reference.npz``; ``facts`` are its hashes and class names."""

    images: NDArray[np.uint8]
    labels: NDArray[np.int64]
    logits: Logits
    images_other: NDArray[np.uint8]
    logits_other: Logits
    facts: dict[str, Any]


def verify_run(run: Path) -> VerificationReport:
    """Verify the bundle of a run in a fresh process; writes ``best/verification.json``.

    Raises:
        RunError: If the run has no bundle, its files cannot be read, or the process broke off.
        VerificationError: If a check failed.
    """
    _check_bundle_is_there(run)
    # -P: a file of the working directory must not stand in for a library.
    python = [sys.executable, "-P", "-X", "utf8"]
    command = [*python, "-m", "poolbench.export.verify", str(run.resolve())]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
    try:
        report = VerificationReport.model_validate_json(done.stdout)
    except ValidationError:
        with suppress(ValueError, TypeError, KeyError):
            raise RunError(json.loads(done.stdout)[_REFUSED]) from None
        last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise RunError(
            f"The verification of {run} broke off with exit code {done.returncode}: {last}"
        ) from None
    if not report.passed:
        raise VerificationError(_explain(run, report))
    return report


def check_run(run: Path) -> VerificationReport:
    """Run all checks, in this process.

    Raises:
        RunError: If the run has no bundle, or its files cannot be read.
    """
    started = time.perf_counter()
    _check_bundle_is_there(run)
    best = run / "best"
    reference = _load_reference(RunStore(run))
    checks = list(_run_checks(best, reference))
    torch_imported = "torch" in sys.modules
    checks.append(_make_check("torch stays out of the process", float(torch_imported), 0))
    return VerificationReport(
        passed=all(check.passed for check in checks),
        checks=tuple(checks),
        pictures=len(reference.images),
        torch_imported=torch_imported,
        onnxruntime=onnxruntime.__version__,
        python=platform.python_version(),
        seconds=time.perf_counter() - started,
    )


def _run_checks(best: Path, reference: Reference) -> Iterator[Check]:
    for name in ("model.onnx", "weights.safetensors"):
        yield _check_file(best / name, reference)
    for name in ("images", "images_other"):
        found = hashlib.sha256(getattr(reference, name).tobytes()).hexdigest()
        yield _compare_hash(name, found, reference)
    yield _guard("weights in both files", lambda: _check_weights(best))
    try:
        model = load_model(best / "model.onnx")
    except PoolbenchError as error:
        yield Check(name="model opens", passed=False, detail=str(error))
        return
    yield Check(
        name="class names",
        passed=list(model.classes) == reference.facts["classes"],
        detail=f"the model names {', '.join(model.classes)}",
    )
    for batch in BATCHES:
        case = f"batch {batch}"
        yield from _check_predictions(model, reference.images, reference.logits, batch, case)
    height, width = reference.images_other.shape[1:3]
    yield from _check_predictions(
        model, reference.images_other, reference.logits_other, BATCHES[-1], f"{height}x{width}"
    )


def _check_predictions(
    model: OnnxModel, images: NDArray[np.uint8], measured: Logits, batch: int, case: str
) -> Iterator[Check]:
    starts = range(0, len(images), batch)
    try:
        parts = [model.predict(images[start : start + batch]) for start in starts]
    # Whatever ONNX Runtime raises here, the model did not predict.
    except Exception as error:
        yield Check(name=f"logits, {case}", passed=False, detail=str(error)[:300])
        return
    logits = np.concatenate([part[0] for part in parts])
    probabilities = np.concatenate([part[1] for part in parts])
    if logits.shape != measured.shape:
        detail = f"shape {logits.shape}, expected {measured.shape}"
        yield Check(name=f"logits, {case}", passed=False, detail=detail)
        return
    yield _make_check(f"logits, {case}", _measure_distance(logits, measured), LOGITS_TOLERANCE)
    yield _make_check(f"labels, {case}", float(count_wrong_labels(logits, measured)), 0)
    distance = _measure_distance(probabilities, compute_softmax(measured))
    yield _make_check(f"probabilities, {case}", distance, LOGITS_TOLERANCE)


def count_wrong_labels(
    logits: Logits, measured: Logits, tolerance: float = LOGITS_TOLERANCE
) -> int:
    """Count rows with another largest logit, unless the two largest are as good as equal."""
    ordered = np.sort(measured, axis=1)
    is_clear = ordered[:, -1] - ordered[:, -2] > tolerance
    return int((is_clear & (logits.argmax(axis=1) != measured.argmax(axis=1))).sum())


def _check_weights(best: Path) -> Check:
    """Check that the model file has every tensor of the weights file, the same, and no other."""
    if (best / "weights.safetensors").stat().st_size > MOST_BYTES:
        raise ValueError(f"weights of more than {MOST_BYTES:,} bytes are not read")
    saved = load_file(best / "weights.safetensors")
    model = best / "model.onnx"
    exported = {name.removeprefix(_PREFIX): array for name, array in read_weights(model).items()}
    shared = sorted(set(saved) & set(exported))
    different = [name for name in shared if not np.array_equal(saved[name], exported[name])]
    told = load_model(model).metadata.get("weights_sha256")
    is_same_file = told == hashlib.sha256((best / "weights.safetensors").read_bytes()).hexdigest()
    if not is_same_file:
        different.append("the hash in the model's metadata")
    if not shared:
        different.append("no name is in both")
    return Check(
        name="weights in both files",
        passed=not different,
        value=float(len(different)),
        detail=", ".join(different)[:300],
    )


def _load_reference(store: RunStore) -> Reference:
    path = store.path / "best" / "reference.npz"
    try:
        arrays = store.read_arrays("best/reference.npz")
        facts = parse_json(arrays.pop("facts").tobytes())
        _check_reference(arrays, facts)
        return Reference(facts=facts, **arrays)
    except Exception as error:
        raise RunError(
            f"{path} cannot be read ({error}): the bundle is broken. Run the study again with the "
            "same --out to make it anew."
        ) from None


def _check_reference(arrays: Mapping[str, NDArray[Any]], facts: Any) -> None:
    """Raise ValueError for what is not pictures with their logits, and hashes of the files."""
    dimensions = {name: array.ndim for name, array in arrays.items()}
    logits = {"logits": 2, "logits_other": 2}
    if dimensions != {"images": 4, "images_other": 4, "labels": 1, **logits}:
        raise ValueError(f"its arrays are {', '.join(sorted(arrays))}, of other dimensions")
    if len({len(array) for array in arrays.values()}) > 1 or 0 in arrays["logits"].shape:
        raise ValueError("there are not as many logits and labels as pictures")
    if not isinstance(facts, dict) or not isinstance(facts.get("sha256"), dict):
        raise ValueError("it names no hashes")
    if not isinstance(facts.get("classes"), list):
        raise ValueError("it names no classes")


def _check_file(path: Path, reference: Reference) -> Check:
    size = path.stat().st_size
    if size > MOST_BYTES:
        detail = f"it has {size:,} bytes, and at most {MOST_BYTES:,} are read"
        return Check(name=f"SHA-256 of {path.name}", passed=False, detail=detail)
    with path.open("rb") as file:
        return _compare_hash(path.name, hashlib.file_digest(file, "sha256").hexdigest(), reference)


def _compare_hash(name: str, found: str, reference: Reference) -> Check:
    expected = reference.facts["sha256"].get(name, "nothing")
    return Check(
        name=f"SHA-256 of {name}",
        passed=found == expected,
        detail="" if found == expected else f"{found[:12]}…, recorded {expected[:12]}…",
    )


def _make_check(name: str, value: float, tolerance: float) -> Check:
    # Not "value > tolerance fails": what is not a number must fail too.
    passed = value <= tolerance
    return Check(
        name=name,
        passed=passed,
        value=value if np.isfinite(value) else None,
        tolerance=tolerance,
        detail="" if passed else f"{value:.3g}, at most {tolerance:g}",
    )


def _measure_distance(found: Logits, expected: Logits) -> float:
    return float(np.abs(found - expected).max())


def _guard(name: str, check: Callable[[], Check]) -> Check:
    """Run a check; one that cannot be carried out has failed."""
    try:
        return check()
    except Exception as error:
        return Check(name=name, passed=False, detail=str(error)[:300])


def _check_bundle_is_there(run: Path) -> None:
    store = RunStore(run)
    store.check_has_model()
    # Refuses links and pipes as well: nothing outside a run is read or waited for.
    missing = [name for name in FILES if not store.locate(f"best/{name}").is_file()]
    if missing:
        raise RunError(
            f"{run} has no {', '.join(f'best/{name}' for name in missing)}: nothing was handed "
            "over yet. Run the study to its end first."
        )


def _explain(run: Path, report: VerificationReport) -> str:
    failed = [
        f"{check.name} ({check.detail})" if check.detail else check.name
        for check in report.checks
        if not check.passed
    ]
    return (
        f"{run / 'best'} does not predict what was measured. Failed: {'; '.join(failed)}. "
        "The files were changed or damaged: copy them again, or run the study again."
    )


def main(arguments: list[str]) -> int:
    """Verify one run, print the report; the exit code is that of the whole."""
    run = Path(arguments[0])
    try:
        report = check_run(run)
    except PoolbenchError as error:
        sys.stdout.write(json.dumps({_REFUSED: str(error)}))
        return error.exit_code
    # A run on a read-only disc can be verified too; so can one that is being verified beside.
    with suppress(OSError, RunError):
        RunStore(run).save_model("best/verification.json", report)
    sys.stdout.write(report.model_dump_json())
    return 0 if report.passed else VerificationError.exit_code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
