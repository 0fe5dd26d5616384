"""A second thread for one request: channels, and halves of the candidates, side by side.

It pays because the kernels let go of the interpreter's lock; plain Python would only take turns.
"""

from __future__ import annotations

from collections import deque
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Part = TypeVar("Part")
Done = TypeVar("Done")


class TwoThreads:
    """This thread and one more. For one caller at a time."""

    def __init__(self) -> None:
        self._other = ThreadPoolExecutor(1, thread_name_prefix="beside")

    def each(self, work: Callable[[Part], Done], parts: Sequence[Part]) -> list[Done]:
        """`work` on every part; whoever is free takes the next. The answers in order of parts.

        Raises:
            Exception: the first that `work` raised, after both threads came to rest.
        """
        if len(parts) < 2:
            return [work(part) for part in parts]
        waiting = deque(enumerate(parts))
        done: dict[int, Done] = {}

        def take() -> None:
            while True:
                try:
                    n, part = waiting.popleft()
                except IndexError:
                    return
                done[n] = work(part)

        beside = self._other.submit(take)
        try:
            take()
        finally:
            waiting.clear()
            beside.result()
        return [done[n] for n in range(len(parts))]
