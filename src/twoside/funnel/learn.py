"""Learn every stage of a funnel from a lake, as of the end of one day.

samples of the last days                  ->  prerank and rank models
behaviours before the end of the day      ->  recall channels
channels as they were before the last day,
and what was then liked on it             ->  the merge, if it learns
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from twoside.errors import ConfigError, DataError, did_you_mean
from twoside.features.derived import with_sources
from twoside.funnel import settings as configured
from twoside.funnel.learned import Learned
from twoside.funnel.questions import questions, strengths
from twoside.funnel.rank.blend import Blend
from twoside.funnel.rank.train import train
from twoside.funnel.recall.ask import ask
from twoside.funnel.recall.channel import RecallData
from twoside.funnel.recall.compare import latency_ms_of
from twoside.funnel.recall.popularity import liked
from twoside.funnel.recall.refresh import refreshed
from twoside.funnel.settings import Training
from twoside.samples.daily import FeatureTables
from twoside.samples.gates import refuse_failed
from twoside.samples.join import build_samples
from twoside.schema.artefact import Packed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twoside.features.definition import Feature
    from twoside.funnel.learned import Former
    from twoside.funnel.merge import FittedMerge
    from twoside.funnel.prerank.model import LightScorer
    from twoside.funnel.rank.model import Scorer
    from twoside.funnel.recall.channel import Asking, FittedChannel
    from twoside.funnel.settings import FunnelSettings, Training
    from twoside.schema.domain import Domain, Scene
    from twoside.schema.progress import Steps
    from twoside.schema.samples import Samples
    from twoside.store.lake import Lake

_ALONE = 50
"""Questions asked one by one to see what a channel costs."""


@dataclass(frozen=True)
class Declared:
    """What a domain declares for one scene, and where its logs lie."""

    lake: Lake
    domain: Domain
    scene: Scene
    features: tuple[Feature, ...]
    light: tuple[str, ...]
    """Names of the features that prerank reads."""
    wide: tuple[Feature, ...] = ()
    """The whole catalogue, for funnels that name their features; `features` alone if empty."""

    @property
    def name(self) -> str:
        """The full name: `recruiting/jobs_for_seeker`."""
        return f"{self.domain.name}/{self.scene.name}"

    def chosen(self, training: Training) -> Declared:
        """The same with only the features that a funnel is trained on, the light ones, and what
        these are computed from."""
        names = named_features(training)
        if not names:
            return self
        pool = self.wide or self.features
        known = {f.name for f in pool}
        for name in names:
            if name not in known:
                raise ConfigError(
                    f"training.features: {self.name} has no feature '{name}'. "
                    f"{did_you_mean(name, known)}"
                )
        return replace(self, features=with_sources({*names, *self.light}, pool))

    def targets(self, wanted: tuple[str, ...] = ()) -> tuple[str, ...]:
        """The targets (of `wanted`, if it names some) that have events in the lake."""
        kinds = self.lake.event_kinds(self.scene.name)
        asked = [self.scene.target(name) for name in wanted] or list(self.scene.targets)
        found = tuple(target.name for target in asked if kinds & set(target.events))
        if not found:
            names = ", ".join(target.name for target in asked)
            raise DataError(
                f"{self.name}: {self.lake.root} has no event of any target ({names}). "
                f"Event kinds there are: {', '.join(sorted(kinds)) or 'none'}."
            )
        return found


def learn(
    declared: Declared,
    settings: FunnelSettings,
    until_day: int,
    seed: int,
    steps: Steps,
    former: Former | None = None,
) -> Learned:
    """All stages from the days up to `until_day`, that day included. Channels that can go on from
    `former` ones; models and the merge are learned anew."""
    declared = declared.chosen(settings.training)
    samples = training_samples(declared, settings, until_day, seed, steps)
    targets = declared.targets(settings.training.targets)
    prerank, rankers = learn_models(declared, settings, samples, targets, seed, steps)
    data, channels, merge = learn_recall(declared, settings, until_day, seed, steps, former)
    return Learned(channels, prerank, rankers, liked(data, 7.0), merge)


def named_features(training: Training) -> tuple[str, ...]:
    """The names that [training] gives; its file was read where the TOML was."""
    if isinstance(training.features, str):
        raise ConfigError(
            f"training.features = '{training.features}': the file was not read. Read the funnel's "
            "TOML by domains.catalogue.settings, or give the names."
        )
    return training.features


def training_samples(
    declared: Declared, settings: FunnelSettings, until_day: int, seed: int, steps: Steps
) -> Samples:
    """The last days up to `until_day`; nothing after it is known, to labels neither."""
    first = until_day - settings.training.days + 1
    if settings.training.gates:
        refuse_failed(declared.lake, declared.domain, declared.scene, first, until_day)
    cutoff = declared.lake.calendar.start_of(until_day + 1)
    days, training = (first, until_day), settings.training
    return some_samples(declared, days, cutoff, training.rows, seed, steps, training)


def some_samples(
    declared: Declared,
    days: tuple[int, int],
    cutoff_ms: int,
    rows: int,
    seed: int,
    steps: Steps,
    training: Training | None = None,
) -> Samples:
    """Samples of some requests, about `rows` at most, of the days (first, last). With `training`
    as its settings make them to learn from; without, all exposures with final labels."""
    chosen = training or Training()
    plain_share = chosen.plain_share
    lake, scene = declared.lake, declared.scene.name
    shown = lake.read("exposures", *days, ["exposure_id"], scene).num_rows
    if not shown:
        raise DataError(
            f"{declared.name}: no exposures on these days in {declared.lake.root}. "
            "Import them, or choose other days."
        )
    followed = lake.read("events", *days, ["exposure_id"], scene)["exposure_id"].to_numpy()
    answered = min(shown, len(np.unique(followed[followed >= 0])) + int((followed < 0).sum()))
    with steps("samples and features") as tick:
        return build_samples(
            declared.lake,
            declared.domain,
            declared.scene.name,
            declared.features,
            first_day=days[0],
            last_day=days[1],
            cutoff_ms=cutoff_ms,
            request_share=min(1.0, rows / (answered + plain_share * (shown - answered))),
            plain_share=plain_share,
            delayed=chosen.delayed,
            negatives=chosen.negatives,
            positives=chosen.positives,
            sources=chosen.sources,
            tables=_tables(declared) if chosen.tables else None,
            seed=seed,
            tick=tick,
        )


def _tables(declared: Declared) -> FeatureTables:
    whole = declared.wide or declared.features
    return FeatureTables.of(declared.lake, declared.domain, declared.scene.name, whole)


def learn_models(
    declared: Declared,
    settings: FunnelSettings,
    samples: Samples,
    targets: tuple[str, ...],
    seed: int,
    steps: Steps,
) -> tuple[LightScorer, dict[str, Scorer]]:
    """The prerank model and every rank model, on the same samples; the n-th rank model draws
    from `seed + n`, so that one listed twice under two names is learned from other draws."""
    with steps("train prerank"):
        prerank = configured.preranker(settings).settings.fit(samples, targets, declared.light)
    rankers: dict[str, Scorer] = {}
    valid_days = settings.training.valid_days
    names = named_features(settings.training)
    samples = samples.only(names) if names else samples
    for n, choice in enumerate(configured.rankers(settings)):
        with steps(f"train {choice.name}") as tick:
            rankers[choice.name] = train(
                choice.settings, samples, targets, seed + n, tick, valid_days
            )
    if settings.blend:
        rankers["blend"] = Blend.of(settings.blend, rankers)
    return prerank, rankers


def recall_data(declared: Declared, now_ms: int) -> RecallData:
    """What recall may learn from: all behaviours before a moment, and entities as they were."""
    lake, scene = declared.lake, declared.scene
    return RecallData(
        behaviours=lake.behaviours(declared.domain, scene.name, before_ms=now_ms),
        people=lake.entity_table(scene.person, now_ms),
        items=lake.entity_table(scene.item, now_ms),
        now_ms=now_ms,
        matches=scene.matching.matches,
        places=scene.matching.places,
        born=scene.matching.born,
        words=item_words(declared),
    )


def item_words(declared: Declared) -> dict[str, list[str]]:
    """The words of the item's category columns, but of those that hold ids of another kind."""
    lake, kind = declared.lake, declared.scene.item
    entity = declared.domain.entity(kind)
    return {
        column.name: lake.words(kind, column.name)
        for column in entity.columns
        if column.type in ("category", "categories") and not column.refers_to
    }


def learn_channels(
    settings: FunnelSettings,
    data: RecallData,
    seed: int,
    steps: Steps,
    known: Mapping[str, FittedChannel] | None = None,
    since_ms: int = 0,
) -> dict[str, FittedChannel]:
    """Every recall channel, by name; from those that are `known` as of `since_ms`, if any."""
    known, found = known or {}, {}
    for choice in configured.channels(settings):
        channel, name = choice.settings, choice.name
        with steps(f"fit {name}"):
            if name in known:
                found[name] = refreshed(channel, known[name], data, since_ms, seed)
            else:
                found[name] = channel.fit(data, seed)
    return found


def learn_recall(
    declared: Declared,
    settings: FunnelSettings,
    until_day: int,
    seed: int,
    steps: Steps,
    former: Former | None = None,
) -> tuple[RecallData, dict[str, FittedChannel], FittedMerge]:
    """Every channel from all days up to `until_day`, and the merge of them. A merge that learns
    has a validation round first: channels of the days before the last, asked on it."""
    merge = validated_merge(declared, settings, until_day, seed, steps)
    start_of = declared.lake.calendar.start_of
    data = recall_data(declared, start_of(until_day + 1))
    if former is None:
        return data, learn_channels(settings, data, seed, steps), merge
    known, since_ms = former.channels, start_of(former.until_day + 1)
    return data, learn_channels(settings, data, seed, steps, known, since_ms), merge


def validated_merge(
    declared: Declared, settings: FunnelSettings, until_day: int, seed: int, steps: Steps
) -> FittedMerge:
    """The merge; nobody liking anything on the validation days is an error."""
    merger = configured.merger(settings)
    if not merger.learns:
        return merger.unpack(Packed())  # type: ignore[no-any-return]
    first = until_day - merger.days + 1
    data = recall_data(declared, declared.lake.calendar.start_of(first))
    with steps("merge: channels as before"):
        chosen = configured.channels(settings)
        channels = {choice.name: choice.settings.fit(data, seed) for choice in chosen}
    days = list(range(first, until_day + 1))
    asked = questions(declared, data.items.open_rows(), days, merger.questions)
    asked = asked.some(merger.questions, seed)
    limits = {choice.name: choice.limit for choice in chosen}
    until = int(asked.now_ms.max())
    log = declared.lake.behaviours(declared.domain, declared.scene.name, before_ms=until)
    by_person = log.by_person(data.people.size)

    def asking(rows: slice) -> Asking:
        person, now = asked.person[rows], asked.now_ms[rows]
        return ask(person, now, by_person, data.people, data.items)

    with steps("learn merge"):
        everybody = asking(slice(None))
        lists = {name: c.recall(everybody, limits[name]) for name, c in channels.items()}
        costs: dict[str, float] = {}
        if merger.reads_costs:
            alone = [asking(slice(n, n + 1)) for n in range(min(_ALONE, len(asked)))]
            costs = {n: latency_ms_of(c, alone, limits[n]) for n, c in channels.items()}
        values = None
        if merger.value == "strength":
            values = strengths(declared, asked)
        kinds = merger.kinds(everybody.past)
        return merger.fit(lists, asked.truth, kinds, costs, seed, values)  # type: ignore[no-any-return]


def about(
    declared: Declared, settings: FunnelSettings, until_day: int, seed: int
) -> dict[str, Any]:
    """What an artefact's manifest says of how it was learned."""
    from dataclasses import asdict

    return {
        "scene": declared.name,
        "settings": asdict(settings),
        "until_day": until_day,
        "seed": seed,
        "lake": str(declared.lake.root.name),
    }
