"""Results that cost much to compute, kept as JSON by what they were computed from.

<root>/<key>.json; the key names the input (a digest), so what is found is never out of date.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from twoside.errors import DataError
from twoside.store import journal

if TYPE_CHECKING:
    from pathlib import Path

_KEY = re.compile(r"[A-Za-z0-9_\-]+")


@dataclass(frozen=True)
class Kept:
    """All results of a folder."""

    root: Path

    def save(self, key: str, result: dict[str, Any]) -> None:
        """Keep a result whole or not at all; one of the same key is replaced."""
        self.root.mkdir(parents=True, exist_ok=True)
        journal.replace_text(self._path(key), json.dumps(result))

    def load(self, key: str) -> dict[str, Any] | None:
        """The result of a key, None if there is none."""
        path = self._path(key)
        try:
            found = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise DataError(f"{path}: not a readable result. Remove it and run again.")
        return found

    def _path(self, key: str) -> Path:
        if not _KEY.fullmatch(key):
            raise DataError(f"result {key!r}: expected letters, digits, '-' and '_' only.")
        return self.root / f"{key}.json"
