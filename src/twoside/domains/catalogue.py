"""Domains by name: `recruiting/jobs_for_seeker` is the scene of a folder beside this file."""

from __future__ import annotations

from importlib import import_module
from importlib.resources import files
from typing import TYPE_CHECKING, Any, cast

from twoside import config
from twoside.bi import book
from twoside.bi.ask import Cube
from twoside.bi.cells import LakeSource
from twoside.errors import ConfigError, LakeError, did_you_mean
from twoside.funnel import settings as funnel_settings
from twoside.funnel.learn import Declared
from twoside.store.lake import Lake

if TYPE_CHECKING:
    from pathlib import Path

    from twoside.bi.book import Book
    from twoside.funnel.settings import FunnelSettings
    from twoside.schema.domain import Domain
    from twoside.schema.entities import Entity

_PACKAGE = "twoside.domains"


def names() -> list[str]:
    """All domains there are."""
    folders = (entry for entry in files(_PACKAGE).iterdir() if entry.is_dir())
    return sorted(f.name for f in folders if f.joinpath("domain.py").is_file())


def domain(name: str) -> Domain:
    """The declaration of a domain."""
    if name not in names():
        raise ConfigError(f"there is no domain '{name}'. {did_you_mean(name, names())}")
    return cast("Domain", import_module(f"{_PACKAGE}.{name}.domain").DOMAIN)


def scenes() -> list[str]:
    """All scenes by their full names."""
    return [f"{name}/{scene.name}" for name in names() for scene in domain(name).scenes]


def declared(scene: str, lake: Path) -> Declared:
    """What a scene, by its full name, declares, with the lake its logs lie in."""
    found, short = split(scene)
    opened = Lake.open(lake)
    if opened.domain != found.name:
        own = [name for name in scenes() if name.startswith(f"{opened.domain}/")]
        raise LakeError(
            f"{lake}: a lake of the domain '{opened.domain}', not of '{found.name}'. "
            f"Its scenes: {', '.join(own)}."
        )
    features = import_module(f"{_PACKAGE}.{found.name}.features")
    return Declared(
        opened, found, found.scene(short), features.FEATURES[short], features.LIGHT[short]
    )


def settings(scene: str, path: Path | None = None) -> FunnelSettings:
    """The funnel that a scene ships with, or that of a TOML file."""
    found, short = split(scene)
    shipped = files(f"{_PACKAGE}.{found.name}").joinpath("configs", f"{short}.toml")
    table: dict[str, Any] = config.read_toml(path or cast("Path", shipped))
    read = funnel_settings.read(table)
    if read.scene != short:
        raise ConfigError(f"scene = '{read.scene}': expected '{short}', the scene asked for.")
    _check_columns(read, found.entity(found.scene(short).item))
    return read


def metrics(name: str, path: Path | None = None) -> Book:
    """The metrics that a domain ships with, or those of a TOML file."""
    shipped = files(f"{_PACKAGE}.{name}").joinpath("configs", "metrics.toml")
    found = path or cast("Path", shipped)
    return book.read(config.read_toml(found), domain(name), str(path or f"{name}/metrics.toml"))


def cube(lake: Path, scene: str = "", path: Path | None = None) -> Cube:
    """The cube of a scene (short name; the domain's first without it) of a lake."""
    opened = Lake.open(lake)
    defined = metrics(opened.domain, path)
    name = defined.domain.scene(scene).name if scene else defined.domain.scenes[0].name
    return Cube(defined, name, LakeSource(opened, defined, name))


def _check_columns(read: FunnelSettings, item: Entity) -> None:
    """Refuse a rerank column that the items do not declare, before anything is computed."""
    rerank = funnel_settings.reranker(read)
    known = [column.name for column in item.columns]
    named = {f"diversity.columns.{name}": name for name in rerank.diversity.columns}
    named |= {f"rules.cap[{n}].column": cap.column for n, cap in enumerate(rerank.rules.cap)}
    for place, name in named.items():
        if name not in known:
            raise ConfigError(
                f"rerank.{place}: {item.kind} has no column '{name}'. {did_you_mean(name, known)}"
            )


def split(scene: str) -> tuple[Domain, str]:
    name, _, short = scene.partition("/")
    if scene not in scenes():
        raise ConfigError(f"there is no scene '{scene}'. {did_you_mean(scene, scenes())}")
    return domain(name), short
