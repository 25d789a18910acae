"""Write docs/licences.md: the licences of all that poolbench needs, from what is installed.

``python .ci/licences.py`` in an environment that has requirements.lock and every extra.
"""

import re
import tomllib
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "licences.md"
# Extras of those who work on poolbench; what a person runs is listed first.
FOR_DEVELOPERS = ("bench", "dev", "docs", "fuzz")
# Of packages whose metadata does not say, or that only other systems install; from their files.
STATED_ELSEWHERE = {
    "atheris": "Apache-2.0",
    "axe-playwright-python": "MIT",
    "colorama": "BSD-3-Clause",
    "cuda-toolkit": "not stated: it has no files and only names NVIDIA's packages",
    "namex": "Apache-2.0",
}
HEAD = """# Licences of what poolbench needs

Written by `python .ci/licences.py` from the metadata of the packages, in an environment that has
`requirements.lock` and every extra, on Linux; the versions are in `constraints.txt` and
`requirements.lock`. poolbench itself is under the MIT licence and contains no code of these
packages. If you redistribute them, you have to keep their terms. A test fails if a package has no
line here. NVIDIA's libraries come with PyPI's build of torch for Linux; its CPU-only build needs
none of them.
"""


def main() -> None:
    known: set[str] = set()
    parts = [HEAD]
    for title, extra in list_groups():
        needed = list_needed(extra)
        parts.append(format_table(title, needed - known))
        known |= needed
    parts.append(
        format_table("Only on other systems, or to build the package", list_locked() - known)
    )
    PAGE.write_text("\n".join(parts), encoding="utf-8")


def list_groups() -> list[tuple[str, str]]:
    """Title and extra; what is needed without any extra comes first."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = sorted(project["optional-dependencies"], key=lambda extra: extra in FOR_DEVELOPERS)
    return [("poolbench", ""), *((f"Extra `{extra}`", extra) for extra in extras)]


def list_needed(extra: str) -> set[str]:
    """Packages that are installed for an extra, and those that they need in turn."""
    seen: set[tuple[str, str]] = set()
    waiting = {("poolbench", extra)}
    while waiting:
        name, wanted = waiting.pop()
        seen.add((name, wanted))
        for requirement in map(Requirement, metadata.requires(name) or ()):
            if requirement.marker is None or requirement.marker.evaluate({"extra": wanted}):
                found = normalize(requirement.name)
                waiting |= {(found, each) for each in ("", *requirement.extras)} - seen
    return {name for name, _ in seen} - {"poolbench"}


def list_locked() -> set[str]:
    """Packages of requirements.lock."""
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    return {normalize(name) for name in re.findall(r"^([\w.-]+)==", text, re.MULTILINE)}


def list_listed() -> set[str]:
    """Packages that the page has a line for."""
    return set(re.findall(r"^\| ([\w-]+) \| \S", PAGE.read_text(encoding="utf-8"), re.MULTILINE))


def format_table(title: str, names: set[str]) -> str:
    """Markdown."""
    rows = [f"| {name} | {read_licence(name)} |" for name in sorted(names)]
    return "\n".join([f"## {title}", "", "| package | licence |", "| --- | --- |", *rows, ""])


def read_licence(name: str) -> str:
    """As the package states it: expression, else classifiers, else a short text."""
    if name in STATED_ELSEWHERE:
        return STATED_ELSEWHERE[name]
    stated = metadata.metadata(name)
    start = "License :: "
    classified = [c for c in stated.get_all("Classifier") or () if c.startswith(start)]
    named = [c.rpartition(" :: ")[2] for c in classified if c != f"{start}OSI Approved"]
    text = (stated.get("License") or "").strip()
    short = text if len(text) < 60 and "\n" not in text and text != "UNKNOWN" else ""
    found = stated.get("License-Expression") or short or ", ".join(named)
    if not found:
        raise SystemExit(f"{name} states no licence: read its files, add it to STATED_ELSEWHERE")
    return found


def normalize(name: str) -> str:
    """The one form of a package's name."""
    return re.sub(r"[-_.]+", "-", name).lower()


if __name__ == "__main__":
    main()
