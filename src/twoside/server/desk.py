"""What all paths of the server share: the service, the line, the counts and the clock."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

from twoside.errors import did_you_mean
from twoside.schema.calendar import DAY_MS
from twoside.server.problems import Rejected

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from twoside.schema.domain import Scene
    from twoside.schema.request import Request
    from twoside.server.batches import Batches
    from twoside.server.metrics import Metrics
    from twoside.server.service import Service

_REMEMBERED = 2_000


class Desk:
    """Where a request is taken in."""

    def __init__(
        self, service: Service, metrics: Metrics, batches: Batches, clock: Callable[[], int]
    ) -> None:
        """`clock` gives epoch milliseconds."""
        self.service = service
        self.metrics = metrics
        self.batches = batches
        self.clock = clock
        self._scenes = dict(service.scenes())
        self._last_id = 0
        self._recent: OrderedDict[int, tuple[str, Request]] = OrderedDict()

    def scene(self, name: str) -> Scene:
        """The declaration of a scene by its full name."""
        scene = self._scenes.get(name)
        if scene is None:
            raise Rejected(
                [("scene", f"{name!r} is not served. {did_you_mean(name, self._scenes)}")]
            )
        return scene

    def moment(self, scene: str, given_ms: int | None, where: str) -> int:
        """The moment of a request or event. One far ahead is refused: the live state would
        begin that day, and there is no way back."""
        now_ms = self.service.now_ms(scene, self.clock())
        if given_ms is None:
            return now_ms
        if given_ms > now_ms + DAY_MS:
            raise Rejected(
                [
                    (
                        where,
                        f"{given_ms}: more than a day after now ({now_ms} in this scene). "
                        "Expected epoch milliseconds; leave it out for now.",
                    )
                ]
            )
        return given_ms

    def context(
        self, scene: str, given: Mapping[str, float | str], where: str
    ) -> Mapping[str, float]:
        """The context of a request or an exposure; a column that the scene has not is refused,
        and so is a word where a number is meant."""
        if not given:
            return {}
        columns = {column.name: column for column in self.scene(scene).context}
        problems = []
        for name, value in given.items():
            if name not in columns:
                hint = did_you_mean(name, columns)
                problems.append((f"{where}.{name}", f"not a context column of the scene. {hint}"))
            elif columns[name].type == "number" and isinstance(value, str):
                problems.append((f"{where}.{name}", f"{value!r}: expected a number."))
        if problems:
            raise Rejected(problems)
        return self.service.context(scene, given)

    def next_request_id(self) -> int:
        """Unique in this server, rising, and small enough for a JavaScript number (2**53)."""
        self._last_id = max(self._last_id + 1, self.clock() * 1_000)
        return self._last_id

    def remember(self, scene: str, request: Request) -> None:
        """Keep the last requests, so that the console can explain one by its id."""
        self._recent[request.request_id] = (scene, request)
        if len(self._recent) > _REMEMBERED:
            self._recent.popitem(last=False)

    def recent(self, request_id: int) -> tuple[str, Request] | None:
        """A request that was answered lately."""
        return self._recent.get(request_id)

    def latest(self, scene: str, limit: int) -> list[Request]:
        """The last requests of a scene, newest first."""
        found: list[Request] = []
        for name, request in reversed(self._recent.values()):
            if name == scene:
                found.append(request)
            if len(found) == limit:
                break
        return found
