"""Results as JSON values and back, whole: what `store.runs` keeps and the console shows again.

`as_json` of a result is the short contract for machines; a record has everything, curves too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, is_dataclass
from typing import Any

from twoside.errors import DataError
from twoside.schema.evaluation import (
    ArmResult,
    Calibration,
    ChannelQuality,
    Evaluation,
    PlayResult,
    StageQuality,
    TargetQuality,
)
from twoside.schema.merge_report import MergeReport


def record(result: Evaluation | PlayResult) -> dict[str, Any]:
    """All fields, as JSON values (NaN stays NaN, as Python's json writes it)."""
    plain: dict[str, Any] = _plain(result)
    return plain


def evaluation(record: Mapping[str, Any]) -> Evaluation:
    """The evaluation that a record describes."""
    try:
        return Evaluation(
            scene=record["scene"],
            train_until=record["train_until"],
            test_days=tuple(record["test_days"]),
            exposures=dict(record["exposures"]),
            recall={name: ChannelQuality(**q) for name, q in record["recall"].items()},
            rank={
                model: {target: _target(q) for target, q in by_target.items()}
                for model, by_target in record["rank"].items()
            },
            stages=tuple(StageQuality(**stage) for stage in record["stages"]),
            seconds=dict(record["seconds"]),
            merge=None if record.get("merge") is None else MergeReport.of_json(record["merge"]),
            overlap={name: dict(row) for name, row in record.get("overlap", {}).items()},
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise _foreign("evaluation", error) from None


def play(record: Mapping[str, Any]) -> PlayResult:
    """The closed loop that a record describes."""
    try:
        arms = {
            name: ArmResult(**{**arm, "by_day": tuple(arm["by_day"])})
            for name, arm in record["arms"].items()
        }
        return PlayResult(record["scene"], record["people"], record["days"], arms)
    except (KeyError, TypeError, AttributeError) as error:
        raise _foreign("play", error) from None


def _target(quality: Mapping[str, Any]) -> TargetQuality:
    curve = Calibration(**{name: tuple(values) for name, values in quality["curve"].items()})
    return TargetQuality(**{**quality, "curve": curve})


def _foreign(what: str, error: Exception) -> DataError:
    return DataError(
        f"record of {what}: another version of twoside wrote it ({error}). Evaluate again."
    )


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        value = asdict(value)
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(inner) for inner in value]
    return value.item() if hasattr(value, "item") else value
