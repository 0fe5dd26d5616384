"""The service of real lakes and published artefacts."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from twoside.domains import catalogue
from twoside.errors import ArtefactError, RequestError, did_you_mean
from twoside.features.analysis.findings import Analysis
from twoside.schema import records
from twoside.server.live_scene import LiveScene
from twoside.store.artefacts import Artefacts
from twoside.store.lake import Lake
from twoside.store.runs import Runs

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    import numpy as np
    import pyarrow as pa

    from twoside.bi.ask import Cube
    from twoside.charts.texts import Language
    from twoside.metrics.logs import LogSummary
    from twoside.schema.domain import Domain, Scene
    from twoside.schema.evaluation import Evaluation, PlayResult
    from twoside.schema.explanation import Explanation
    from twoside.schema.item_map import ItemMap
    from twoside.schema.progress import Steps
    from twoside.schema.reasons import RecallReasons
    from twoside.schema.request import Candidates, Request
    from twoside.server.service import ExternalId, Served


class LiveService:
    """Every scene of some lakes that has a published funnel."""

    def __init__(
        self,
        lakes: Sequence[Path],
        clock: Callable[[], int],
        ranker: str,
        steps: Steps,
    ) -> None:
        """`clock` gives epoch ms; `ranker` names the rank model that serves everywhere."""
        self._clock = clock
        self._scenes: dict[str, LiveScene] = {}
        for root in lakes:
            for name in _published(root):
                declared = catalogue.declared(name, root)
                artefacts = Artefacts(root / "artefacts")
                self._scenes[name] = LiveScene(declared, artefacts, clock(), ranker, steps)
        self._people = lru_cache(maxsize=64)(self._active_people)

    def _of(self, scene: str) -> LiveScene:
        if scene not in self._scenes:
            raise RequestError(
                f"scene = {scene!r}: not served. {did_you_mean(scene, self._scenes)}"
            )
        return self._scenes[scene]

    def scenes(self) -> Mapping[str, Scene]:
        """Full name -> declaration."""
        return {name: live.declared.scene for name, live in self._scenes.items()}

    def domain(self, scene: str) -> Domain:
        """The domain of a scene."""
        return self._of(scene).declared.domain

    def row(self, scene: str, kind: str, external: ExternalId) -> int:
        """The row of an id, -1 if the lake does not know it."""
        return self._of(scene).row(kind, external)

    def externals(self, scene: str, kind: str, rows: np.ndarray) -> Sequence[ExternalId]:
        """The ids of rows."""
        return self._of(scene).externals(kind, rows)

    def now_ms(self, scene: str, wall_ms: int) -> int:
        """The moment in which a scene lives."""
        return self._of(scene).now_ms(wall_ms)

    def context(self, scene: str, given: Mapping[str, float | str]) -> Mapping[str, float]:
        """Context columns as the funnel takes them."""
        return self._of(scene).context(given)

    def serve(self, scene: str, requests: Sequence[Request]) -> Served:
        """Lists for a batch."""
        return self._of(scene).serve(requests)

    def record(self, scene: str, exposures: pa.Table, events: pa.Table) -> None:
        """What was shown and what followed."""
        self._of(scene).record(exposures, events)

    def versions(self) -> Mapping[str, str]:
        """Scene -> version in use."""
        return {name: live.version for name, live in self._scenes.items()}

    def is_stale(self) -> bool:
        """Is a newer version current anywhere?"""
        return any(live.is_stale() for live in self._scenes.values())

    def reload(self) -> None:
        """Every scene whose current version is not the one in use."""
        for live in self._scenes.values():
            if live.is_stale():
                live.reload(self._clock())

    def evaluation(self, scene: str) -> Evaluation | None:
        """The last one among the lake's runs."""
        runs, name = Runs(self._root(scene) / "runs"), f"evaluation/{scene}"
        return records.evaluation(runs.load(name).result) if runs.list(name) else None

    def play(self, scene: str) -> PlayResult | None:
        """The last one among the lake's runs."""
        runs, name = Runs(self._root(scene) / "runs"), f"play/{scene}"
        return records.play(runs.load(name).result) if runs.list(name) else None

    def explain(self, scene: str, request: Request) -> Explanation:
        """One list with its story."""
        return self._of(scene).explain(request)

    def reasons(self, scene: str, request: Request) -> RecallReasons:
        """What recall finds for one request, and why."""
        return self._of(scene).reasons(request)

    def near(self, scene: str, item: int, most: int) -> Mapping[str, Candidates]:
        """What each channel holds near to an item."""
        return self._of(scene).near(item, most)

    def maps(self, scene: str, most: int) -> Mapping[str, ItemMap]:
        """Items by their vectors."""
        return self._of(scene).maps(most)

    def describe(
        self, scene: str, kind: str, rows: Sequence[int], language: Language
    ) -> Sequence[Mapping[str, str]]:
        """Entities in words."""
        return self._of(scene).attributes(kind).of(rows, language)

    def people(self, scene: str, limit: int) -> Sequence[ExternalId]:
        """Some people worth looking at."""
        return self._people(scene, limit)

    def _active_people(self, scene: str, limit: int) -> Sequence[ExternalId]:
        return self._of(scene).people(limit)

    def log(self, scene: str) -> LogSummary | None:
        """The lake's days, as they were at the start."""
        return self._of(scene).log

    def cube(self, scene: str) -> Cube:
        """The lake's cube, as it is built now."""
        declared = self._of(scene).declared
        return catalogue.cube(declared.lake.root, declared.scene.name)

    def features(self, scene: str) -> Analysis | None:
        """The last report among the lake's runs."""
        runs, name = Runs(self._root(scene) / "runs"), f"features/{scene}"
        return Analysis.of_json(runs.load(name).result) if runs.list(name) else None

    def realism(self) -> Mapping[str, Mapping[str, float]]:
        """The logs of every served scene side by side."""
        return {name: live.log.traits for name, live in self._scenes.items() if live.log.traits}

    def _root(self, scene: str) -> Path:
        return self._of(scene).declared.lake.root


def _published(root: Path) -> list[str]:
    """The scenes of a lake that have an artefact."""
    domain = Lake.open(root).domain
    known = [name for name in catalogue.scenes() if name.startswith(f"{domain}/")]
    found = [name for name in known if name in Artefacts(root / "artefacts").names()]
    if not found:
        raise ArtefactError(
            f"{root}: no funnel was published of {', '.join(known)}. "
            f"Make one with: twoside funnel train {known[0]} --lake {root}"
        )
    return found
