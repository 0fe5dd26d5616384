"""What commands put out: JSON for machines on stdout, and files where the user says."""

from __future__ import annotations

import json
import math
import sys
from typing import TYPE_CHECKING, Any

from twoside.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path


def refuse_missing_folder(path: Path, option: str = "--out") -> None:
    """A `ConfigError` if a file cannot be written there: better said before the work than after."""
    if not path.resolve().parent.is_dir():
        raise ConfigError(
            f"{option} = {path}: there is no folder {path.resolve().parent}. "
            "Make it first, or name a file elsewhere."
        )


def say_json(value: Any) -> None:
    """One line of strict JSON; what is not a number is null."""
    sys.stdout.write(json.dumps(_strict(value), allow_nan=False) + "\n")


def _strict(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(name): _strict(part) for name, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_strict(part) for part in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
