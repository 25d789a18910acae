"""What a study is asked to do: models, and how they are read and written; no torch."""

from poolbench.config.reading import (
    ALL_BUT,
    PRESETS,
    build_config,
    dump_config,
    load_config,
    read_recipe,
    split_names,
)
from poolbench.config.schema import (
    DataConfig,
    Fit,
    Frozen,
    Metric,
    OnDuplicates,
    Precision,
    Protocol,
    RecipeConfig,
    StudyConfig,
    TrainedPart,
    Tune,
    Vary,
    Views,
)

__all__ = [
    "ALL_BUT",
    "PRESETS",
    "DataConfig",
    "Fit",
    "Frozen",
    "Metric",
    "OnDuplicates",
    "Precision",
    "Protocol",
    "RecipeConfig",
    "StudyConfig",
    "TrainedPart",
    "Tune",
    "Vary",
    "Views",
    "build_config",
    "dump_config",
    "load_config",
    "read_recipe",
    "split_names",
]
