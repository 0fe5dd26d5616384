"""What methods of a set said, kept in a folder, so that a run that was stopped goes on.

A method is asked again when anything that decides its answer is another: what is tried, the seeds,
the set, or the code (of the library's file here; of recall and what it stands on, for channels).
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
SOURCE = HERE.parents[1] / "src" / "twoside"
_BENCH = ("jobs.py", "quality.py")
_OF_CHANNELS = ("funnel/recall", "index", "nn", "samples", "schema")


@dataclass(frozen=True)
class Kept:
    """Answers by the name of their method."""

    folder: Path

    def said(self, name: str, asked: dict[str, Any]) -> dict[str, Any] | None:
        """What a method said to just this question, if it was asked before."""
        path = self._path(name)
        if not path.exists():
            return None
        found: dict[str, Any] = json.loads(path.read_text())
        return found["said"] if found["asked"] == self._whole(name, asked) else None

    def keep(self, name: str, asked: dict[str, Any], said: dict[str, Any]) -> None:
        """Remember it; what could not run is tried again the next time."""
        if "failed" not in said:
            whole = {"asked": self._whole(name, asked), "said": said}
            self._path(name).write_text(json.dumps(whole, indent=2))

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}.said.json"

    def _whole(self, name: str, asked: dict[str, Any]) -> dict[str, Any]:
        code = self._code_of_channels
        library, dot, _ = name.partition(".")
        if dot:
            peers = HERE / "peers"
            code = _digest([peers / f"{library}.py", peers / "lists.py"])
        whole: dict[str, Any] = json.loads(json.dumps({**asked, "code": code}))
        return whole

    @cached_property
    def _code_of_channels(self) -> str:
        return _digest([p for part in _OF_CHANNELS for p in sorted((SOURCE / part).rglob("*.py"))])


def _digest(files: list[Path]) -> str:
    """Of the files and of the bench's own."""
    found = hashlib.sha256()
    for path in (*files, *(HERE / name for name in _BENCH)):
        found.update(path.read_bytes())
    return found.hexdigest()[:16]
