"""What a study logs to, and a model repository for the hub."""

TEXTS = {
    "log.csv": "Log: each epoch of each training, in {place}",
    "log.tensorboard": "Log: tensorboard --logdir {place}",
    "log.mlflow": "Log: MLflow at {place}",
    "log.failed": (
        "Nothing more is logged to {log}: {reason}. The study goes on; the same command, run "
        "again, logs what is missing."
    ),
    "push.folder": "Model repository {repo}, proven again, in {path}: {files}.",
    "push.licence": (
        "Its licence is not chosen yet: change the lines license and license_name at the top of "
        "README.md, there or on the hub's page."
    ),
    "push.not-uploaded": (
        "Nothing was uploaded. To upload it as it is, run the same command with --upload; after a "
        "change of your own: {command}"
    ),
    "push.private": "The repository is new, and private until you make it public in its settings.",
}
