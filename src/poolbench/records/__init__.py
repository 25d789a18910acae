"""What one stage hands to the next and to disk: plain data, no torch, no files."""

from poolbench.records._schema import SCHEMA_VERSION
from poolbench.records.study import (
    Check,
    DataRecord,
    FinalRecord,
    LeaderboardRow,
    StudyRecord,
    VerificationReport,
)
from poolbench.records.trial import (
    BestEpoch,
    Conditions,
    Cost,
    Overfit,
    ShiftCurve,
    SideMetrics,
    Split,
    TrialRecord,
    TrialSpec,
    TrialTiming,
    VariantSpec,
)
from poolbench.records.verdict import (
    CalibrationRecord,
    Difference,
    EqualFinding,
    OrderFinding,
    SideDifference,
    StudyTiming,
    TimeRatio,
    VerdictRecord,
)

__all__ = [
    "SCHEMA_VERSION",
    "BestEpoch",
    "CalibrationRecord",
    "Check",
    "Conditions",
    "Cost",
    "DataRecord",
    "Difference",
    "EqualFinding",
    "FinalRecord",
    "LeaderboardRow",
    "OrderFinding",
    "Overfit",
    "ShiftCurve",
    "SideDifference",
    "SideMetrics",
    "Split",
    "StudyRecord",
    "StudyTiming",
    "TimeRatio",
    "TrialRecord",
    "TrialSpec",
    "TrialTiming",
    "VariantSpec",
    "VerdictRecord",
    "VerificationReport",
]
