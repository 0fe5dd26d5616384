"""Runs: what evaluations and plays said, kept as JSON by name and time.

<root>/<name>/<time>.json, the time as `20260502T130500.000Z` so that names sort as time does.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from twoside.errors import DataError, did_you_mean
from twoside.store import journal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_NAME = re.compile(r"[A-Za-z0-9_\-]+(/[A-Za-z0-9_\-]+)*")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Run:
    """One saved result."""

    name: str
    at_ms: int
    result: Mapping[str, Any]


@dataclass(frozen=True)
class Runs:
    """All runs below a folder. A name may have slashes: `evaluation/feed/videos_for_viewer`."""

    root: Path

    def save(self, name: str, at_ms: int, result: Mapping[str, Any]) -> Path:
        """Keep a result; the same name and time is replaced."""
        if not _NAME.fullmatch(name):
            raise DataError(f"run {name!r}: expected letters, digits, '-', '_' and '/' between.")
        path = self.root / name / f"{_text(at_ms)}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        journal.replace_text(path, json.dumps({"at_ms": at_ms, "result": dict(result)}, indent=1))
        return path

    def names(self) -> list[str]:
        """All names that have a run."""
        found = self.root.rglob("*.json") if self.root.is_dir() else ()
        return sorted({str(path.parent.relative_to(self.root)) for path in found})

    def list(self, name: str) -> list[int]:
        """The times of a name's runs in epoch ms, oldest first."""
        return [_ms(path.stem) for path in sorted((self.root / name).glob("*.json"))]

    def load(self, name: str, at_ms: int | None = None) -> Run:
        """The run of a time, or the latest one."""
        times = self.list(name)
        if not times:
            known = did_you_mean(name, self.names())
            raise DataError(f"run {name}: there is none in {self.root}. {known}")
        at_ms = times[-1] if at_ms is None else at_ms
        path = self.root / name / f"{_text(at_ms)}.json"
        if not path.is_file():
            raise DataError(f"run {name}: there is none of {_text(at_ms)} in {self.root}.")
        try:
            return Run(name, at_ms, json.loads(path.read_text(encoding="utf-8"))["result"])
        except (ValueError, KeyError):
            raise DataError(f"{path}: not a readable run. Remove it and run again.") from None


def _text(at_ms: int) -> str:
    at = _EPOCH + timedelta(milliseconds=at_ms)
    return f"{at:%Y%m%dT%H%M%S}.{at.microsecond // 1000:03d}Z"


def _ms(text: str) -> int:
    at = datetime.strptime(text, "%Y%m%dT%H%M%S.%fZ").replace(tzinfo=UTC)
    return (at - _EPOCH) // timedelta(milliseconds=1)
