"""A small market that many tests look at: made once, never changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from twoside.domains.recruiting.world import RecruitingWorld
    from twoside.funnel.learn import Declared
    from twoside.funnel.learned import Learned
    from twoside.funnel.settings import FunnelSettings

SCENES = ("recruiting/jobs_for_seeker", "recruiting/seekers_for_boss")


@dataclass(frozen=True)
class Market:
    """A lake of ten days, its world at their end, and the funnel of each scene that was learned
    from all but the last two."""

    root: Path
    world: RecruitingWorld
    declared: dict[str, Declared]
    settings: dict[str, FunnelSettings]
    learned: dict[str, Learned]
    until_day: int

    @property
    def end_ms(self) -> int:
        """The first moment after the log."""
        return self.world.now_ms


@pytest.fixture(scope="session")
def market(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Market]:
    """The market of all tests of the funnel. Trees only: they learn in seconds."""
    from twoside.domains import catalogue
    from twoside.domains.recruiting import keeping
    from twoside.domains.recruiting.settings import WorldSettings
    from twoside.funnel.learn import about, learn
    from twoside.funnel.learned import pack
    from twoside.schema.progress import silent
    from twoside.store.artefacts import Artefacts

    root = tmp_path_factory.mktemp("market") / "lake"
    lake, world = keeping.make(WorldSettings(seekers=400, jobs=200, days=10, seed=3), root)
    until_day = lake.days("exposures")[-3]
    declared, settings, learned = {}, {}, {}
    for scene in SCENES:
        declared[scene] = catalogue.declared(scene, root)
        settings[scene] = small(catalogue.settings(scene))
        learned[scene] = learn(declared[scene], settings[scene], until_day, 3, silent)
        described = about(declared[scene], settings[scene], until_day, 3)
        Artefacts(root / "artefacts").publish(scene, pack(learned[scene]), described)
    yield Market(root, world, declared, settings, learned, until_day)


def small(settings: FunnelSettings) -> FunnelSettings:
    """The same funnel with a small tree model as its only ranker."""
    training = replace(settings.training, rows=15_000, days=6)
    rank = ({"use": "xgboost", "rounds": 15},)
    return replace(settings, rank=rank, training=training)
