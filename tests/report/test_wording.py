"""The warnings of a run."""

import dataclasses

from poolbench.report import wording
from poolbench.report.read import read_run
from poolbench.report.words import speak


def list_notes(view):
    """In English."""
    return [speak(note, "en") for note in wording.list_notes(view)]


def test_list_notes_tells_of_positions_duplicates_and_divergence(make_run):
    view = read_run(make_run(variants=2, epochs=4, diverged=True))
    notes = " ".join(list_notes(view))
    assert "position" in notes
    assert "diverged: 1" in notes
    assert "exactly: 3" in notes
    assert "lab protocol" not in notes


def test_list_notes_warns_once_of_the_lab_protocol(make_run):
    view = read_run(make_run(variants=2, repeats=1, epochs=4, protocol="lab"))
    verdict = view.verdict.model_copy(update={"notes": ("test-watched", "one-trial")})
    notes = list_notes(dataclasses.replace(view, verdict=verdict))
    assert sum("lab protocol" in note for note in notes) == 1
    assert sum("lab protocol" in note for note in list_notes(view)) == 1
    assert "one-trial" not in notes


def test_list_notes_shows_what_it_has_no_text_for(run_path):
    view = read_run(run_path)
    verdict = view.verdict.model_copy(update={"notes": ("of-a-later-version",)})
    assert "of-a-later-version" in list_notes(dataclasses.replace(view, verdict=verdict))


def test_list_notes_puts_a_failed_verification_first(run_path):
    view = read_run(run_path)
    failed = view.verification.model_copy(update={"passed": False})
    notes = list_notes(dataclasses.replace(view, verification=failed))
    assert "does not predict what was measured" in notes[0]
