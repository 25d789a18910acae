"""Choose the language in which a run is spoken of: the one that it was made in."""

from pathlib import Path
from typing import Any

from pydantic import RootModel

from poolbench.errors import RunError
from poolbench.language import choose_language
from poolbench.rundir.files import RunFiles
from poolbench.texts import TEXTS

# The key in ``environment.json``.
LANGUAGE = "language"


def choose_run_language(path: Path | None, wanted: str | None = None) -> str:
    """Choose the wanted language, else that of the run, else that of the environment.

    Args:
        path: A run directory, or none; runs of before do not say in which language they were made.

    Raises:
        UsageError: For a language that poolbench does not speak.
    """
    if wanted is not None or path is None:
        return choose_language(wanted)
    try:
        found = RunFiles(path).load_model("environment.json", RootModel[dict[str, Any]])
        language = found.root.get(LANGUAGE)
    except RunError:
        # Whoever reads the run itself says what is wrong with it.
        language = None
    return language if isinstance(language, str) and language in TEXTS else choose_language()
