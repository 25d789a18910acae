"""What a study logs to, and a model repository for the hub."""

TEXTS = {
    "log.csv": "Log: every epoch of every trial, in {place}",
    "log.tensorboard": "Log: tensorboard --logdir {place}",
    "log.mlflow": "Log: MLflow at {place}",
    "log.failed": (
        "Logging to {log} stopped: {reason}. The study goes on. Run the same command again to log "
        "what is missing."
    ),
    "push.folder": "Model repository {repo}, verified again, in {path}: {files}.",
    "push.licence": (
        "It has no licence yet: edit the lines license and license_name at the top of README.md, "
        "in that folder or on the Hub."
    ),
    "push.not-uploaded": (
        "Nothing was uploaded. To upload the files as they are, add --upload to the same command. "
        "If you edit them first, use this instead: {command}"
    ),
    "push.private": "The repository is new, and private until you make it public in its settings.",
}
