"""What a metric is made of: a term such as `count(chat)`, and conditions on its rows.

    count(S)          rows of S                             adds up over days and cells
    sum(S.column)     a column of S, to a thousandth        adds up
    sessions(S)       exposures after a pause of more than 30 minutes, or first of the day   adds up
    person_days(S)    different people of S, day by day     adds up over days
    item_days(S)      different items of S, day by day      adds up over days
    people(S)         different people of S                 a set: united, never added
    items(S)          different items of S                  a set

S is `exposures`, `requests`, `open` (entities that are there and open at the end of the day) or a
kind of event. A condition compares a dimension or a column of the rows, for example
`position < 5 and by = item`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from twoside.errors import ConfigError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

EXPOSURES, REQUESTS, OPEN = "exposures", "requests", "open"
TABLES = (EXPOSURES, REQUESTS, OPEN)
SETS = {"people": "person", "items": "item"}
"""Terms that are sets -> the column whose values they hold"""
DAYS = {"person_days": "person", "item_days": "item"}
_WHATS = ("count", "sum", "sessions", *DAYS, *SETS)
_TERM = re.compile(r"(\w+)\((\w+)(?:\.(\w+))?\)")
_CONDITION = re.compile(r"(\w+)\s*(!=|<=|>=|=|<|>)\s*(\S+)")
_ROW_COLUMNS = {EXPOSURES: ("position",), REQUESTS: (), OPEN: ()}
_EVENT_COLUMNS = ("position", "value", "by")


@dataclass(frozen=True)
class Condition:
    """`column` compared with `value`, both as they are written."""

    column: str
    sign: str
    value: str

    def __str__(self) -> str:
        return f"{self.column} {self.sign} {self.value}"


@dataclass(frozen=True)
class Term:
    """One quantity that the cube keeps; its text is its key there."""

    what: str
    source: str
    column: str = ""
    conditions: tuple[Condition, ...] = ()

    def __str__(self) -> str:
        column = f".{self.column}" if self.column else ""
        where = " and ".join(str(one) for one in self.conditions)
        return f"{self.what}({self.source}{column})" + (f" where {where}" if where else "")

    @property
    def is_set(self) -> bool:
        """Several days have to be united, not added."""
        return self.what in SETS

    @property
    def of(self) -> str:
        """The column whose different values are counted, '' if rows are."""
        return SETS.get(self.what) or DAYS.get(self.what, "")

    @property
    def sides(self) -> tuple[str, ...]:
        """Whose dimensions its rows have: person, item, exposure."""
        if self.source == REQUESTS:
            return ("person",)
        if self.source == OPEN:
            return (self.of,)
        return ("person", "item", "exposure")

    def where(self, conditions: Iterable[Condition]) -> Term:
        """The same on fewer rows."""
        return replace(self, conditions=(*self.conditions, *conditions))


def term(text: str, kinds: Sequence[str], where: str) -> Term:
    """Read a term; `kinds` are the events that the domain declares, `where` begins a message."""
    found = _TERM.fullmatch(text.strip())
    if found is None:
        raise ConfigError(f"{where} = {text!r}: expected a term such as 'count({kinds[0]})'.")
    what, source, column = found[1], found[2], found[3] or ""
    if what not in _WHATS:
        raise ConfigError(f"{where}: there is no '{what}(...)'. {did_you_mean(what, _WHATS)}")
    known = [*TABLES, *kinds]
    if source not in known:
        raise ConfigError(f"{where}: there is no event '{source}'. {did_you_mean(source, known)}")
    _check_parts(what, source, column, where)
    return Term(what, source, column)


def _check_parts(what: str, source: str, column: str, where: str) -> None:
    if what == "sum":
        known = [c for c in _ROW_COLUMNS.get(source, _EVENT_COLUMNS) if c != "by"]
        if column not in known:
            raise ConfigError(
                f"{where}: {source} has no column '{column}' to add up. "
                f"{did_you_mean(column, known)}"
            )
        return
    if column:
        raise ConfigError(f"{where}: '{what}' takes no column, got '{column}'. Leave it out.")
    wrong = {
        "sessions": source != EXPOSURES,
        "count": source == OPEN,
        "items": source == REQUESTS,
        "item_days": source == REQUESTS,
    }
    if wrong.get(what):
        raise ConfigError(
            f"{where}: '{what}({source})' says nothing. Sessions are of exposures, rows of "
            "'open' are counted by people(open) or items(open), and a request has no item."
        )


def conditions(
    text: str, sources: Iterable[str], dimensions: Sequence[str], where: str
) -> tuple[Condition, ...]:
    """Read `a = b and c < d`; each column is a dimension or a column of all the sources."""
    if not text.strip():
        return ()
    return tuple(_condition(part, list(sources), dimensions, where) for part in text.split(" and "))


def _condition(
    text: str, sources: Sequence[str], dimensions: Sequence[str], where: str
) -> Condition:
    found = _CONDITION.fullmatch(text.strip())
    if found is None:
        raise ConfigError(f"{where} = {text!r}: expected conditions such as 'position < 5'.")
    one = Condition(found[1], found[2], found[3])
    for source in sources:
        known = [*_ROW_COLUMNS.get(source, _EVENT_COLUMNS), *dimensions]
        if one.column not in known:
            hint = did_you_mean(one.column, known)
            raise ConfigError(f"{where}: {source} has no column '{one.column}'. {hint}")
    if one.column in ("position", "value"):
        _number(one, where)
    elif one.sign not in ("=", "!="):
        raise ConfigError(f"{where} = {text!r}: '{one.column}' is a word; compare with = or !=.")
    if one.column == "by" and one.value not in ("person", "item"):
        raise ConfigError(f"{where} = {text!r}: expected by = person or by = item.")
    return one


def _number(one: Condition, where: str) -> None:
    try:
        float(one.value)
    except ValueError:
        raise ConfigError(f"{where} = '{one}': expected a number, got '{one.value}'.") from None
