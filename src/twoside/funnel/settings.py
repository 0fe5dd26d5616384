"""The settings of a funnel: what a TOML in `domains/<domain>/configs/` may say.

A stage that has choices is a table with `use` (or `how` for merge): the name of a file in the
stage's folder; the other entries are that choice's own settings.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from twoside import components, config
from twoside.errors import ConfigError, did_you_mean
from twoside.funnel.merge import check_budgets
from twoside.funnel.rerank.diversity import Diversity
from twoside.funnel.rerank.rules import Rules
from twoside.samples.weights import Source


@dataclass(frozen=True)
class Training:
    """What the models of a funnel learn from."""

    days: int = 14
    """Last days of exposures taken, the validation days included."""
    valid_days: int = 1
    """Last of these days, on which training is stopped."""
    rows: int = 400_000
    """Most exposures taken; above it whole requests are drawn, the same ones for one seed."""
    plain_share: float = 1.0
    """Part of the exposures that nothing followed which is learned from, each counting for
    1 / plain_share: the same `rows` then hold many more of what is rare."""
    delayed: Literal["mask", "weigh"] = "mask"
    """Labels whose window is open: left out, or weighted by the measured delay curve."""
    negatives: Literal["exposed", "skip_above"] = "exposed"
    """Rows that teach what is not wanted: all that was shown and not taken, or of each list only
    those down to its last positive. The second shifts the rates: use it for order alone."""
    positives: dict[str, float] = field(default_factory=dict)
    """Target -> as how many rows each of its positives counts. Shifts the rate of the target."""
    sources: tuple[Source, ...] = ()
    """What rows of a source count: `column` of the scene's context, its `word`, the `weight`."""
    tables: bool = False
    """Read features from the tables by day (`twoside features build`) instead of computing them."""
    gates: bool = False
    """Refuse days that fail a quality gate and that nobody has accepted (`twoside samples
    check`)."""
    targets: tuple[str, ...] = ()
    """Targets to learn, of which those count that occur in the lake; empty: all of the scene."""
    features: str | tuple[str, ...] = ()
    """Names of the features that rank models learn and are served with, or the TOML file of a
    selected set (`twoside features select`), its path from the folder of this file; empty: all of
    the scene. Prerank reads its own light ones besides."""


@dataclass(frozen=True)
class FunnelSettings:
    """One funnel: the stages from all open items to a list."""

    scene: str
    recall: tuple[dict[str, Any], ...]
    """Each `use` is a file in funnel/recall/channels/; `limit` items come from each."""
    merge: dict[str, Any]
    """`how` is a file in funnel/merge/."""
    prerank: dict[str, Any]
    """`use` is a file in funnel/prerank/models/; `keep` candidates go on."""
    rank: tuple[dict[str, Any], ...]
    """Each `use` is a file in funnel/rank/models/. All are trained and evaluated; the first one
    serves."""
    rerank: dict[str, Any]
    """Tables `fusion` (`use` is a file in funnel/rerank/fusion/), `diversity` and `rules`."""
    blend: tuple[str, ...] = ()
    """Rank models whose mean log-odds are one more model, "blend" (`rank/blend.py`); none if
    empty."""
    length: int = 20
    """Items in a list, if the request does not say."""
    training: Training = field(default_factory=Training)


@dataclass(frozen=True)
class Choice:
    """A stage's choice: its name in reports, its settings object, and how many items it gives."""

    name: str
    settings: Any
    limit: int


def channels(settings: FunnelSettings) -> tuple[Choice, ...]:
    """The recall channels, in the order of the file."""
    found = tuple(
        _choice("twoside.funnel.recall.channels", table, f"recall[{n}]", "limit", 300)
        for n, table in enumerate(settings.recall)
    )
    _check_names(found, "recall")
    return found


def rankers(settings: FunnelSettings) -> tuple[Choice, ...]:
    """The rank models; the first one serves."""
    found = tuple(
        _choice("twoside.funnel.rank.models", table, f"rank[{n}]", "", 0)
        for n, table in enumerate(settings.rank)
    )
    if not found:
        raise ConfigError("rank: needs at least one [[rank]] table with `use`.")
    _check_names(found, "rank")
    return found


def preranker(settings: FunnelSettings) -> Choice:
    """The prerank model; `limit` is its `keep`."""
    return _choice("twoside.funnel.prerank.models", settings.prerank, "prerank", "keep", 500)


def merger(settings: FunnelSettings) -> Any:
    """The way to merge."""
    table = {**settings.merge, "use": settings.merge.get("how")}
    table.pop("how", None)
    built = components.build("twoside.funnel.merge", table, "merge")
    names = tuple(choice.name for choice in channels(settings))
    check_budgets(built.budgets, names)
    check_budgets(getattr(built, "turns", {}), names, "merge.turns")
    check_budgets(getattr(built, "costs", {}), names, "merge.costs")
    return built


@dataclass(frozen=True)
class Rerank:
    """How scores become a list."""

    fusion: Any
    diversity: Diversity
    rules: Rules


def reranker(settings: FunnelSettings) -> Rerank:
    """Fusion, diversity and rules."""
    for name in settings.rerank:
        if name not in ("fusion", "diversity", "rules"):
            known = did_you_mean(name, ("fusion", "diversity", "rules"))
            raise ConfigError(f"rerank has no table '{name}'. {known}")
    fusion = settings.rerank.get("fusion", {})
    return Rerank(
        components.build("twoside.funnel.rerank.fusion", fusion, "rerank.fusion"),
        config.build(Diversity, settings.rerank.get("diversity", {}), "rerank.diversity"),
        config.build(Rules, settings.rerank.get("rules", {}), "rerank.rules"),
    )


def _choice(package: str, table: dict[str, Any], where: str, take: str, default: int) -> Choice:
    rest = {key: value for key, value in table.items() if key not in (take, "name")}
    built = components.build(package, rest, where)
    limit = table.get(take, default)
    if not isinstance(limit, int) or limit < 0:
        raise ConfigError(f"{where}.{take} = {limit!r}: expected a number of items, 1 or more.")
    return Choice(str(table.get("name", table["use"])), built, limit)


def _check_names(choices: tuple[Choice, ...], where: str) -> None:
    names = [choice.name for choice in choices]
    for n, name in enumerate(names):
        if name in names[:n]:
            raise ConfigError(
                f"{where}[{n}]: '{name}' is the name of {where}[{names.index(name)}] too. "
                'Give it another: name = "..."'
            )


def read(table: dict[str, Any]) -> FunnelSettings:
    """Settings from the tables of a TOML file, every stage checked."""
    settings = config.build(FunnelSettings, table)
    channels(settings), rankers(settings), preranker(settings), merger(settings)
    reranker(settings)
    return settings
