"""Every fitted stage of a funnel as one value, and as the parts of an artefact."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from twoside import config
from twoside.errors import ArtefactError
from twoside.funnel import settings as configured
from twoside.funnel.rank.blend import Blend
from twoside.schema.artefact import Packed

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np

    from twoside.funnel.merge import FittedMerge
    from twoside.funnel.prerank.model import LightScorer
    from twoside.funnel.rank.model import Scorer
    from twoside.funnel.recall.channel import FittedChannel
    from twoside.funnel.settings import FunnelSettings
    from twoside.store.artefacts import Artefacts


@dataclass(frozen=True)
class Learned:
    """What a funnel has learned."""

    channels: Mapping[str, FittedChannel]
    prerank: LightScorer
    rankers: Mapping[str, Scorer]
    """By name, in the order of the settings; the first one serves."""
    liked: np.ndarray
    """float64 (items,): decayed positive strengths, the order that fills a short list"""
    merge: FittedMerge


def pack(learned: Learned) -> dict[str, Packed]:
    """Parts of an artefact: `channel-<name>`, `merge`, `prerank`, `rank-<name>`, `liked`."""
    parts = {f"channel-{name}": channel.pack() for name, channel in learned.channels.items()}
    parts |= {f"rank-{name}": ranker.pack() for name, ranker in learned.rankers.items()}
    return {
        **parts,
        "merge": learned.merge.pack(),
        "prerank": learned.prerank.pack(),
        "liked": Packed(arrays={"liked": learned.liked}),
    }


def unpack(settings: FunnelSettings, parts: Mapping[str, Packed]) -> Learned:
    """The stages that `pack` described, by the settings they were learned with."""
    rankers: dict[str, Scorer] = {
        choice.name: choice.settings.unpack(parts[f"rank-{choice.name}"])
        for choice in configured.rankers(settings)
    }
    if settings.blend:
        rankers["blend"] = Blend.of(settings.blend, rankers)
    merger = configured.merger(settings)
    return Learned(
        channels={
            choice.name: choice.settings.unpack(parts[f"channel-{choice.name}"])
            for choice in configured.channels(settings)
        },
        prerank=configured.preranker(settings).settings.unpack(parts["prerank"]),
        rankers=rankers,
        liked=parts["liked"].arrays["liked"],
        # artefacts from before merges learned have no such part
        merge=merger.unpack(parts["merge"] if merger.learns else Packed()),
    )


def published(name: str, artefacts: Artefacts) -> tuple[FunnelSettings, Learned, str]:
    """The funnel in use under a name (`recruiting/jobs_for_seeker`): its settings, what it has
    learned, and its version."""
    artefact = artefacts.load(name)
    settings = config.build(
        configured.FunnelSettings, dict(artefact.about["settings"]), f"artefact {name}"
    )
    try:
        return settings, unpack(settings, artefact.parts), artefact.version
    except KeyError as error:
        raise ArtefactError(
            f"artefact {name} {artefact.version}: {error} is missing; another version of twoside "
            f"made it. Train it again: twoside funnel train {name} --lake LAKE"
        ) from None
