"""What a case is, and the folder that its input is made in."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

# Of a finished run: what none of the commands reads.
DRAWN = ("figures", "tables", "report.html", "lab-report")


@dataclass(frozen=True)
class Box:
    """Where the input of one case lies.

    Attributes:
        folder: Empty at first; arguments call it ``{in}``.
        work: The working directory.
        finished: A finished run that cases may copy and damage.
    """

    folder: Path
    work: Path
    finished: Path

    def write(self, name: str, content: bytes | str) -> Path:
        """A file in the folder; folders on the way are made."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def copy_run(self) -> Path:
        """The finished run as ``run``."""
        place = self.folder / "run"
        shutil.copytree(self.finished, place, ignore=shutil.ignore_patterns(*DRAWN))
        return place


Make = Callable[[Box], object]


@dataclass(frozen=True)
class Case:
    """One input and what has to happen.

    Attributes:
        group: Of the table in docs/reliability.md.
        name: Unique in its group.
        make: Writes the input.
        arguments: Of the command line; ``{in}`` is the folder of the input.
        code: The exit code.
        words: That the message (or, where all is well, the output) holds; ``{in}`` as above.
        needs: ``user``: somebody whom permissions bind; ``posix``: what only such systems have.
    """

    group: str
    name: str
    make: Make
    arguments: tuple[str, ...]
    code: int
    words: tuple[str, ...] = ()
    needs: str = ""

    @property
    def id(self) -> str:
        """As tests and figures call it."""
        return f"{self.group}/{self.name}"

    def fill(self, box: Box) -> list[str]:
        """The arguments for an input that lies there."""
        return [word.replace("{in}", str(box.folder)) for word in self.arguments]


def make_nothing(box: Box) -> None:
    """Where the arguments alone are the input."""
