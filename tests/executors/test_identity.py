"""A process that trains is what the plan names, or is refused."""

import hashlib
import importlib
import json
import sys

import pytest

from poolbench.config import StudyConfig
from poolbench.errors import TrainingError
from poolbench.executors.identity import check_identity, check_source, name_identity
from poolbench.machine import environment
from poolbench.machine.description import NUM_THREADS, describe_machine
from poolbench.machine.environment import compute_fingerprint, read_variables
from poolbench.operators import compute_source_hash


@pytest.fixture
def planned(monkeypatch):
    for name in read_variables():
        monkeypatch.delenv(name)
    return name_identity(describe_machine(StudyConfig(device="cpu")))


def test_fingerprint_without_variables_is_that_of_machine_and_libraries_alone(planned):
    parts = environment._describe_parts("cpu", NUM_THREADS)
    assert set(parts) == {
        *("processor", "flags", "capability", "system", "threads", "libraries", "device"),
    }
    content = json.dumps(parts, sort_keys=True).encode()
    assert planned["fingerprint"] == hashlib.sha256(content).hexdigest()[:16]


@pytest.mark.parametrize(
    "name",
    [
        *("MKL_CBWR", "MKL_ENABLE_INSTRUCTIONS", "OMP_SCHEDULE", "KMP_DETERMINISTIC_REDUCTION"),
        *("ONEDNN_MAX_CPU_ISA", "DNNL_MAX_CPU_ISA", "OPENBLAS_CORETYPE", "ATEN_CPU_CAPABILITY"),
        *("TORCH_ALLOW_TF32_CUBLAS_OVERRIDE", "PYTORCH_CUDA_ALLOC_CONF", "NVIDIA_TF32_OVERRIDE"),
        *("CUBLAS_WORKSPACE_CONFIG", "NPY_DISABLE_CPU_FEATURES", "GLIBC_TUNABLES"),
    ],
)
def test_variable_that_changes_bits_makes_another_fingerprint(name, planned, monkeypatch):
    monkeypatch.setenv(name, "1")
    first = compute_fingerprint("cpu", NUM_THREADS)
    monkeypatch.setenv(name, "2")
    assert len({planned["fingerprint"], first, compute_fingerprint("cpu", NUM_THREADS)}) == 3
    with pytest.raises(TrainingError, match=f"fingerprint .* \\(with {name}=2\\)"):
        check_identity(planned)


@pytest.mark.parametrize(
    "name", ["OMP_NUM_THREADS", "MKL_NUM_THREADS", "KMP_INIT_AT_FORK", "TORCH_HOME", "HOME"]
)
def test_variable_that_changes_no_bits_makes_no_other_fingerprint(name, planned, monkeypatch):
    monkeypatch.setenv(name, "7")
    check_identity(planned)


@pytest.mark.parametrize("name", ["poolbench", "source", "torch"])
def test_process_of_other_code_is_refused(name, planned):
    with pytest.raises(TrainingError) as refused:
        check_identity({**planned, name: "another"})
    message = str(refused.value)
    assert f"{planned[name]} instead of another" in message
    assert "Nothing that this process computed is kept" in message


def test_operator_that_was_edited_since_is_refused(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    hashes, classes = [], []
    for factor in (2, 3):
        text = f"K = [{factor}]\nclass Mine:\n    def forward(self, x):\n        return K, x\n"
        (tmp_path / "edited_of_a_test.py").write_text(text)
        importlib.invalidate_caches()
        sys.modules.pop("edited_of_a_test", None)
        classes.append(importlib.import_module("edited_of_a_test").Mine)
        hashes.append(compute_source_hash(classes[-1]))
    check_source("Mine", classes[1], hashes[1])
    # Of a network also the values that it loads.
    check_source("backbone:Mine", classes[1], f"{hashes[1]}-abc")
    with pytest.raises(
        TrainingError, match=r"Operator 'Mine', .* edited_of_a_test, is not the one"
    ):
        check_source("Mine", classes[1], hashes[0])
    # What cannot be imported came from the study's own process.
    sys.modules.pop("edited_of_a_test")
    check_source("Mine", classes[1], hashes[0])
