"""The warnings of a run."""

import dataclasses

from poolbench.report.read import read_run
from poolbench.report.wording import list_notes


def test_list_notes_tells_of_positions_duplicates_and_divergence(make_run):
    view = read_run(make_run(variants=2, epochs=4, diverged=True))
    notes = " ".join(list_notes(view, "en"))
    assert "position" in notes
    assert "diverged: 1" in notes
    assert "exactly: 3" in notes
    assert "lab protocol" not in notes


def test_list_notes_warns_once_of_the_lab_protocol(make_run):
    view = read_run(make_run(variants=2, repeats=1, epochs=4, protocol="lab"))
    verdict = view.verdict.model_copy(update={"notes": ("test-watched", "one-trial")})
    notes = list_notes(dataclasses.replace(view, verdict=verdict), "en")
    assert sum("lab protocol" in note for note in notes) == 1
    assert sum("lab protocol" in note for note in list_notes(view, "en")) == 1
    assert "one-trial" not in notes


def test_list_notes_shows_what_it_has_no_text_for(run_path):
    view = read_run(run_path)
    verdict = view.verdict.model_copy(update={"notes": ("of-a-later-version",)})
    assert "of-a-later-version" in list_notes(dataclasses.replace(view, verdict=verdict), "en")


def test_list_notes_puts_a_failed_verification_first(run_path):
    view = read_run(run_path)
    failed = view.verification.model_copy(update={"passed": False})
    notes = list_notes(dataclasses.replace(view, verification=failed), "en")
    assert "does not predict what was measured" in notes[0]
