"""Everything that may be asked of recruiting's past: over 1,500 features a scene.

Selection starts here. A group of one side is told by all behaviours in all windows; a pair of
groups, which has seen less, by interest alone. What the shipped funnels read (`features.py`) comes
first, under the same names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from twoside.domains.recruiting.declaring import RATES, counts, rates, since
from twoside.domains.recruiting.features import FEATURES
from twoside.features.catalogue import together

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from twoside.features.definition import Feature

WINDOWS = (1, 3, 7, 14, 30)
EVENTS = ("expose", "view", "chat", "read", "reply", "reach", "reject")

_SEEKER = ("title", "title_group", "city", "degree", "activity")
_JOB = ("title", "title_group", "city", "degree", "boss", "company", "company_size", "industry")
_JOB_TOO = ("response",)
"""Of a job alone, not in pairs."""


def _alone(side: str, columns: Iterable[str]) -> Iterator[Feature]:
    """One side and each of its groups, by all behaviours."""
    for key in ((side,), *((f"{side}.{column}",) for column in columns)):
        yield from rates(key, RATES, WINDOWS)
        yield from counts(key, EVENTS, WINDOWS)
        yield from since(key, EVENTS)


def _together(person: Iterable[str], item: Iterable[str]) -> Iterator[Feature]:
    """The person or a group of people with the item or a group of items, by interest."""
    for mine in ("person", *(f"person.{column}" for column in person)):
        for its in ("item", *(f"item.{column}" for column in item)):
            yield from rates((mine, its), ("view", "wanted"), (7, 30))
            yield from counts((mine, its), ("expose", "chat"), (7, 30))
            yield from since((mine, its), ("view",))


WIDE: dict[str, tuple[Feature, ...]] = {
    "jobs_for_seeker": together(
        FEATURES["jobs_for_seeker"],
        _alone("person", _SEEKER),
        _alone("item", (*_JOB, *_JOB_TOO)),
        _together(_SEEKER, _JOB),
    ),
    "seekers_for_boss": together(
        FEATURES["seekers_for_boss"],
        _alone("person", (*_JOB, *_JOB_TOO)),
        _alone("item", _SEEKER),
        _together(_JOB, _SEEKER),
    ),
}
"""Scene -> the whole catalogue; the features of the shipped funnels are the first."""
