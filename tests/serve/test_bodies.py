"""What a server holds of what is sent to it."""

from contextlib import AsyncExitStack

import pytest
from starlette.requests import Request

from poolbench.serve.bodies import MOST_WAITING, Bodies, RefusedError

LARGE = RefusedError("size", 413)


def make_request(content):
    async def receive():
        return {"type": "http.request", "body": content, "more_body": False}

    return Request({"type": "http", "method": "POST", "headers": []}, receive)


def test_more_than_can_be_answered_soon_are_refused_until_one_is_done(run_async):
    async def hold_many():
        bodies = Bodies()
        async with AsyncExitStack() as others:
            for _ in range(MOST_WAITING - 1):
                await others.enter_async_context(bodies.hold(make_request(b"x"), 1, LARGE))
            async with bodies.hold(make_request(b"x"), 1, LARGE):
                with pytest.raises(RefusedError) as caught:
                    await others.enter_async_context(bodies.hold(make_request(b"x"), 1, LARGE))
                assert (caught.value.reason, caught.value.status) == ("busy", 429)
            assert await others.enter_async_context(bodies.hold(make_request(b"y"), 1, LARGE))

    run_async(hold_many())


def test_a_body_is_read_no_further_than_it_may_go(run_async):
    async def hold():
        async with Bodies().hold(make_request(b"xx"), 1, LARGE):
            pass

    with pytest.raises(RefusedError) as caught:
        run_async(hold())
    assert caught.value is LARGE
