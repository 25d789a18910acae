import re
import subprocess
import sys
from textwrap import indent

import numpy as np
import pytest
from markdown_it import MarkdownIt
from PIL import Image

from poolbench.export.card import name_source, render_card
from poolbench.export.predict import load_model, predict_file
from poolbench.records import Headline, WeightsRecord


def read_front_matter(card):
    _, front, body = card.split("---\n", 2)
    return front, body


def test_render_card_opens_with_what_the_hub_reads(card, final):
    front, _ = read_front_matter(card)
    assert "pipeline_tag: image-classification\n" in front
    assert "library_name: onnx\n" in front
    assert '- name: "max.lab.quick"\n' in front
    assert f"      value: {final.test.accuracy:.4f}\n" in front


def test_render_card_tells_the_test_in_the_metric_of_the_verdict(spec, data, final, verdict):
    told = Headline(
        metric="balanced-accuracy",
        value=0.51,
        low=0.4,
        high=0.6,
        constant=1 / 3,
        pictures=70,
        groups=12,
    )
    card = render_card(spec, data, final.model_copy(update={"headline": told}), verdict)
    front, body = read_front_matter(card)
    assert "    - type: balanced_accuracy\n      value: 0.5100\n" in front
    assert "metrics:\n- balanced_accuracy\n" in front and "test accuracy" not in body
    assert (
        "| test balanced accuracy | 51.0% (95% confidence interval: 40.0% to 60.0%), 70 images "
        "in 12 groups |\n| majority-class baseline | 33.3% |\n" in body
    )


def test_render_card_names_the_weights_that_the_network_began_with(
    card, spec, data, final, verdict
):
    assert "Initial weights" not in card
    weights = (
        WeightsRecord(source="a`b.safetensors", sha256="ab" * 32, operator="max", license="mit"),
        WeightsRecord(source="factory of net", sha256="cd" * 32),
    )
    card = render_card(spec, data, final.model_copy(update={"weights": weights}), verdict)
    assert f"- `` a`b.safetensors ``, SHA-256 `{'ab' * 32}`; trained with operator `max`; " in card
    assert "; licence `mit`.\n- `factory of net`, SHA-256 `cdcd" in card
    assert "licence unknown: look it up before you publish this model.\n\nPretrained" in card
    assert "favour the operator they were trained with.\n\n## Test\n" in card


def test_render_card_tells_each_class(card, final):
    rows = re.findall(r"^\| (.+?) \| 10 \| (\d+) \| (\S+) \| (\S+) \| (\S+) \|$", card, re.M)
    # The name that scikit-learn uses itself is renamed in its report.
    for name, row in zip(("apple", "ёлка", "macro avg (class)"), rows, strict=True):
        wanted = final.test.report[name]
        assert int(row[1]) == wanted["support"]
        numbers = [wanted[key] for key in ("precision", "recall", "f1-score")]
        assert [float(cell) for cell in row[2:]] == pytest.approx(numbers, abs=6e-4)
    assert [row[0] for row in rows] == ["apple", "ёлка", "macro avg"]


def test_render_card_tells_data_verdict_and_interface(card, data):
    assert data.manifest_hash in card
    assert "Winner: max.lab.quick." in card
    assert "+2.50 points (+1.00 to +4.00)" in card
    assert "`folder:fruit`" in card and "somebody" not in card
    assert "float32 `[batch, height, width, 3]`" in card


def save_odd_pictures(folder):
    """Pictures of many kinds, all of the same noise; their paths."""
    rng = np.random.default_rng(0)
    colours = Image.fromarray(rng.integers(0, 256, (50, 40, 3), dtype=np.uint8))
    veil = Image.fromarray(rng.integers(0, 256, (50, 40), dtype=np.uint8))
    deep = Image.fromarray(rng.integers(0, 65536, (50, 40), dtype=np.uint16))
    clear, hidden, grey = colours.copy(), colours.copy(), colours.convert("L")
    clear.putalpha(veil)
    hidden.putalpha(0)
    grey.putalpha(veil)
    turned = Image.Exif()
    turned[0x0112] = 6
    mirrored = Image.Exif()
    mirrored[0x0112] = 5
    kinds = {
        "plain.png": (colours, {}),
        "turned.jpg": (colours, {"exif": turned}),
        "mirrored.webp": (clear, {"exif": mirrored, "lossless": True}),
        "turned-deep.png": (deep, {"exif": turned}),
        "clear.png": (clear, {}),
        "hidden.png": (hidden, {}),
        "grey-clear.png": (grey, {}),
        "palette-clear.png": (colours.quantize(16), {"transparency": 3}),
        "one-clear.png": (colours, {"transparency": colours.getpixel((0, 0))}),
        "frames.gif": (clear, {"save_all": True, "append_images": [colours]}),
        "ink.jpg": (colours.convert("CMYK"), {}),
        "luminance.tiff": (colours.convert("LAB"), {}),
        "deep.png": (deep, {}),
        "deep.tiff": (deep, {}),
        "two.png": (colours.convert("1"), {}),
    }
    for name, (picture, options) in kinds.items():
        picture.save(folder / name, **options)
    return [folder / name for name in kinds]


def test_render_card_shows_code_that_gives_what_predict_gives(bundle, card, tmp_path):
    (code,) = re.findall(r"```python\n(.*?)```", card, re.S)
    assert code.count('"picture.jpg"') == 1
    head, _, rest = code.partition("logits, probabilities = ")
    files = save_odd_pictures(tmp_path)
    # What stands there for one picture, for each of them in one process.
    rest = f"logits, probabilities = {rest}".replace('"picture.jpg"', "name")
    code = f"{head}for name in {[str(file) for file in files]!r}:\n{indent(rest, ' ')}"
    (tmp_path / "model.onnx").write_bytes((bundle / "best" / "model.onnx").read_bytes())
    done = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", code],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
    )
    said = iter(done.stdout.splitlines())
    model = load_model(tmp_path / "model.onnx")
    for file in files:
        for name, part in predict_file(model, file).items():
            assert (file.name, next(said)) == (file.name, f"{name}: {part:.3f}")


def test_render_card_shows_names_as_text(spec, data, final, verdict):
    names = ("[a](http://evil.example) <b>", "`c` | ![d](e) ``", "\x1b[31m\u202e\n# f")
    strange = data.model_copy(update={"classes": names, "source": "folder:/x/`a`<i>[b](c)|\nd: e"})
    card = render_card(spec, strange, final, verdict)
    assert all(letter.isprintable() or letter == "\n" for letter in card)
    front, body = read_front_matter(card)
    assert front.count("\n") == read_front_matter(render_card(spec, data, final, verdict))[0].count(
        "\n"
    )
    tokens = MarkdownIt("commonmark", {"html": True}).enable("table").parse(body)
    inner = [child for token in tokens for child in token.children or ()]
    kinds = {token.type for token in (*tokens, *inner)}
    assert not kinds & {"html_block", "html_inline", "link_open", "image"}
    shown = "\n".join("".join(child.content for child in token.children or ()) for token in tokens)
    for name in (*names[:2], "\\x1b[31m\\u202e\\n# f"):
        # In the list of classes as code, and in the table as text.
        assert shown.count(name) == 2


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("sample", "sample"),
        ("folder:/home/me/fruit/", "folder:fruit"),
        ("csv:C:\\me\\list.csv", "csv:list.csv"),
    ],
)
def test_name_source_drops_the_folders_above(source, expected):
    assert name_source(source) == expected
