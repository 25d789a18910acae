"""Record the course's assignment: one folder, with a run for each of its steps."""

from poolbench.config import Frozen
from poolbench.records._schema import SCHEMA_VERSION

LAB_FILE = "lab.json"
# Folders of the runs, in the order in which they are worked at.
EXAMPLE, METHODS, PUBLISHED, CHOICE = "1-example", "2-methods", "3-published", "4-choice"
STEPS = (EXAMPLE, METHODS, PUBLISHED, CHOICE)


class LabRecord(Frozen):
    """``lab.json``: marks a folder in which the assignment is done.

    Attributes:
        is_full: With the epochs that the course publishes, not at the length of a lesson.
        language: The one in which it was begun.
    """

    schema_version: int = SCHEMA_VERSION
    is_full: bool
    language: str
