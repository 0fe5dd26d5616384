"""The last answer of a function of a table, so that what only depends on all items as they are
now is worked out once for many requests; or of a question, when many things are told of one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


class Remembered(Generic[T]):
    """`of(table)` makes the answer anew only for another table (another object, not another
    content: tables and questions do not change once made). Safe between threads: at worst made
    twice."""

    def __init__(self, make: Callable[[Any], T]) -> None:
        self._make = make
        self._last: tuple[object, T] | None = None

    def of(self, table: object) -> T:
        """The answer for this table, or question."""
        last = self._last
        if last is not None and last[0] is table:
            return last[1]
        answer = self._make(table)
        self._last = (table, answer)
        return answer
