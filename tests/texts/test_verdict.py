"""What a verdict advises is possible under each protocol."""

import pytest

from poolbench.texts import TEXTS


@pytest.mark.parametrize("lang", sorted(TEXTS))
def test_only_what_both_protocols_have_is_advised_for_wide_intervals(lang):
    told = TEXTS[lang]["note.few-trials"]
    assert "{--repeats}" in told and "--folds" not in told
