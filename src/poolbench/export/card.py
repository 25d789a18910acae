"""Render the model card: a README in the form of the Hugging Face hub, from records alone."""

import json
import re

from jinja2 import Environment, StrictUndefined

from poolbench._version import __version__
from poolbench.records import (
    DataRecord,
    FinalRecord,
    SideMetrics,
    TrialSpec,
    VerdictRecord,
)
from poolbench.texts.filling import format_number
from poolbench.texts.plain import escape_markdown, make_plain
from poolbench.verdict.proportion import read_headline
from poolbench.verdict.sentence import describe_verdict

# Oldest and newest versions of onnxruntime that open the files of all operators, as measured by
# benchmarks/reliability/runtimes.py.
TRIED_RUNTIMES = ("1.17.3", "1.32.0")
# How pictures became as large as the network takes them.
_FITS = {
    "squash": "`squash`: stretched, aspect ratio not preserved",
    "crop": "`crop`: edges cut off",
    "pad": "`pad`: borders added",
}

_TEMPLATE = """\
---
license: other
license_name: not-chosen-yet
library_name: onnx
pipeline_tag: image-classification
tags:
- image-classification
- onnx
- pooling
- poolbench
metrics:
- {{ metric_id }}
model-index:
- name: {{ quote(spec.variant.id) }}
  results:
  - task:
      type: image-classification
    dataset:
      name: {{ quote(source) }}
      type: {{ quote(data_type) }}
      split: test
    metrics:
    - type: {{ metric_id }}
      value: {{ "%.4f" % headline.value }}
---

# {{ spec.variant.id }}

An image classifier for {{ data.classes | length }} classes, selected by poolbench {{ version }}
in a comparison of pooling (downsampling) operators.

| | |
| --- | --- |
| operator | {{ spec.variant.operator | tick }} |
| backbone | {{ spec.variant.backbone | tick }} |
| recipe | {{ recipe.name | tick }}: {{ recipe.epochs }} epochs, \
batch size {{ recipe.batch_size }}, learning rate {{ recipe.learning_rate }}, \
{{ recipe.schedule }} schedule |
| test {{ metric }} | {{ percent(headline.value) }} \
(95% confidence interval: {{ percent(headline.low) }} to {{ percent(headline.high) }}), \
{{ headline.pictures }} images\
{% if headline.groups is not none %} in {{ headline.groups }} groups{% endif %} |
| majority-class baseline | {{ percent(headline.constant) }} |
| training run ID | {{ final.trial | tick }} |

## Classes

In the order of the logits: {{ data.classes | map("tick") | join(", ") }}.

## Training data

Image set {{ source | tick }}: {{ "{:,}".format(data.pool_counts | sum) }} training images and
{{ "{:,}".format(data.test_counts | sum) }} test images, resized to
{{ data.image_size[0] }} × {{ data.image_size[1] }} pixels ({{ fit }}).
SHA-256 of pixels, labels and class names: `{{ data.manifest_hash }}`.

{% if final.weights -%}
## Initial weights

{% for weights in final.weights -%}
- {{ weights.source | tick }}, SHA-256 `{{ weights.sha256 }}`; \
{% if weights.operator %}trained with operator {{ weights.operator | tick }}{% else %}trained with \
an unknown operator{% endif %}; \
{% if weights.license %}licence {{ weights.license | tick }}{% else %}licence unknown: look it up \
before you publish this model{% endif %}.
{% endfor %}
Pretrained weights favour the operator they were trained with.

{% endif -%}
## Test

{{ protocol }}

| class | training images | test images | precision | recall | F1 |
| --- | ---: | ---: | ---: | ---: | ---: |
{% for row in rows -%}
| {{ row.name | cell }} | {{ row.pool }} | {{ row.test }} | {{ "%.3f" % row.precision }} | \
{{ "%.3f" % row.recall }} | {{ "%.3f" % row.f1 }} |
{% endfor %}
Negative log-likelihood {{ "%.3f" % final.test.nll }} nats, calibration error
{{ "%.3f" % final.test.calibration_error }}.

## Verdict

{{ verdict }}

## Input and output

- `input`: float32 `[batch, height, width, 3]`, channels in RGB order, values from 0 to 255; batch
  size, height and width can vary. Resizing (`{{ data.fit }}`) and normalisation are built into the
  model, so don't apply them yourself.
- `output`: float32 `[batch, {{ data.classes | length }}]`, logits.
- `probabilities`: float32 `[batch, {{ data.classes | length }}]`, their softmax.

`model.onnx` declares the lowest opset and IR version that it needs. Models with any of poolbench's
operators load in ONNX Runtime {{ runtimes | join(" and ") }} (Python 3.11) and give the same
predictions.

Class names and hashes are in the `metadata_props` of `model.onnx`. `weights.safetensors` holds
the same weights under their PyTorch names.

## Use

```python
import json

import numpy as np
import onnxruntime
from PIL import Image, ImageOps


def read_picture(path):
    # Upright, RGB, on white where the image is transparent.
    picture = ImageOps.exif_transpose(Image.open(path))
    if picture.mode.startswith("I"):  # 16-bit greyscale
        grey = (np.asarray(picture).astype(np.uint32) * 255 + 32767) // 65535
        picture = Image.fromarray(grey.astype(np.uint8))
    if picture.has_transparency_data:
        picture = picture.convert("RGBA")
        if picture.getchannel("A").getextrema()[1] > 0:  # an all-zero alpha channel is ignored
            white = Image.new("RGBA", picture.size, "white")
            picture = Image.alpha_composite(white, picture)
    return np.asarray(picture.convert("RGB"), dtype=np.float32)


session = onnxruntime.InferenceSession("model.onnx", providers=["CPUExecutionProvider"])
classes = json.loads(session.get_modelmeta().custom_metadata_map["classes"])
logits, probabilities = session.run(None, {"input": read_picture("picture.jpg")[None]})
for name, probability in zip(classes, probabilities[0]):
    print(f"{name}: {probability:.3f}")
```

Or run `poolbench predict model.onnx picture.jpg`. To check again that the model reproduces
its recorded predictions, run `poolbench verify RUN`, where RUN is the folder of the run.

## Limitations

- The model knows only these {{ data.classes | length }} classes and assigns one of them to every
  image, whatever it shows.
- The {{ metric }} applies only to images produced and selected in the same way as the test images.
- Its probabilities are only as reliable as the calibration error above indicates.
- It has not been evaluated for bias or for robustness to adversarial inputs; don't use it to make
  decisions about people.
- No licence has been chosen yet: whoever publishes the model must choose one that is compatible
  with the licence of the training images.
"""


def render_card(
    spec: TrialSpec, data: DataRecord, final: FinalRecord, verdict: VerdictRecord
) -> str:
    """Render the model card of a bundle as Markdown.

    Args:
        spec: The trial whose network is handed over.
    """
    headline = read_headline(final)
    environment = Environment(undefined=StrictUndefined, keep_trailing_newline=True)
    environment.filters.update(tick=_tick, cell=_cell)
    return environment.from_string(_TEMPLATE).render(
        spec=spec,
        recipe=spec.variant.recipe,
        data=data,
        final=final,
        headline=headline,
        metric=headline.metric.replace("-", " "),
        metric_id=headline.metric.replace("-", "_"),
        rows=_list_classes(data, final.test),
        verdict=_describe_verdict(verdict),
        protocol=_describe_test(spec),
        source=name_source(data.source),
        data_type=data.source.split(":")[0],
        version=__version__,
        runtimes=TRIED_RUNTIMES,
        quote=lambda text: json.dumps(make_plain(text), ensure_ascii=False),
        percent=lambda part: f"{part:.1%}",
        fit=_FITS[data.fit],
    )


def _describe_verdict(verdict: VerdictRecord) -> str:
    """Return the verdict's sentence and the numbers behind it, as one paragraph."""
    sentence = describe_verdict(verdict)
    if not verdict.differences:
        return sentence
    differences = "; ".join(
        f"`{pair.first}` minus `{pair.second}`: {_sign(pair.points)} points "
        f"({_sign(pair.low)} to {_sign(pair.high)})"
        for pair in verdict.differences
    )
    metric = verdict.metric.replace("-", " ")
    # Pairs with a variant that was dropped have the level of an earlier look.
    is_one = {pair.alpha for pair in verdict.differences} <= {None, verdict.alpha}
    level = f"{100 * (1 - verdict.alpha):.3g}% " if is_one else ""
    return (
        f"{sentence} Based on {verdict.repeats * verdict.folds} trials (training runs) per variant "
        f"and {verdict.pictures:,} held-out images. Differences in {metric}, with simultaneous "
        f"{level}confidence intervals, which are wider than those for a single pair: "
        f"{differences}."
    )


def _sign(points: float) -> str:
    return format_number(points, "+.2f", "en").replace("-", "−")


def name_source(source: str) -> str:
    """Name the image set without the folders above it, which are nobody else's business."""
    kind, colon, path = source.partition(":")
    name = re.split(r"[/\\]", path.rstrip("/\\"))[-1]
    return f"{kind}{colon}{name}"


def _list_classes(data: DataRecord, test: SideMetrics) -> list[dict[str, object]]:
    """List precision, recall and F1 of each class, from the confusion matrix."""
    rows: list[dict[str, object]] = []
    for label, (name, pool) in enumerate(zip(data.classes, data.pool_counts, strict=True)):
        right = test.confusion[label][label]
        count = sum(test.confusion[label])
        claimed = sum(row[label] for row in test.confusion)
        rows.append(
            {
                "name": name,
                "pool": pool,
                "test": count,
                "precision": right / max(claimed, 1),
                "recall": right / max(count, 1),
                "f1": 2 * right / max(claimed + count, 1),
            }
        )
    return rows


def _describe_test(spec: TrialSpec) -> str:
    if spec.split == "official":
        return (
            "The network was evaluated on the test images after every epoch, as in the lab "
            "protocol, so these numbers are optimistic."
        )
    return (
        "The test images were used only once, for this network, after it was trained on all "
        "training images."
    )


def _cell(name: str) -> str:
    """Escape a name as text, wherever it stands in a line."""
    return escape_markdown(make_plain(name))


def _tick(name: str) -> str:
    """Quote a name as code, between more backticks than stand in it (CommonMark 6.1)."""
    shown = make_plain(name)
    longest = max((len(ticks) for ticks in re.findall("`+", shown)), default=0)
    fence = "`" * (longest + 1)
    return f"{fence} {shown} {fence}" if longest else f"{fence}{shown}{fence}"
