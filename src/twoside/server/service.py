"""What the server needs of the rest: scenes, ids, lists, events, artefacts, and a look inside.

The HTTP API and the console know nothing else. `live.py` answers from a lake and its artefacts,
`fake.py` from a seed, for tests. Scenes are named in full: `recruiting/jobs_for_seeker`. Methods
are called from several threads; `serve` only from one at a time unless the server is told
otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    import pyarrow as pa

    from twoside.bi.ask import Cube
    from twoside.charts.texts import Language
    from twoside.features.analysis.findings import Analysis
    from twoside.metrics.logs import LogSummary
    from twoside.schema.domain import Domain, Scene
    from twoside.schema.evaluation import Evaluation, PlayResult
    from twoside.schema.explanation import Explanation, Slate
    from twoside.schema.item_map import ItemMap
    from twoside.schema.reasons import RecallReasons
    from twoside.schema.request import Candidates, Request

ExternalId = int | str
"""An id as the owner of the data knows it; inside, everything is a row."""


@dataclass(frozen=True)
class Served:
    """Lists for a batch of requests."""

    slates: Sequence[Slate]
    """One a request, in the order asked."""
    version: str
    """Version of the artefact that made them."""
    milliseconds: Mapping[str, float] = field(default_factory=dict)
    """Stage -> wall time of the whole batch; empty if the funnel does not tell."""


class Service(Protocol):
    """Everything that the API and the console ask."""

    def scenes(self) -> Mapping[str, Scene]:
        """Full name -> declaration, in the order to show them."""

    def domain(self, scene: str) -> Domain:
        """The domain that a scene belongs to."""

    def row(self, scene: str, kind: str, external: ExternalId) -> int:
        """The row of an entity; -1 if the lake does not know it."""

    def externals(self, scene: str, kind: str, rows: np.ndarray) -> Sequence[ExternalId]:
        """Ids of rows (int32 (n,)), as their owner knows them."""

    def now_ms(self, scene: str, wall_ms: int) -> int:
        """The moment in which a scene lives while the clock on the wall says `wall_ms`. For a
        lake whose logs ended long ago that is as long after their end as the server runs: a
        demo of last year's log is served as on the day after its last."""

    def context(self, scene: str, given: Mapping[str, float | str]) -> Mapping[str, float]:
        """Context columns as the funnel takes them: numbers as they are, words of categories as
        their codes (-1 for a word that the lake has never seen)."""

    def serve(self, scene: str, requests: Sequence[Request]) -> Served:
        """A list for each request, in any number."""

    def record(self, scene: str, exposures: pa.Table, events: pa.Table) -> None:
        """Keep what was shown and what followed (tables as in `schema.tables`, the scene's
        context columns appended to exposures), and let the next list know of it."""

    def versions(self) -> Mapping[str, str]:
        """Scene -> version of the artefact in use."""

    def is_stale(self) -> bool:
        """Has another version been made current since the last load?"""

    def reload(self) -> None:
        """Load what is current now, then swap. On error nothing changes and it raises."""

    def evaluation(self, scene: str) -> Evaluation | None:
        """The last evaluation, if there was one."""

    def play(self, scene: str) -> PlayResult | None:
        """The last closed loop in a world, if there was one."""

    def explain(self, scene: str, request: Request) -> Explanation:
        """The list for a request with the story of how it came about."""

    def reasons(self, scene: str, request: Request) -> RecallReasons:
        """What each channel that can say why finds for a request (as many items as its length),
        and which recent items or like people brought it."""

    def near(self, scene: str, item: int, most: int) -> Mapping[str, Candidates]:
        """Channel -> the items nearest to one (a row), of the channels that know what is near."""

    def maps(self, scene: str, most: int) -> Mapping[str, ItemMap]:
        """Channel -> the `most` most liked open items in a plane, of the channels with vectors."""

    def describe(
        self, scene: str, kind: str, rows: Sequence[int], language: Language
    ) -> Sequence[Mapping[str, str]]:
        """Attributes in words (name -> value, both readable) of each row."""

    def people(self, scene: str, limit: int) -> Sequence[ExternalId]:
        """Some people worth looking at: lately active, then those without history."""

    def log(self, scene: str) -> LogSummary | None:
        """What the lake's days hold, if they hold anything."""

    def cube(self, scene: str) -> Cube:
        """The metrics of a scene by day. Cheap; asking it reads files, so ask in a thread."""

    def features(self, scene: str) -> Analysis | None:
        """What each feature was worth when it was last looked at, if it was. Reads a file."""

    def realism(self) -> Mapping[str, Mapping[str, float]]:
        """Source (a world, a real log) -> statistic -> value; may be empty."""
