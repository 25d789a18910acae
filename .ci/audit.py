"""Are holes known in the versions of constraints.txt and requirements.lock? By pip-audit.

Fails where one is known; where the database of holes cannot be reached, it says so and goes on.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
LISTS = ("constraints.txt", "requirements.lock")


def main() -> None:
    findings = [judge(look_up(ROOT / name), name) for name in LISTS]
    for message, _ in findings:
        print(message)
    sys.exit(any(is_bad for _, is_bad in findings))


def look_up(path: Path) -> list[dict[str, Any]]:
    """What pip-audit says of each package; nothing where it could not ask."""
    with tempfile.TemporaryDirectory() as folder:
        answer = Path(folder, "answer.json")
        command = [sys.executable, "-m", "pip_audit", "--progress-spinner", "off"]
        options = ["--no-deps", "--disable-pip", "-r", str(path), "-f", "json", "-o", str(answer)]
        subprocess.run([*command, *options], capture_output=True, check=False)
        if not answer.exists():
            return []
        found: list[dict[str, Any]] = json.loads(answer.read_text(encoding="utf-8"))["dependencies"]
        return found


def judge(packages: list[dict[str, Any]], name: str) -> tuple[str, bool]:
    """A line to print, and whether a hole is known.

    A database that cannot be reached may look like one that knows no package.
    """
    asked = [package for package in packages if "skip_reason" not in package]
    if not asked:
        return (
            f"note: skipped, no database of holes can be reached, so {name} is not audited",
            False,
        )
    holes = [
        f"{package['name']} {package['version']}: {hole['id']}"
        for package in asked
        for hole in package["vulns"]
    ]
    if holes:
        return f"{name} has known holes: {', '.join(holes)}", True
    unknown = len(packages) - len(asked)
    return f"{name}: no hole is known in {len(asked)} packages; {unknown} are not listed", False


if __name__ == "__main__":
    main()
