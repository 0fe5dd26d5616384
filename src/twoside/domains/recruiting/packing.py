"""A world as plain settings and arrays, so that it can be stored and played later.

What is drawn once from the seed (the words' leanings, companies and bosses) is drawn again.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import numpy as np

from twoside.config import build
from twoside.domains.recruiting.market import Declared, as_rows
from twoside.domains.recruiting.settings import WorldSettings
from twoside.domains.recruiting.sides import Side
from twoside.errors import ArtefactError
from twoside.schema.artefact import Packed
from twoside.schema.entities import Codes

if TYPE_CHECKING:
    from collections.abc import Mapping

FORMAT = 2
"""Raised when what is packed changes its meaning."""


def pack(
    settings: WorldSettings,
    clock: Mapping[str, int],
    tuples: Mapping[str, Any],
    declared: Mapping[str, Declared],
    arrays: Mapping[str, np.ndarray],
) -> Packed:
    """Flatten: `tuples` and `declared` become arrays named `name.field`."""
    flat = dict(arrays)
    for name, fields in tuples.items():
        named = fields._asdict() if hasattr(fields, "_asdict") else vars(fields)
        flat |= {f"{name}.{field}": array for field, array in named.items()}
    for name, part in declared.items():
        flat |= {f"{name}.{column}": array for column, array in part.columns.items()}
        for column, codes in part.lists.items():
            flat[f"{name}.{column}.values"] = codes.values
            flat[f"{name}.{column}.start"] = codes.start
    meta = {
        "kind": "recruiting world",
        "format": FORMAT,
        "settings": dataclasses.asdict(settings),
        "clock": dict(clock),
    }
    return Packed(meta, flat)


def settings_of(packed: Packed) -> WorldSettings:
    """The settings of a packed world; another kind or format is an `ArtefactError`."""
    kind, version = packed.meta.get("kind"), packed.meta.get("format")
    if kind != "recruiting world" or version != FORMAT:
        raise ArtefactError(
            f"world: kind {kind!r}, format {version!r}; expected 'recruiting world', {FORMAT}. "
            "Make it again with: twoside world make recruiting"
        )
    return build(WorldSettings, dict(packed.meta["settings"]), "world.settings")


def part(packed: Packed, name: str, cls: type[Any]) -> Any:
    """A tuple or dataclass of arrays, such as `part(packed, "state", State)`."""
    fields = getattr(cls, "_fields", None) or [f.name for f in dataclasses.fields(cls)]
    return cls(**{field: array(packed, f"{name}.{field}") for field in fields})


def side(packed: Packed, kind: str, cls: type[Any]) -> Side:
    """All seekers or all jobs; `cls` is `Seekers` or `Jobs`."""
    hidden = part(packed, f"{kind}s", cls)
    visits, leaves = array(packed, f"{kind}_visits"), array(packed, f"{kind}_leaves")
    own = np.empty((len(leaves), 0), np.float32)
    if kind == "seeker":
        own = array(packed, "seeker_own")
    return Side(declared(packed, kind), hidden, as_rows(hidden), own, visits, leaves)


def declared(packed: Packed, name: str) -> Declared:
    """Declared columns."""
    columns, lists = {}, {}
    for full in packed.arrays:
        owner, _, column = full.partition(".")
        if owner != name:
            continue
        if column.endswith(".values"):
            short = column.removesuffix(".values")
            lists[short] = Codes(array(packed, full), array(packed, f"{name}.{short}.start"))
        elif not column.endswith(".start"):
            columns[column] = array(packed, full)
    return Declared(columns, lists)


def array(packed: Packed, name: str) -> np.ndarray:
    """A copy of one array; a missing one is an `ArtefactError`."""
    if name not in packed.arrays:
        raise ArtefactError(
            f"world: the array '{name}' is missing. "
            "Make the world again with: twoside world make recruiting"
        )
    return np.array(packed.arrays[name])
