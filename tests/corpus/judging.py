"""What came of a case, and whether that is what has to happen."""

import hashlib
import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path

from corpus.case import Box, Case

# How far the pictures are; no message.
PROGRESS = re.compile(r"Loading images,|Data: |Measuring |Network \S+:$|Weights for |\s*$")
# The frame around what the parser says.
FRAME = re.compile(r"[│╭╮╰╯─\s]+")
# Larger files are holes: that they are as they were is seen from their size and time.
MOST_HASHED = 1 << 26
# What ``verify`` found, which it writes also where it is nothing good.
PROOF = "verification.json"


@dataclass(frozen=True)
class Outcome:
    """What a command did."""

    code: int
    stdout: str
    stderr: str


def judge(case: Case, box: Box, outcome: Outcome) -> list[str]:
    """What is not as it has to be, in words; empty where all is well."""
    faults = []
    if outcome.code != case.code:
        faults.append(f"exit code {outcome.code}, not {case.code}")
    if "Traceback" in outcome.stderr:
        faults.append("a traceback")
    message = outcome.stdout if case.code == 0 else outcome.stderr
    shown = FRAME.sub("", message)
    for word in case.words:
        if FRAME.sub("", word.replace("{in}", str(box.folder))) not in shown:
            faults.append(f"the message lacks {word!r}")
    if case.code and outcome.stdout.strip():
        faults.append("a message on standard output")
    count = count_messages(outcome.stderr)
    if count != (1 if case.code else 0):
        faults.append(f"{count} messages")
    if re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]", outcome.stdout + outcome.stderr):
        faults.append("a control character on the terminal")
    return faults


def count_messages(stderr: str) -> int:
    """Each begins at the left margin, and whatever else belongs to it does not."""
    lines = [line for line in stderr.splitlines() if not PROGRESS.match(line)]
    if lines and lines[0].startswith("Usage: "):
        # The parser shows the usage, a hint and the message in a frame.
        return 1
    return sum(not line.startswith(" ") for line in lines)


def hash_folder(folder: Path) -> str:
    """SHA-256 over everything that lies there: names, kinds, rights, times, content, targets."""
    digest = hashlib.sha256()
    for root, folders, files in os.walk(folder):
        # What Python compiled of a module that was imported.
        folders[:] = sorted(set(folders) - {"__pycache__"})
        for name in sorted([*folders, *files]):
            path = Path(root, name)
            status = path.lstat()
            if path.name == PROOF:
                continue
            digest.update(repr((os.fsencode(path), status.st_mode)).encode())
            if path.is_symlink():
                digest.update(os.fsencode(path.readlink()))
            elif stat.S_ISREG(status.st_mode):
                digest.update(repr((status.st_size, status.st_mtime_ns)).encode())
                digest.update(_read(path) if status.st_size <= MOST_HASHED else b"")
    return digest.hexdigest()


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except PermissionError:
        return b""
