"""Show a running study as lines, where they go to a file or a pipe: few, and never two at once."""

import threading
import time

from rich.console import Console

from poolbench.records import LiveRecord
from poolbench.study.watching.words import (
    describe_count,
    describe_left,
    describe_step,
    is_training,
)
from poolbench.texts import text
from poolbench.texts.plain import make_plain

# Least seconds between two lines.
LINE_SECONDS = 10.0
# Least share of a step between two lines: a study of a day does not write thousands.
LINE_SHARE = 0.02
# Seconds after which something that is prepared is named.
LONG_SECONDS = 2.0


class LinesFront:
    """Writes a line now and then."""

    seconds = 0.5

    def __init__(self, console: Console, lang: str) -> None:
        self.console, self.lang = console, lang
        self._next = 0.0
        self._next_share = 0.0
        self._timer: threading.Timer | None = None

    def begin(self, live: LiveRecord) -> None:
        """See :class:`~poolbench.study.watching.front.Front`."""
        self._next = time.monotonic() + LINE_SECONDS
        self._next_share = LINE_SHARE
        if not is_training(live):
            # Nothing may happen until it is over, so that nobody would call.
            self._timer = threading.Timer(LONG_SECONDS, self._name, [live])
            self._timer.daemon = True
            self._timer.start()

    def show(self, live: LiveRecord) -> None:
        """See :class:`~poolbench.study.watching.front.Front`."""
        now = time.monotonic()
        if now < self._next or live.share < self._next_share:
            return
        self._next, self._next_share = now + LINE_SECONDS, live.share + LINE_SHARE
        if is_training(live):
            self._write(
                text(
                    "run.progress",
                    self.lang,
                    done=live.done,
                    total=live.total,
                    share=live.share,
                    left=describe_left(live.seconds_left, self.lang) or "?",
                )
            )
        else:
            self._name(live)

    def end(self) -> None:
        """See :class:`~poolbench.study.watching.front.Front`."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _name(self, live: LiveRecord) -> None:
        words = " ".join(filter(None, (describe_step(live, self.lang), describe_count(live))))
        self._write(f"{words}…")

    def _write(self, line: str) -> None:
        self.console.print(make_plain(line))
