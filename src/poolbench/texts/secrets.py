"""Keep secrets out of what is said: of an address, who logs in and how."""

import os
import re

# Variables whose values are secrets of the packages that poolbench talks through.
_VARIABLES = (
    *("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN", "MLFLOW_TRACKING_TOKEN", "MLFLOW_TRACKING_PASSWORD"),
    *("DATABRICKS_TOKEN", "AWS_SECRET_ACCESS_KEY"),
)
HIDDEN = "***"


def hide_secrets(message: str) -> str:
    """Return a message without passwords in addresses, and without tokens of the environment.

    Example:
        >>> hide_secrets("http://anna:pass@host/a failed, Bearer hf_abcdefgh")
        'http://***@host/a failed, Bearer ***'
    """
    message = re.sub(r"(?<=://)[^/@\s]+@", f"{HIDDEN}@", message)
    message = re.sub(r"(?i)(?<=bearer )\S+|\bhf_[A-Za-z0-9]{8,}", HIDDEN, message)
    for name in _VARIABLES:
        value = os.environ.get(name, "")
        if value:
            message = message.replace(value, HIDDEN)
    return message
