"""Whoever watches a study does not count it himself."""

import asyncio

import pytest

from poolbench.errors import RunError
from poolbench.serve import progress
from poolbench.serve.read import measure_progress


def test_a_hundred_who_ask_are_told_what_was_counted_once(served, monkeypatch, run_async):
    counted = []

    def count(path):
        counted.append(path)
        return measure_progress(path)

    monkeypatch.setattr(progress, "measure_progress", count)

    async def ask():
        asked = progress.Progress(served)
        first = asyncio.create_task(asked.read())
        await asyncio.sleep(0)
        # Who goes meanwhile takes nothing from the others.
        first.cancel()
        found = await asyncio.gather(*(asked.read() for _ in range(100)))
        assert {line for _, line in found} == {found[0][1]}
        assert found[0][0]["state"] == "finished"
        assert len(counted) == 1
        monkeypatch.setattr(asked, "_due", 0.0)
        await asked.read()
        assert len(counted) == 2

    run_async(ask())


def test_what_is_wrong_is_told_to_all(tmp_path, run_async):
    async def ask():
        asked = progress.Progress(tmp_path / "nowhere")
        for error in await asyncio.gather(asked.read(), asked.read(), return_exceptions=True):
            assert isinstance(error, RunError)
        with pytest.raises(RunError, match="is not a run"):
            await asked.read()

    run_async(ask())
