"""Save what a run hands over: the winner with all that proves it, and one model per variant."""

import copy
import hashlib
import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from poolbench.data.image_set import Half, Images
from poolbench.data.resize import resize_images
from poolbench.evaluation.logits import compute_logits, to_tensor
from poolbench.evaluation.selection import choose_in_turn
from poolbench.export.any_size import AnySizeNetwork
from poolbench.export.card import name_source
from poolbench.export.onnx import make_onnx
from poolbench.models.seen import Seen
from poolbench.models.transfer import add_facts
from poolbench.records import DataRecord, FinalRecord, TrialSpec
from poolbench.rundir.formats import pack_arrays, pack_weights
from poolbench.rundir.store import RunStore

Logits = NDArray[np.float32]

REFERENCE_PICTURES = 64


def save_bundle(
    store: RunStore,
    network: nn.Module,
    spec: TrialSpec,
    data: DataRecord,
    final: FinalRecord,
    pictures: Half,
    measured: Logits,
    card: str,
    seen: Seen,
) -> None:
    """Write ``best/``: the model as ONNX and as weights, its card, and what it predicted.

    An earlier bundle is replaced, and its verification taken away.

    Args:
        pictures: The test half; at most 64 of it become reference pictures, the classes in turn.
        measured: float32 ``[n, classes]``: the logits that the trial measured on these pictures.
        card: The model card, see :func:`poolbench.export.card.render_card`.
        seen: What the network was trained on, for whoever begins with its weights.
    """
    # The proof runs on a processor, so what it is held against is measured on one, in float32.
    network = copy.deepcopy(network).cpu().float().eval()
    weights = add_facts(dump_weights(network), seen.make_metadata())
    facts = {**make_metadata(spec, data), "weights_sha256": compute_sha256(weights)}
    model = make_onnx(
        network, image_size=data.image_size, classes=data.classes, fit=data.fit, metadata=facts
    )
    store.remove("best/verification.json")
    store.save_bytes("best/model.onnx", model)
    store.save_bytes("best/weights.safetensors", weights)
    store.save_bytes("best/README.md", card.encode())
    store.save_model("best/final.json", final)
    hashes = {"model.onnx": compute_sha256(model), "weights.safetensors": compute_sha256(weights)}
    index = choose_in_turn(pictures.labels, REFERENCE_PICTURES)
    reference = dump_reference(network, data, pictures.take(index), measured[index], hashes)
    store.save_bytes("best/reference.npz", reference)


def export_variant(store: RunStore, network: nn.Module, spec: TrialSpec, data: DataRecord) -> None:
    """Write ``variants/<variant id>/model.onnx``."""
    content = make_onnx(
        network,
        image_size=data.image_size,
        classes=data.classes,
        fit=data.fit,
        metadata=make_metadata(spec, data),
    )
    store.save_bytes(f"variants/{spec.variant.id}/model.onnx", content)


def save_pictures(store: RunStore, pictures: Half) -> None:
    """Write ``pictures.npz``: at most 64 held-out pictures with their labels and names."""
    chosen = pictures.take(choose_in_turn(pictures.labels, REFERENCE_PICTURES))
    arrays: dict[str, NDArray[Any]] = {
        "images": chosen.images,
        "labels": chosen.labels,
        "names": np.array(chosen.names, dtype=np.str_),
    }
    store.save_bytes("pictures.npz", pack_arrays(arrays))


def make_metadata(spec: TrialSpec, data: DataRecord) -> dict[str, str]:
    """Return what a model file says of its training; the config hash is of the trial's spec."""
    return {
        "operator": spec.variant.operator,
        "backbone": spec.variant.backbone,
        "recipe": spec.variant.recipe.model_dump_json(),
        "variant": spec.variant.id,
        "trial": spec.id,
        "source": name_source(data.source),
        "data_hash": data.manifest_hash,
        "config_hash": spec.digest,
    }


def dump_weights(network: nn.Module) -> bytes:
    """Dump all parameters and buffers as safetensors, under their PyTorch names."""
    return pack_weights(
        {name: value.detach().cpu().numpy() for name, value in network.state_dict().items()}
    )


def dump_reference(
    network: nn.Module,
    data: DataRecord,
    pictures: Half,
    measured: Logits,
    hashes: Mapping[str, str],
) -> bytes:
    """Dump ``reference.npz``: pictures, labels and the logits that the trial measured for them.

    The same pictures are there twice: in the size of training, and in another one, which is
    taller and narrower, so that the resize in the file is proven as well. What the network says
    of those is measured here, since no trial has seen them.
    """
    other = _resize_to_other(pictures.images, data.image_size)
    whole = AnySizeNetwork(network, data.image_size, data.fit)
    arrays: dict[str, NDArray[Any]] = {
        "images": pictures.images,
        "labels": pictures.labels,
        "logits": measured,
        "images_other": other,
        "logits_other": compute_logits(_LogitsAlone(whole), torch.from_numpy(other)),
    }
    facts = {
        "sha256": {
            **hashes,
            "images": compute_sha256(arrays["images"].tobytes()),
            "images_other": compute_sha256(other.tobytes()),
        },
        "classes": list(data.classes),
    }
    # JSON as bytes: an array of Python strings could only be read back by unpickling.
    arrays["facts"] = np.frombuffer(json.dumps(facts).encode(), dtype=np.uint8)
    return pack_arrays(arrays)


def compute_sha256(content: bytes) -> str:
    """Compute the SHA-256 in hex."""
    return hashlib.sha256(content).hexdigest()


class _LogitsAlone(nn.Module):
    """Gives the first of the two outputs of an exported network."""

    def __init__(self, network: AnySizeNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(self, x: Tensor) -> Tensor:
        logits, _ = self.network(x)
        return logits  # type: ignore[no-any-return]


def _resize_to_other(images: Images, size: tuple[int, int]) -> Images:
    height, width = size
    other = height + height // 4 + 1, width - width // 4
    resized = resize_images(to_tensor(images).float(), other)
    result: Images = resized.permute(0, 2, 3, 1).to(torch.uint8).contiguous().numpy()
    return result
