"""Errors of plans, studies and runs are told: every code has its words, with the right values."""

from error_codes import list_untold, list_unused

ROOMS = ("planning", "study", "runs", "results")


def test_errors_of_plans_studies_and_runs_are_told():
    assert list_untold(*ROOMS) == []


def test_texts_of_their_errors_are_all_said():
    assert list_unused(["errors_study"], *ROOMS, "cli") == []
