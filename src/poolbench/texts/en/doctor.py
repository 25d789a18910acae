"""What poolbench doctor finds."""

TEXTS = {
    "doctor.name-system": "system",
    "doctor.name-processor": "processor",
    "doctor.name-instructions": "instructions",
    "doctor.name-memory": "memory",
    "doctor.name-devices": "devices",
    "doctor.name-used": "device used",
    "doctor.name-precision": "precision",
    "doctor.name-workers": "processes",
    "doctor.name-steps": "training steps",
    "doctor.name-cache": "cache",
    "doctor.name-nodes": "nodes",
    "doctor.name-node": "node {number}",
    "doctor.name-fingerprint": "fingerprint",
    "doctor.processor": "{name}, {cores} cores",
    "doctor.gibibytes": "{size:.1f} GiB",
    "doctor.unknown": "unknown",
    "doctor.processes": "{count}, {threads} {threads:thread|threads} each",
    "doctor.graphs": "recorded as CUDA graphs",
    "doctor.eager": "run one by one, without a compiler",
    "doctor.measured": "{names}: the faster one is measured at the start",
    "doctor.cache": "{path} ({free:.0f} GiB free)",
    "doctor.no-cache": (
        "none: you have no home folder; specify a folder in the environment variable "
        "POOLBENCH_CACHE"
    ),
    "doctor.there": "installed",
    "doctor.not-there": "not installed",
    "doctor.node-with-token": (
        "{address}: {processor}, {cpus} cores, {gpus} GPUs, {size:.1f} GiB, requires a token, "
        "fingerprint {fingerprint}"
    ),
    "doctor.node-without-token": (
        "{address}: {processor}, {cpus} cores, {gpus} GPUs, {size:.1f} GiB, requires no token, "
        "fingerprint {fingerprint}"
    ),
}
