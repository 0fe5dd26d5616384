"""What an import did, as numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from twoside.schema.calendar import iso

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class ImportReport:
    """Counts of what came into the lake, and of what was refused."""

    domain: str
    scene: str
    days: tuple[int, ...]
    """Day numbers that were replaced."""
    entities: Mapping[str, int]
    """Kind -> entities read from its file, or seen in the logs."""
    requests: int
    exposures: int
    people: int
    """People who were shown anything."""
    items: int
    """Items that were shown."""
    events: Mapping[str, int]
    """Kind -> events."""
    refused: Mapping[tuple[str, str], int]
    """(file, reason) -> rows in the table of rejects."""

    @property
    def refused_rows(self) -> int:
        """All rows in the table of rejects."""
        return sum(self.refused.values())

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        return {
            "domain": self.domain,
            "scene": self.scene,
            "days": [iso(day) for day in self.days],
            "entities": dict(self.entities),
            "requests": self.requests,
            "exposures": self.exposures,
            "people": self.people,
            "items": self.items,
            "events": dict(self.events),
            "rejected": [
                {"file": file, "reason": reason, "rows": rows}
                for (file, reason), rows in self.refused.items()
            ],
        }
