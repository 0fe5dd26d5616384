"""Domains by name: `recruiting/jobs_for_seeker` is the scene of a folder beside this file."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from importlib import import_module
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from twoside import config
from twoside.bi import book
from twoside.bi.ask import Cube
from twoside.bi.cells import LakeSource
from twoside.errors import ConfigError, LakeError, did_you_mean
from twoside.features.selection.selected import Selected
from twoside.funnel import settings as funnel_settings
from twoside.funnel.learn import Declared
from twoside.store.lake import Lake

if TYPE_CHECKING:
    from twoside.bi.book import Book
    from twoside.features.definition import Feature
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
    return [scene for name in names() for scene in scenes_of(name)]


def scenes_of(name: str) -> list[str]:
    """The full names of a domain's scenes."""
    return [f"{name}/{scene.name}" for scene in domain(name).scenes]


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
    light = import_module(f"{_PACKAGE}.{found.name}.features").LIGHT[short]
    return Declared(opened, found, found.scene(short), features(scene), light, wide(scene))


def features(scene: str) -> tuple[Feature, ...]:
    """What the shipped funnel of a scene, by its full name, reads."""
    found, short = split(scene)
    known = import_module(f"{_PACKAGE}.{found.name}.features").FEATURES
    return cast("tuple[Feature, ...]", known[short])


def wide(scene: str) -> tuple[Feature, ...]:
    """The whole catalogue of a scene, by its full name: what selection starts from."""
    found, short = split(scene)
    known = import_module(f"{_PACKAGE}.{found.name}.wide").WIDE
    return cast("tuple[Feature, ...]", known[short])


@dataclass(frozen=True)
class Added:
    """Features that a version brought; in a name `*` stands for anything."""

    version: str
    names: tuple[str, ...]


@dataclass(frozen=True)
class Since:
    """The versions of a domain's features: configs/since.toml."""

    first: str
    """Of all that no `added` names"""
    added: tuple[Added, ...] = ()

    def of(self, name: str) -> str:
        """The version that first had a feature: of the last entry that names it."""
        found = [a.version for a in self.added if any(fnmatchcase(name, n) for n in a.names)]
        return found[-1] if found else self.first


def since(name: str) -> Since:
    """Since when a domain's features are declared. An entry that names no feature is refused."""
    shipped = files(f"{_PACKAGE}.{name}").joinpath("configs", "since.toml")
    found = config.build(Since, config.read_toml(cast("Path", shipped)), f"{name}/since.toml")
    known = [feature.name for scene in scenes_of(name) for feature in wide(scene)]
    for n, added in enumerate(found.added):
        for pattern in added.names:
            if not any(fnmatchcase(feature, pattern) for feature in known):
                raise ConfigError(
                    f"{name}/since.toml: added[{n}]: no feature is named '{pattern}'. "
                    f"{did_you_mean(pattern, known)}"
                )
    return found


def settings(scene: str, path: Path | None = None) -> FunnelSettings:
    """The funnel that a scene ships with, or that of a TOML file."""
    found, short = split(scene)
    shipped = files(f"{_PACKAGE}.{found.name}").joinpath("configs", f"{short}.toml")
    table: dict[str, Any] = config.read_toml(path or cast("Path", shipped))
    read = funnel_settings.read(table)
    if read.scene != short:
        raise ConfigError(f"scene = '{read.scene}': expected '{short}', the scene asked for.")
    _check_columns(read, found.entity(found.scene(short).item))
    return _with_features(read, scene, path)


def _with_features(read: FunnelSettings, scene: str, path: Path | None) -> FunnelSettings:
    """The same with the names of a selected set in place of its file, each one checked."""
    asked = read.training.features
    if not asked:
        return read
    names, where = asked, "training.features"
    if isinstance(asked, str):
        file = (path.parent if path else Path()) / asked
        selected = config.build(Selected, config.read_toml(file), str(file))
        if selected.scene != scene:
            raise ConfigError(
                f"{file}: scene = '{selected.scene}': expected '{scene}', the scene asked for. "
                f"Select for it: twoside features select {scene} --lake LAKE --until DAY --out FILE"
            )
        names, where = selected.features, f"{file}: features"
    known = [feature.name for feature in wide(scene)]
    for name in names:
        if name not in known:
            near = did_you_mean(name, known)
            raise ConfigError(f"{where}: {scene} has no feature '{name}'. {near}")
    if not names:
        raise ConfigError(f"{where}: is empty, expected at least one feature.")
    return replace(read, training=replace(read.training, features=tuple(names)))


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
