"""Broken and odd inputs, each as data: how to make it, and what has to happen.

Nothing of it is stored: every input is written by code into a temporary folder.
"""

from corpus.case import Box, Case
from corpus.groups import GROUPS, list_cases

__all__ = ["GROUPS", "Box", "Case", "list_cases"]
