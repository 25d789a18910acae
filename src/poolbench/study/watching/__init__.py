"""Show a study while it runs: on a terminal, in a notebook, in lines, and on its page."""

from poolbench.study.watching.front import Front, open_front
from poolbench.study.watching.track import Tracker, Watch, Work

__all__ = ["Front", "Tracker", "Watch", "Work", "open_front"]
