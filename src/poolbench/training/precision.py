"""Choose the device and the number format that a study uses."""

from contextlib import AbstractContextManager
from typing import cast

import torch

from poolbench.config import Precision
from poolbench.errors import UsageError

DTYPES: dict[Precision, torch.dtype] = {
    "float32": torch.float32,
    "bfloat16": torch.bfloat16,
    "float16": torch.float16,
}


def choose_device(wanted: str) -> str:
    """Return ``cuda``, ``mps`` or ``cpu``: what was asked for, or for ``auto`` the best there is.

    Raises:
        UsageError: If what was asked for is not on this machine.
    """
    available = list_devices()
    if wanted == "auto":
        return available[0]
    if wanted not in available:
        raise UsageError("device.missing", device=wanted, known=available)
    return wanted


def list_devices() -> list[str]:
    """Return the kinds of device on this machine, the fastest first."""
    devices = ["cpu"]
    if torch.backends.mps.is_available():
        devices.insert(0, "mps")
    if torch.cuda.is_available():
        devices.insert(0, "cuda")
    return devices


def list_precisions(wanted: str, device: str) -> tuple[Precision, ...]:
    """Return the wanted precision, or for ``auto`` float32 and what the hardware multiplies.

    Which of them is fastest is measured; float32 comes first.
    """
    if wanted != "auto":
        return (cast(Precision, wanted),)
    if has_native_bfloat16(device):
        return ("float32", "bfloat16")
    # Before Ampere: tensor cores for float16 alone.
    return ("float32", "float16") if device == "cuda" else ("float32",)


def has_native_bfloat16(device: str) -> bool:
    """Return whether the device multiplies bfloat16 in hardware, not by slower emulation."""
    if device == "cuda":
        # From Ampere on; is_bf16_supported() also says yes where it is emulated.
        return torch.cuda.get_device_capability()[0] >= 8
    if device == "cpu":
        return _has_cpu_flag("_is_amx_tile_supported") or _has_cpu_flag("_is_avx512_bf16_supported")
    return False


def autocast(device: str, precision: Precision) -> AbstractContextManager[object]:
    """Return the context in which a training step's forward pass runs."""
    return torch.autocast(device, dtype=DTYPES[precision], enabled=precision != "float32")


def make_scaler(device: str, precision: Precision) -> torch.amp.GradScaler:
    """Return a scaler that keeps float16's small gradients from vanishing; a no-op elsewhere."""
    return torch.amp.GradScaler(device, enabled=precision == "float16")


def _has_cpu_flag(name: str) -> bool:
    # torch has no public question for this yet; a version without the private one says no.
    question = getattr(torch.cpu, name, None)
    return bool(question and question())
