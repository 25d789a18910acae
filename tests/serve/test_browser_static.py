"""The page as files on a plain web server: the browser itself computes."""

import json

import numpy as np
import pytest
from PIL import Image

from patience import HANG_MS
from poolbench.data.resize_array import resize_array
from poolbench.export.predict import load_model

CLASSES = ["<script>alert(1)</script>", 'Кошка "№1"']
WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 360, "height": 740}


@pytest.mark.one_of_each(by=lambda case: {"any": 0}, seconds=6)
# A JPEG is decoded by another program than Pillow, which may round otherwise.
@pytest.mark.parametrize(("kind", "tolerance"), [("png", 1e-3), ("turned", 1e-2)])
def test_static_page_says_what_predict_says(
    visit,
    static,
    served,
    picture_files,
    read_cards,
    choose_file,
    predict_file,
    check_same,
    kind,
    tolerance,
):
    with visit(static) as page:
        assert page.locator("#cards table").first.locator("th").all_inner_texts() == CLASSES
        choose_file(page, picture_files[kind])
        found = read_cards(page)
        captions = page.locator("#cards .variant").all_inner_texts()
    check_same(found[0], predict_file(served, picture_files[kind]), tolerance)
    for caption, shares in zip(captions[1:], found[1:], strict=True):
        model = served / "variants" / caption / "model.onnx"
        check_same(shares, predict_file(model, picture_files[kind]), tolerance)


@pytest.mark.full(seconds=6)
def test_both_pages_say_the_same_of_a_moved_picture(
    visit, static, server, picture_files, read_cards, choose_file, check_same, see
):
    found = []
    for address in (server, static):
        with visit(address) as page:
            page.check("[value=border]")
            choose_file(page, picture_files["png"])
            page.focus("#stage")
            for key in ("Shift+ArrowDown", "ArrowLeft", "ArrowLeft"):
                page.keyboard.press(key)
            see(page, "#spoken", "4 px down, 2 px left")
            see(page, "#map-text", "289")
            found.append((read_cards(page), page.inner_text("#map-text")))
    for one, other in zip(found[0][0], found[1][0], strict=True):
        check_same(one, other)
    assert found[0][1] == found[1][1]


@pytest.mark.full(seconds=6)
def test_browser_resizes_to_the_same_picture(visit, static):
    rng = np.random.default_rng(3)
    with visit(static) as page:
        for height, width in ((150, 117), (20, 61), (1, 3), (700, 33)):
            image = rng.integers(0, 256, (height, width, 3), dtype=np.uint8)
            for fit in ("crop", "pad", "squash"):
                found = page.evaluate(
                    """async ([pixels, height, width, fit]) => {
                      const { resize } = await import("./resize.js");
                      const size = [32, 32];
                      return [...resize(Uint8Array.from(pixels), height, width, size, fit)];
                    }""",
                    [image.reshape(-1).tolist(), height, width, fit],
                )
                expected = resize_array(image, (32, 32), fit)
                assert np.array_equal(np.array(found).reshape(32, 32, 3), expected)


@pytest.mark.full(seconds=6)
def test_export_for_the_course_page_predicts_the_same_in_a_browser(
    browser, static_folder, serve_folder, served, poolbench_cli, tmp_path
):
    """As the course's page feeds it: float32 [1, 3, 32, 32], 0-255, through onnxruntime-web."""
    folder = tmp_path / "course"
    folder.mkdir()
    model = folder / "model.onnx"
    done = poolbench_cli("export", served, "--layout", "nchw", "--size", "32", "--out", model)
    assert done.returncode == 0, done.stderr
    (folder / "ort").symlink_to(static_folder / "ort")
    (folder / "index.html").write_text("<title>The course's page</title>", encoding="utf-8")
    image = np.load(served / "pictures.npz")["images"][5]
    Image.fromarray(image).save(folder / "picture.png")
    with serve_folder(folder) as address:
        page = browser.new_page()
        page.set_default_timeout(HANG_MS)
        page.goto(address)
        found = page.evaluate(
            """async () => {
              const ort = await import("./ort/ort.wasm.bundle.min.js");
              ort.env.wasm.numThreads = 1;
              ort.env.wasm.wasmPaths = { wasm: "/ort/ort-wasm-simd-threaded.wasm" };
              const image = new Image();
              image.src = "picture.png";
              await image.decode();
              const canvas = Object.assign(document.createElement("canvas"),
                { width: 32, height: 32 });
              const context = canvas.getContext("2d");
              context.drawImage(image, 0, 0, 32, 32);
              const { data } = context.getImageData(0, 0, 32, 32);
              const input = new Float32Array(3 * 32 * 32);
              for (let place = 0; place < 32 * 32; place++) {
                for (let channel = 0; channel < 3; channel++) {
                  input[channel * 32 * 32 + place] = data[place * 4 + channel];
                }
              }
              const session = await ort.InferenceSession.create("model.onnx");
              const feeds = { input: new ort.Tensor("float32", input, [1, 3, 32, 32]) };
              return Array.from((await session.run(feeds)).output.data);
            }"""
        )
        page.close()
    expected = load_model(served / "best" / "model.onnx").predict(image[None])[0][0]
    assert np.argmax(found) == np.argmax(expected)
    np.testing.assert_allclose(found, expected, atol=1e-3)


@pytest.mark.full(seconds=4)
def test_static_page_refuses_bad_files_with_words(visit, static, bad_files, see):
    with visit(static) as page:
        for file in (bad_files["format"], bad_files["broken"], bad_files["pixels"]):
            page.set_input_files("#file", file)
            see(page, "#error", "too many" if file == bad_files["pixels"] else "can't decode")
            page.locator("#gallery button").nth(1).click()
            page.wait_for_selector("#error", state="hidden")


@pytest.mark.one_of_each(by=lambda case: {"any": 0}, seconds=4)
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_static_page_is_accessible_and_fits(visit, static, check_accessible, size, scheme):
    with visit(static, viewport=size, color_scheme=scheme) as page:
        page.click("[data-language=ru]")
        check_accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]


def test_static_page_names_no_place_of_this_machine(static_folder, served):
    for file in static_folder.rglob("*"):
        if file.suffix in (".html", ".json", ".js", ".css"):
            content = file.read_text(encoding="utf-8")
            if file.name != "report.html" and file.parent.name != "ort":
                assert str(served.parent) not in content
                assert "https://" not in content
    facts = json.loads((static_folder / "run.json").read_text(encoding="utf-8"))
    assert facts["source"] == "csv:pictures.csv"
