"""What a list of features needs of the tables: which columns, kinds and days."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from twoside.features.definition import Recent, recent_columns
from twoside.features.graph.happened import EXPOSE
from twoside.features.graph.statistic import kinds_of
from twoside.features.kinds.activity import Age, Since
from twoside.features.kinds.attribute import Attribute
from twoside.features.kinds.behaviour import ActiveDays
from twoside.features.kinds.content import TextSimilarity
from twoside.features.kinds.cross import Difference, Equal, Overlap
from twoside.features.kinds.distance import Distance
from twoside.features.kinds.sequence import RecentGap, RecentShare, RecentValue
from twoside.features.kinds.similarity import RecentSimilarity
from twoside.features.kinds.statistic import Count, Rate

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from twoside.features.definition import Feature
    from twoside.features.graph.statistic import Statistic

Days = int | None
"""Whole days before the request's day; None: all there are."""


@dataclass
class Needs:
    """Filled by `of`; sets of column names are without their side."""

    person_asked: set[str] = field(default_factory=set)
    """Columns of the person as of the request."""
    item_asked: set[str] = field(default_factory=set)
    person_then: set[str] = field(default_factory=set)
    """Columns of the person as of a happening."""
    item_then: set[str] = field(default_factory=set)
    context: set[str] = field(default_factory=set)
    """Context columns in keys."""
    matched: set[tuple[str, str]] = field(default_factory=set)
    """(person column, item column) whose words are compared."""
    texts: set[tuple[str, str]] = field(default_factory=set)
    """(side, column) whose words are read as text."""
    days: dict[str, Days] = field(default_factory=dict)
    """Kind of happening -> how many days before the request are read."""
    by_key: dict[tuple[str, ...], list[Statistic]] = field(default_factory=dict)
    recent: list[Recent] = field(default_factory=list)

    @staticmethod
    def of(features: Sequence[Feature]) -> Needs:
        """What all of them need together."""
        needs = Needs()
        for f in features:
            needs._add(f)
        return needs

    def reach(self, kinds: Iterable[str]) -> Days:
        """The days that any of the kinds needs; 0 if none is read."""
        found = [self.days[kind] for kind in kinds if kind in self.days]
        return None if None in found else max((d for d in found if d is not None), default=0)

    @property
    def events(self) -> list[str]:
        """The kinds that lie in the table of events."""
        return sorted(set(self.days) - {EXPOSE})

    def _add(self, f: Feature) -> None:
        match f:
            case Attribute() | Age():
                self._asked(f.about).add(f.column)
            case Equal() | Overlap():
                self.matched.add((f.person_column, f.item_column))
                self.item_asked.add(f.item_column)
            case TextSimilarity():
                self.texts |= {("person", f.person_column), ("item", f.item_column)}
            case Difference():
                self.person_asked.add(f.person_column)
                self.item_asked.add(f.item_column)
            case Distance():
                self.person_asked |= {f.person_latitude, f.person_longitude}
                self.item_asked |= {f.item_latitude, f.item_longitude}
            case Count() | Rate() | Since() | ActiveDays():
                self.by_key.setdefault(tuple(sorted(set(f.key))), []).append(f)
                for part in f.key:
                    self._add_part(part)
                for kind in kinds_of(f):
                    self._read(kind, f.days)
            case RecentShare() | RecentValue() | RecentGap() | RecentSimilarity():
                self.recent.append(f)
                columns = {*recent_columns(f)} - {"item"}
                self.item_then |= columns
                self.item_asked |= columns
                for kind in f.events:
                    self._read(kind, f.days)

    def _asked(self, side: str) -> set[str]:
        return self.person_asked if side == "person" else self.item_asked

    def _add_part(self, part: str) -> None:
        side, _, column = part.partition(".")
        if side == "context":
            self.context.add(column)
        elif column:
            self._asked(side).add(column)
            (self.person_then if side == "person" else self.item_then).add(column)

    def _read(self, kind: str, days: Days) -> None:
        known = self.days.get(kind, 0)
        self.days[kind] = None if days is None or known is None else max(known, days)
