"""JSON for machines on stdout: one line, and what is not a number is null."""

from __future__ import annotations

import json
import math
import sys
from typing import Any


def say_json(value: Any) -> None:
    """One line of strict JSON."""
    sys.stdout.write(json.dumps(_strict(value), allow_nan=False) + "\n")


def _strict(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(name): _strict(part) for name, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_strict(part) for part in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
