"""Every fitted stage of a funnel as one value, and as the parts of an artefact."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from twoside import config
from twoside.errors import ArtefactError
from twoside.funnel import settings as configured
from twoside.funnel.rank.blend import Blend
from twoside.schema.artefact import Packed
from twoside.schema.calendar import iso

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import numpy as np

    from twoside.funnel.merge import FittedMerge
    from twoside.funnel.prerank.model import LightScorer
    from twoside.funnel.rank.model import Scorer
    from twoside.funnel.recall.channel import FittedChannel
    from twoside.funnel.settings import FunnelSettings
    from twoside.store.artefacts import Artefact, Artefacts

T = TypeVar("T")


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
        channels=_channels(settings, parts),
        prerank=configured.preranker(settings).settings.unpack(parts["prerank"]),
        rankers=rankers,
        liked=parts["liked"].arrays["liked"],
        # artefacts from before merges learned have no such part
        merge=merger.unpack(parts["merge"] if merger.learns else Packed()),
    )


def _channels(settings: FunnelSettings, parts: Mapping[str, Packed]) -> dict[str, FittedChannel]:
    return {
        choice.name: choice.settings.unpack(parts[f"channel-{choice.name}"])
        for choice in configured.channels(settings)
    }


@dataclass(frozen=True)
class Former:
    """The channels of a funnel that was learned before, to go on from."""

    channels: Mapping[str, FittedChannel]
    until_day: int
    """The last day that they learned from."""


def former(name: str, artefacts: Artefacts, until_day: int) -> Former:
    """The channels in use under a name; they must not know days after `until_day`."""
    artefact = artefacts.load(name)
    learned_until = int(artefact.about["until_day"])
    if learned_until > until_day:
        raise ArtefactError(
            f"artefact {name} {artefact.version} learned until {iso(learned_until)}, which is "
            f"after {iso(until_day)}: nothing can go on from it there. Learn until a later day, or "
            "train without --from-last."
        )
    return Former(_whole(artefact, _channels), learned_until)


def published(name: str, artefacts: Artefacts) -> tuple[FunnelSettings, Learned, str]:
    """The funnel in use under a name (`recruiting/jobs_for_seeker`): its settings, what it has
    learned, and its version."""
    artefact = artefacts.load(name)
    return _settings(artefact), _whole(artefact, unpack), artefact.version


def _settings(artefact: Artefact) -> FunnelSettings:
    told = dict(artefact.about["settings"])
    return config.build(configured.FunnelSettings, told, f"artefact {artefact.name}")


def _whole(artefact: Artefact, read: Callable[[FunnelSettings, Mapping[str, Packed]], T]) -> T:
    """What `read` makes of an artefact that has all parts."""
    try:
        return read(_settings(artefact), artefact.parts)
    except KeyError as error:
        raise ArtefactError(
            f"artefact {artefact.name} {artefact.version}: {error} is missing; another version of "
            f"twoside made it. Train it again: twoside funnel train {artefact.name} --lake LAKE"
        ) from None
