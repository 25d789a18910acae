"""Save what a run hands over: the winner with all that proves it, and one model per variant."""

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
from poolbench.trials.restore import restore_network

Logits = NDArray[np.float32]

REFERENCE_PICTURES = 64


def restore_final(store: RunStore, spec: TrialSpec) -> nn.Module:
    """Restore the network that is handed over as the proof will ask it: on the CPU, in float32.

    Raises:
        RunError: As :func:`poolbench.trials.restore.restore_network`.
    """
    return restore_network(store, spec.id).float()


def make_weights(network: nn.Module, seen: Seen) -> bytes:
    """Dump the weights that are handed over, with what the network was trained on.

    Args:
        seen: For whoever begins with these weights.
    """
    return add_facts(dump_weights(network), seen.make_metadata())


def export_final(
    store: RunStore, network: nn.Module, spec: TrialSpec, data: DataRecord, weights_sha256: str
) -> None:
    """Write ``best/model.onnx``; the verification of an earlier one is taken away."""
    store.remove("best/verification.json")
    facts = {**make_metadata(spec, data), "weights_sha256": weights_sha256}
    store.save_bytes("best/model.onnx", _export(network, data, facts))


def save_bundle(
    store: RunStore,
    network: nn.Module,
    weights: bytes,
    data: DataRecord,
    final: FinalRecord,
    pictures: Half,
    measured: Logits,
    card: str,
) -> None:
    """Write the rest of ``best/`` beside the model: its weights, its card, what it predicted.

    Args:
        weights: What :func:`make_weights` made of the network.
        pictures: The test half; at most 64 of it become reference pictures, the classes in turn.
        measured: float32 ``[n, classes]``: the logits that the trial measured on these pictures.
        card: The model card, see :func:`poolbench.export.card.render_card`.
    """
    model = (store.path / "best" / "model.onnx").read_bytes()
    store.save_bytes("best/weights.safetensors", weights)
    store.save_bytes("best/README.md", card.encode())
    store.save_model("best/final.json", final)
    hashes = {"model.onnx": compute_sha256(model), "weights.safetensors": compute_sha256(weights)}
    index = choose_in_turn(pictures.labels, REFERENCE_PICTURES)
    reference = dump_reference(network, data, pictures.take(index), measured[index], hashes)
    store.save_bytes("best/reference.npz", reference)


def export_variant(store: RunStore, network: nn.Module, spec: TrialSpec, data: DataRecord) -> None:
    """Write ``variants/<variant id>/model.onnx``."""
    content = _export(network, data, make_metadata(spec, data))
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


def _export(network: nn.Module, data: DataRecord, metadata: Mapping[str, str]) -> bytes:
    return make_onnx(
        network, image_size=data.image_size, classes=data.classes, fit=data.fit, metadata=metadata
    )


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
