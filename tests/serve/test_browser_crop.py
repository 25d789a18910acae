"""A photograph is cropped by a square that a person drags, and the pictures are one Tab stop."""

import re

import numpy as np
import pytest
from PIL import Image

from poolbench.data.resize_array import resize_array

WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 390, "height": 780}
HEIGHT, WIDTH = 60, 150
# What the page shows on its stage, RGB.
LOOK = """() => {
  const canvas = document.querySelector("#stage canvas");
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  return [...data].filter((_, place) => place % 4 < 3);
}"""


@pytest.fixture(scope="module")
def photo(tmp_path_factory):
    """A wide picture: dark on the left, bright on the right; and its pixels."""
    ramp = np.linspace(0, 255, WIDTH).astype(np.uint8)
    pixels = np.repeat(np.repeat(ramp[None, :, None], HEIGHT, 0), 3, 2)
    file = tmp_path_factory.mktemp("photo") / "wide.png"
    Image.fromarray(pixels).save(file)
    return file, pixels


@pytest.fixture(params=["server", "static"])
def place(request):
    """The address of the page, as it is served and as files."""
    return request.getfixturevalue(request.param)


def read_stage(page):
    return np.array(page.evaluate(LOOK), dtype=np.uint8).reshape(32, 32, 3)


def wait_for(page, expected):
    """Wait until the network sees this."""
    wanted = expected.reshape(-1).tolist()
    page.wait_for_function(f"(wanted) => JSON.stringify(({LOOK})()) === JSON.stringify(wanted)",
                           arg=wanted)  # fmt: skip


def cut(pixels, left):
    return resize_array(pixels[:, left : left + HEIGHT], (32, 32), "squash")


def test_a_photograph_is_cropped_by_pointer_and_by_keys(visit, place, photo, choose_file):
    file, pixels = photo
    with visit(place) as page:
        choose_file(page, file)
        # At first the middle, which the exported model itself would take.
        wait_for(page, resize_array(pixels, (32, 32), "crop"))
        box = page.locator("#photo").bounding_box()
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        page.mouse.down()
        page.mouse.move(box["x"] + box["width"] + 50, box["y"] + box["height"] / 2, steps=4)
        page.mouse.up()
        wait_for(page, cut(pixels, WIDTH - HEIGHT))
        page.focus("#photo")
        for _ in range(40):
            page.keyboard.press("ArrowLeft")
        wait_for(page, cut(pixels, 0))
        before = read_stage(page)
        page.keyboard.press("-")
        page.wait_for_function("document.getElementById('crop-size').value < 95")
        page.keyboard.press("Home")
        wait_for(page, cut(pixels, (WIDTH - HEIGHT) // 2))
        assert not np.array_equal(read_stage(page), before)


@pytest.mark.full(seconds=3)
def test_a_picture_is_squashed_only_where_that_is_asked_for(
    visit, run_serve, served_copy, photo, choose_file
):
    file, pixels = photo
    data = served_copy / "data.json"
    text, count = re.subn(r'"fit": *"crop"', '"fit": "squash"', data.read_text(encoding="utf-8"))
    assert count == 1
    data.write_text(text, encoding="utf-8")
    with run_serve(served_copy) as (address, _), visit(address) as page:
        choose_file(page, file)
        wait_for(page, resize_array(pixels, (32, 32), "crop"))
        page.check("[name=cut][value=whole]")
        wait_for(page, resize_array(pixels, (32, 32), "squash"))
        page.check("[name=cut][value=cut]")
        wait_for(page, cut(pixels, (WIDTH - HEIGHT) // 2))


@pytest.mark.full(seconds=2)
def test_a_picture_of_the_right_shape_is_not_cropped(visit, server, photo, choose_file, tmp_path):
    file, pixels = photo
    square = tmp_path / "square.png"
    Image.fromarray(pixels[:, :HEIGHT]).save(square)
    with visit(server) as page:
        choose_file(page, file)
        assert page.is_visible("#cropping")
        choose_file(page, square)
        assert not page.is_visible("#cropping")
        choose_file(page, file)
        page.locator("#gallery button").nth(2).click()
        assert not page.is_visible("#cropping")


def test_the_pictures_are_one_stop_of_the_tab_key(visit, server):
    with visit(server, viewport=WIDE) as page:
        stops = "document.querySelectorAll('#gallery button[tabindex=\"0\"]').length"
        now = "[...document.querySelectorAll('#gallery button')].indexOf(document.activeElement)"
        assert page.evaluate(stops) == 1
        page.focus("#gallery button")
        page.keyboard.press("ArrowRight")
        assert page.evaluate(now) == 1
        page.keyboard.press("ArrowDown")
        below = page.evaluate(now)
        assert below > 2
        page.keyboard.press("ArrowUp")
        assert page.evaluate(now) == 1
        page.keyboard.press("End")
        assert page.evaluate(now) == page.locator("#gallery button").count() - 1
        page.keyboard.press("Home")
        assert page.evaluate(now) == 0
        page.keyboard.press("End")
        page.keyboard.press("Enter")
        assert page.locator("#gallery button").last.get_attribute("aria-pressed") == "true"
        assert page.evaluate(stops) == 1
        page.keyboard.press("Tab")
        assert page.evaluate(now) == -1
        page.keyboard.press("Shift+Tab")
        assert page.evaluate(now) == page.locator("#gallery button").count() - 1


@pytest.mark.full(seconds=3)
def test_answers_stay_in_sight_on_a_phone(visit, server, see):
    with visit(server, viewport=NARROW) as page:
        see(page, "#map-text", "289")
        for place in ("#file", "#stage", "#cards", "#map"):
            page.locator(place).scroll_into_view_if_needed()
            box = page.locator("#answers").bounding_box()
            assert box["y"] >= 0 and box["y"] + box["height"] <= NARROW["height"], place
        first = page.locator("#answers p").first.inner_text()
        assert page.inner_text("#spoken").split(" · ")[0] in first
    with visit(server, viewport=WIDE) as page:
        assert not page.is_visible("#answers")


@pytest.mark.parametrize("language", ["en", "ru"])
def test_every_percent_has_one_decimal_and_no_direction_a_minus(visit, server, see, language):
    with visit(server) as page:
        page.click(f"[data-language={language}]")
        page.focus("#stage")
        page.keyboard.press("ArrowLeft")
        page.keyboard.press("ArrowUp")
        see(page, "#map-text", "289")
        text = page.inner_text("main")
    found = re.findall(r"\d+(?:[.,]\d+)?(?=\s?%)", text)
    assert len(found) > 6
    assert all(re.fullmatch(r"\d+[.,]\d", number) for number in found), found
    assert not re.search(r"[-−–]\d", text)


@pytest.mark.one_of_each(seconds=3)
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["narrow", "wide"])
def test_cropping_is_accessible_and_fits(
    visit, server, photo, choose_file, check_accessible, size, scheme
):
    with visit(server, viewport=size, color_scheme=scheme) as page:
        choose_file(page, photo[0])
        check_accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
