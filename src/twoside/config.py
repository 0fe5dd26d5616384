"""Settings from TOML into frozen dataclasses, with errors that say where and what to do.

A settings class is a plain frozen dataclass: its fields are the configuration, the documentation
and the command line at once. TOML is typed, so nothing is converted: '500' is not 500.
"""

from __future__ import annotations

import dataclasses
import json
import tomllib
from typing import TYPE_CHECKING, Any, TypeVar, get_args, get_type_hints

from twoside.errors import ConfigError, did_you_mean

if TYPE_CHECKING:
    from pathlib import Path

T = TypeVar("T")


def read_toml(path: Path) -> dict[str, Any]:
    """The tables of a TOML file; an unreadable file is a `ConfigError` that names it."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigError(f"{path}: there is no such file. Check the path.") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: not valid TOML: {error}.") from None


def build(cls: type[T], table: dict[str, Any], where: str = "") -> T:
    """An instance of the dataclass `cls` from a TOML table.

    Nested dataclasses, lists and tuples of them are built too. `where` begins every message.
    """
    from pydantic import TypeAdapter, ValidationError

    _refuse_unknown(cls, table, where)

    def as_text(value: Any) -> str:
        # TOML has dates, JSON has not: a field that wants one declares str
        return str(value)

    try:
        text = json.dumps(table, default=as_text)
        return TypeAdapter(cls).validate_json(text, strict=True)
    except ValidationError as error:
        raise ConfigError(_explain(error.errors()[0], where)) from None


def _refuse_unknown(cls: type, table: dict[str, Any], where: str) -> None:
    hints = get_type_hints(cls)
    fields = [f.name for f in dataclasses.fields(cls)]
    for name, value in table.items():
        if name not in fields:
            place = where or "top level"
            raise ConfigError(f"{place} has no setting '{name}'. {did_you_mean(name, fields)}")
        inner = _dataclass_in(hints[name])
        if inner is None:
            continue
        here = f"{where}.{name}" if where else name
        if isinstance(value, dict):
            _refuse_unknown(inner, value, here)
        elif isinstance(value, list):
            for n, part in enumerate(value):
                if isinstance(part, dict):
                    _refuse_unknown(inner, part, f"{here}[{n}]")


def _dataclass_in(hint: Any) -> type | None:
    """The dataclass in a type such as `X`, `X | None` or `tuple[X, ...]`, if there is one."""
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        return hint
    for part in get_args(hint):
        found = _dataclass_in(part)
        if found is not None:
            return found
    return None


def _explain(error: Any, where: str) -> str:
    path = ".".join(str(part) for part in error["loc"])
    place = ".".join(part for part in (where, path) if part) or "top level"
    if error["type"] in ("missing", "missing_argument"):
        return f"{place}: this setting is required. Add it."
    expected = error["type"].removesuffix("_type").replace("_", " ")
    if expected in ("int", "float", "bool", "string", "list", "tuple", "dataclass"):
        got = type(error["input"]).__name__
        return f"{place} = {error['input']!r}: expected {expected}, got {got}"
    return f"{place} = {error['input']!r}: {error['msg']}"
