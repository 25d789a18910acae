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
from poolbench.rundir.owned import is_run
from poolbench.rundir.store import RunStore
from poolbench.texts import DEFAULT_LANGUAGE, TEXTS, Phrase
from poolbench.texts.checks import name_check
from poolbench.texts.filling import Tellable
from poolbench.texts.joined import Joined
from poolbench.texts.told import Told, find_reason, tell_in_every_way

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
            said = Told(json.loads(done.stdout)[_REFUSED])
            raise RunError("quoted", message=said) from None
        code, lines = done.returncode, done.stderr.strip().splitlines()
        last = lines[-1] if lines else Phrase("fault.silent")
        raise RunError("verify.broke-off", run=run, code=code, last=last) from None
    if not report.passed:
        raise _explain(run, report)
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
        yield _fail("model opens", error)
        return
    yield Check(
        name="class names",
        passed=list(model.classes) == reference.facts["classes"],
        **_describe(Phrase("detail.classes", names=list(model.classes))),
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
        yield _fail(f"logits, {case}", find_reason(error))
        return
    logits = np.concatenate([part[0] for part in parts])
    probabilities = np.concatenate([part[1] for part in parts])
    if logits.shape != measured.shape:
        found, expected = str(logits.shape), str(measured.shape)
        yield _fail(f"logits, {case}", Phrase("detail.shape", found=found, expected=expected))
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
        raise ValueError(Phrase("detail.large-weights", most=MOST_BYTES))
    saved = load_file(best / "weights.safetensors")
    model = best / "model.onnx"
    exported = {name.removeprefix(_PREFIX): array for name, array in read_weights(model).items()}
    shared = sorted(set(saved) & set(exported))
    unlike = [name for name in shared if not np.array_equal(saved[name], exported[name])]
    different: list[object] = [*unlike]
    told = load_model(model).metadata.get("weights_sha256")
    is_same_file = told == hashlib.sha256((best / "weights.safetensors").read_bytes()).hexdigest()
    if not is_same_file:
        different.append(Phrase("detail.other-digest"))
    if not shared:
        different.append(Phrase("detail.no-shared-name"))
    return Check(
        name="weights in both files",
        passed=not different,
        value=float(len(different)),
        **_describe(Joined([different])),
    )


def _load_reference(store: RunStore) -> Reference:
    path = store.path / "best" / "reference.npz"
    try:
        arrays = store.read_arrays("best/reference.npz")
        facts = parse_json(arrays.pop("facts").tobytes())
        _check_reference(arrays, facts)
        return Reference(facts=facts, **arrays)
    except Exception as error:
        raise RunError("verify.reference", path=path, reason=find_reason(error)) from None


def _check_reference(arrays: Mapping[str, NDArray[Any]], facts: Any) -> None:
    """Raise ValueError for what is not pictures with their logits, and hashes of the files."""
    dimensions = {name: array.ndim for name, array in arrays.items()}
    logits = {"logits": 2, "logits_other": 2}
    if dimensions != {"images": 4, "images_other": 4, "labels": 1, **logits}:
        raise ValueError(Phrase("fault.other-arrays", names=sorted(arrays)))
    if len({len(array) for array in arrays.values()}) > 1 or 0 in arrays["logits"].shape:
        raise ValueError(Phrase("fault.other-counts"))
    if not isinstance(facts, dict) or not isinstance(facts.get("sha256"), dict):
        raise ValueError(Phrase("fault.no-hashes"))
    if not isinstance(facts.get("classes"), list):
        raise ValueError(Phrase("fault.no-classes"))


def _check_file(path: Path, reference: Reference) -> Check:
    size = path.stat().st_size
    if size > MOST_BYTES:
        detail = Phrase("detail.too-large", size=size, most=MOST_BYTES)
        return _fail(f"SHA-256 of {path.name}", detail)
    with path.open("rb") as file:
        return _compare_hash(path.name, hashlib.file_digest(file, "sha256").hexdigest(), reference)


def _compare_hash(name: str, found: str, reference: Reference) -> Check:
    check = f"SHA-256 of {name}"
    expected = reference.facts["sha256"].get(name)
    if expected == found:
        return Check(name=check, passed=True)
    if expected is None:
        return _fail(check, Phrase("detail.no-hash", found=found[:12]))
    return _fail(check, Phrase("detail.hash", found=found[:12], expected=str(expected)[:12]))


def _make_check(name: str, value: float, tolerance: float) -> Check:
    # Not "value > tolerance fails": what is not a number must fail too.
    passed = value <= tolerance
    return Check(
        name=name,
        passed=passed,
        value=value if np.isfinite(value) else None,
        tolerance=tolerance,
        **({} if passed else _describe(Phrase("detail.at-most", value=value, most=tolerance))),
    )


def _fail(name: str, detail: object) -> Check:
    return Check(name=name, passed=False, **_describe(detail))


def _describe(detail: object) -> dict[str, Any]:
    """Return why a check failed, in English and in every language; what a library says, once."""
    if not isinstance(detail, Tellable):
        detail = Joined([detail])
    return {
        "detail": detail.tell(DEFAULT_LANGUAGE),
        "details": {lang: detail.tell(lang) for lang in TEXTS},
    }


def _measure_distance(found: Logits, expected: Logits) -> float:
    return float(np.abs(found - expected).max())


def _guard(name: str, check: Callable[[], Check]) -> Check:
    """Run a check; one that cannot be carried out has failed."""
    try:
        return check()
    except Exception as error:
        return _fail(name, find_reason(error))


def _check_bundle_is_there(run: Path) -> None:
    if not run.is_dir():
        raise RunError("serve.no-run", path=run)
    store = RunStore(run)
    store.check_has_model()
    # Refuses links and pipes as well: nothing outside a run is read or waited for.
    missing = [name for name in FILES if not store.locate(f"best/{name}").is_file()]
    if len(missing) == len(FILES) and not is_run(run):
        raise RunError("run.none", path=run)
    if missing:
        names = [f"best/{name}" for name in missing]
        raise RunError("verify.no-bundle", run=run, names=names)


def _explain(run: Path, report: VerificationReport) -> VerificationError:
    failed = Joined((_name(check) for check in report.checks if not check.passed), "; ")
    return VerificationError("verify.failed", folder=run / "best", failed=failed)


def _name(check: Check) -> Joined:
    detail = [" (", Told(check.details or check.detail), ")"] if check.detail else []
    return Joined([name_check(check.name), *detail], "")


def main(arguments: list[str]) -> int:
    """Verify one run, print the report; the exit code is that of the whole."""
    run = Path(arguments[0])
    try:
        report = check_run(run)
    except PoolbenchError as error:
        sys.stdout.write(json.dumps({_REFUSED: tell_in_every_way(error)}))
        return error.exit_code
    # A run on a read-only disc can be verified too; so can one that is being verified beside.
    with suppress(OSError, RunError):
        RunStore(run).save_model("best/verification.json", report)
    sys.stdout.write(report.model_dump_json())
    return 0 if report.passed else VerificationError.exit_code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
