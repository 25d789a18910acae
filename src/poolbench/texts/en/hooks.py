"""What a study logs to, and a model repository for the hub."""

TEXTS = {
    "log.csv": "Log: every epoch of every trial, in {place}",
    "log.tensorboard": "Log: tensorboard --logdir {place}",
    "log.mlflow": "Log: MLflow at {place}",
    "log.failed": (
        "Logging to {log} has stopped: {reason}. The study goes on; run the same command again "
        "to log what is missing."
    ),
    "push.folder": "Model repository {repo}, verified again, in {path}: {files}.",
    "push.licence": (
        "Its licence is not chosen yet: edit the lines license and license_name at the top of "
        "README.md, there or on the hub's page."
    ),
    "push.not-uploaded": (
        "Nothing was uploaded. To upload it as it is, add --upload to the same command; after "
        "your own edits: {command}"
    ),
    "push.private": "The repository is new, and private until you make it public in its settings.",
}
