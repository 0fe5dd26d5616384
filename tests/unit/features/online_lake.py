"""Online states over a lake, and the moments at which its entities changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twoside.features.online import OnlineStates, context_sizes, texts, translations

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twoside.features.definition import Feature
    from twoside.schema.domain import Domain, Scene
    from twoside.schema.entities import EntityTable
    from twoside.store.lake import Lake


def changes(lake: Lake, scene: Scene) -> list[tuple[int, EntityTable, EntityTable]]:
    """(from when, people, items) at every moment at which an entity changed."""
    moments = {
        ts_ms
        for kind in (scene.person, scene.item)
        for ts_ms in lake.versions(kind, [])["valid_from_ms"].to_pylist()
    }
    return [
        (t, lake.entity_table(scene.person, t), lake.entity_table(scene.item, t))
        for t in sorted(moments)
    ]


def started(
    lake: Lake, domain: Domain, scene: Scene, features: Sequence[Feature], now_ms: int
) -> OnlineStates:
    """States in which nothing has happened, with entities as they are at a moment."""
    return OnlineStates.start(
        tuple(features),
        scene,
        domain,
        lake.calendar,
        lake.entity_table(scene.person, now_ms),
        lake.entity_table(scene.item, now_ms),
        translations(features, scene, domain, lake),
        context_sizes(scene, lake),
        texts=texts(features, scene, lake),
    )
