"""Makes a disk fail, or kills the process, at a chosen step of what is written below a folder.

Python imports a module of this name when it starts, from any folder of PYTHONPATH; so worker
processes have it too. Without POOLBENCH_FAULT it does nothing. Steps are the calls by which
poolbench.system writes: open, write, flush, rename.
"""

import errno
import os
import signal
from pathlib import Path

# ``kind:step:folder``, where a step is its number from 1, or its call and file: ``rename/a.json``.
VARIABLE = "POOLBENCH_FAULT"
# A file that is not there until something went wrong: in all processes together it does so once.
MARK = "POOLBENCH_FAULT_MARK"
ERRORS = {"full": errno.ENOSPC, "broken": errno.EIO, "interrupted": errno.EINTR}
KINDS = ("kill", "short", *ERRORS)


class Faults:
    """Counts steps below a folder; the chosen one goes wrong.

    Args:
        kind: ``kill``, ``short`` (a write takes half of what it is given), or a name of ``ERRORS``.
        step: From 1, or ``call/file``; 0: none goes wrong.
        mark: See :data:`MARK`; with kind ``list``, the file that gets a line for each step.

    Attributes:
        steps: ``(call, name of the file)`` of each so far.
    """

    def __init__(self, kind: str, step: int | str, folder: str, mark: str | None = None) -> None:
        self.kind, self.step, self.folder = kind, step, os.path.realpath(folder)
        self.mark = mark
        self.steps: list[tuple[str, str]] = []
        self.names: dict[int, str] = {}
        self.calls = (os.open, os.write, os.fsync, Path.replace)

    def install(self) -> None:
        """From now on."""
        os.open, os.write, os.fsync = self.open, self.write, self.flush
        # A function, as a bound method would take the place of the path.
        Path.replace = lambda path, target: self.rename(path, target)  # noqa: PLW0108

    def remove(self) -> None:
        """As it was."""
        os.open, os.write, os.fsync, Path.replace = self.calls

    def open(self, path, flags, mode=0o777, **more):
        is_ours = os.path.realpath(path).startswith(self.folder)
        name = Path(path).name
        # A folder is opened to be flushed, a lock to be held.
        if is_ours and flags & os.O_CREAT and name != ".lock":
            self.count("open", name)
        descriptor = self.calls[0](path, flags, mode, **more)
        if is_ours:
            self.names[descriptor] = name
        else:
            self.names.pop(descriptor, None)
        return descriptor

    def write(self, descriptor, content):
        if descriptor in self.names and self.count("write", self.names[descriptor]):
            content = memoryview(content)[: max(1, len(content) // 2)]
        return self.calls[1](descriptor, content)

    def flush(self, descriptor):
        if descriptor in self.names:
            self.count("flush", self.names[descriptor])
        return self.calls[2](descriptor)

    def rename(self, path, target):
        if os.path.realpath(target).startswith(self.folder):
            self.count("rename", Path(target).name)
        return self.calls[3](path, target)

    def count(self, call: str, name: str) -> bool:
        """Whether it is the chosen step and goes on, with less."""
        self.steps.append((call, name))
        if self.kind == "list":
            self.note(f"{call}/{name}\n")
        if self.step not in (len(self.steps), f"{call}/{name}"):
            return False
        if self.mark is not None:
            if Path(self.mark).exists():
                return False
            self.note("done")
        if self.kind == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        if self.kind in ERRORS:
            code = ERRORS[self.kind]
            raise OSError(code, os.strerror(code), name)
        return True

    def note(self, line: str) -> None:
        descriptor = self.calls[0](self.mark, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        self.calls[1](descriptor, line.encode())
        os.close(descriptor)


if VARIABLE in os.environ:
    _kind, _step, _folder = os.environ[VARIABLE].split(":", 2)
    Faults(_kind, int(_step) if _step.isdigit() else _step, _folder, os.environ.get(MARK)).install()
