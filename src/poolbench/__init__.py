"""Which downsampling operator should my CNN use on my images, and is the difference reliable?

The public names load at first use, so ``import poolbench`` costs nothing.
"""

import os
from importlib import import_module
from typing import TYPE_CHECKING, Any

from poolbench._version import __version__

if TYPE_CHECKING:
    from poolbench.export.onnx import export_onnx
    from poolbench.models.swap import Swapped, swap
    from poolbench.operators import Operator, register
    from poolbench.study.finished import Study, load
    from poolbench.study.hooks import EpochEvent, TrialEvent
    from poolbench.study.lab import Lab, lab
    from poolbench.study.run import compare

# ONNX Runtime from 1.29 on reports its use to its makers, under a number that it keeps in the home
# folder. It reads this variable at import; set it to 0 to allow the reports.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")

__all__ = [
    "EpochEvent",
    "Lab",
    "Operator",
    "Study",
    "Swapped",
    "TrialEvent",
    "__version__",
    "compare",
    "export_onnx",
    "lab",
    "load",
    "register",
    "swap",
]

_MODULES = {
    "EpochEvent": "poolbench.study.hooks",
    "TrialEvent": "poolbench.study.hooks",
    "Lab": "poolbench.study.lab",
    "lab": "poolbench.study.lab",
    "Operator": "poolbench.operators",
    "Study": "poolbench.study.finished",
    "compare": "poolbench.study.run",
    "export_onnx": "poolbench.export.onnx",
    "load": "poolbench.study.finished",
    "Swapped": "poolbench.models.swap",
    "register": "poolbench.operators",
    "swap": "poolbench.models.swap",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module 'poolbench' has no attribute {name!r}")
    return getattr(import_module(_MODULES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
