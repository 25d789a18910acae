"""The warnings of a run."""

import dataclasses
import re

from poolbench.report import wording
from poolbench.report.read import read_run
from poolbench.report.words import speak


def list_notes(view):
    """In English."""
    return [speak(note, "en") for note in wording.list_notes(view)]


def test_list_notes_tells_of_positions_duplicates_and_divergence(make_run):
    view = read_run(make_run(variants=2, epochs=4, diverged=True))
    notes = " ".join(list_notes(view))
    assert "where it sits in the network" in notes
    assert "1 trial diverged: " in notes
    assert "3 test images have exact copies" in notes
    assert "lab protocol" not in notes


def test_list_notes_tells_of_each_kind_of_duplicates(run_path):
    view = read_run(run_path)

    def list_with(**found):
        data = view.data.model_copy(update={"facts": {"duplicates": found}})
        return " ".join(list_notes(dataclasses.replace(view, data=data)))

    nothing = dict.fromkeys(("test_exact", "test_near", "pool_exact", "pool_near", "dropped"), 0)
    assert not re.search("test images|earlier", list_with(**nothing))
    told = list_with(test_exact=10, test_near=326, other_label=5, dropped=0)
    assert "10 test images have exact copies" in told
    assert "326 test images look like a training image" in told
    assert "earlier" not in told
    assert "9 training images equal or resemble an earlier one" in list_with(
        **nothing | {"pool_exact": 4, "pool_near": 5}
    )
    told = list_with(test_exact=10, test_near=326, pool_exact=4, pool_near=5, dropped=345)
    assert "left out of the training images" in told
    assert "345" in told
    # What was dropped makes nothing optimistic.
    assert "optimistic" not in told
    share = {"false_share": 0.07, "threshold": 0.93}
    assert "at least 7% of" in list_with(**nothing | share | {"pool_near": 5})
    assert "at least" not in list_with(**nothing | share | {"pool_near": 5, "false_share": 0.004})
    assert "look alike" not in list_with(**nothing | share)
    assert "look alike" not in list_with(**nothing | share | {"pool_near": 5, "dropped": 5})


def test_list_notes_tells_of_pictures_that_were_not_read_or_show_nothing(run_path):
    view = read_run(run_path)
    unread = {"no-reader": {".heic": 3}, "other": {".txt": 9}}
    pixels = {"low": 0, "high": 9, "narrow": 40, "sixteen_bits": True, "constant": 0}
    facts = {"unread": unread, "pixels": pixels}
    data = view.data.model_copy(update={"facts": facts})
    told = " ".join(list_notes(dataclasses.replace(view, data=data)))
    assert "3 .heic" in told
    assert ".txt" not in told
    assert "40 images have almost uniform brightness" in told
    assert "white is 65,535" in told


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
    assert "does not reproduce its recorded predictions" in notes[0]
