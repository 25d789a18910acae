"""Report on a run; reads the run directory only, without torch."""

import logging
import os
import sys
from contextlib import suppress
from pathlib import Path


def _import_matplotlib() -> None:
    """Import matplotlib for the first time without a look at the working directory.

    matplotlib reads ``matplotlibrc`` there as it is imported: a pipe of that name would be waited
    for, and what a stranger's folder holds would be obeyed, or complained of on the screen.
    """
    if "matplotlib" in sys.modules:
        return
    # What it has to say of its cache and of fonts is no news to whoever wants a report.
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    try:
        before = Path.cwd()
    except FileNotFoundError:
        # The folder is gone, and whatever was in it.
        before = None
    if before is not None:
        os.chdir(Path(__file__).parent)
    try:
        import matplotlib  # noqa: F401
    finally:
        if before is not None:
            with suppress(OSError):
                os.chdir(before)


_import_matplotlib()
