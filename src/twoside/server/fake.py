# ruff: noqa: ARG002 - the methods are those of the Protocol
"""A service without a lake: a small invented market from a seed, for tests of server and console.

Its numbers are made up and prove nothing about the funnel; they have the right shapes and sums.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from twoside.errors import RequestError, did_you_mean
from twoside.metrics.logs import LogSummary
from twoside.schema.calendar import iso
from twoside.schema.domain import Domain, EventKind, Scene, Target
from twoside.schema.entities import Column, Entity
from twoside.schema.evaluation import (
    ArmResult,
    Calibration,
    ChannelQuality,
    Evaluation,
    PlayResult,
    StageQuality,
    TargetQuality,
)
from twoside.schema.explanation import Explanation, Shown, Slate
from twoside.schema.request import Candidates, Request
from twoside.server.fake_analysis import fake_analysis
from twoside.server.fake_cube import fake_cube
from twoside.server.fake_recall import fake_maps, fake_merge, fake_near, fake_overlap, fake_reasons
from twoside.server.service import ExternalId, Served

if TYPE_CHECKING:
    import pyarrow as pa

    from twoside.bi.ask import Cube
    from twoside.charts.texts import Language
    from twoside.features.analysis.findings import Analysis
    from twoside.schema.item_map import ItemMap
    from twoside.schema.reasons import RecallReasons

_CHANNELS = ("itemcf", "swing", "content", "distance", "hot", "fresh", "history")
_TITLES = (
    ("Data engineer", "数据工程师"),
    ("Nurse", "护士"),
    ("Accountant", "会计"),
    ("Frontend developer", "前端开发"),
    ("Sales manager", "销售经理"),
    ("Cook", "厨师"),
)
_CITIES = (("Hangzhou", "杭州"), ("Chengdu", "成都"), ("Beijing", "北京"), ("Wuhan", "武汉"))


class FakeService:
    """`people` and `items` are numbers of rows; ids are `p0`, `p1`, ... and 1000, 1001, ..."""

    def __init__(self, people: int = 2_000, items: int = 10_000, seed: int = 7) -> None:
        self.size = {"seeker": people, "job": items}
        self.seed = seed
        self.recorded: list[tuple[pa.Table, pa.Table]] = []
        self.failing: tuple[str, ...] = ()
        self.version = "fake-1"
        self.current = "fake-1"
        targets = tuple(Target(name, (name,), 72.0) for name in ("view", "chat", "reach"))
        kinds = (
            EventKind("view", 1, name_zh="查看"),
            EventKind("chat", 1, "either", 3.0, name_zh="沟通"),
            EventKind("reply", 1, "item", 4.0, name_zh="回复"),
            EventKind("reach", 1, "either", 8.0, name_zh="达成"),
            EventKind("reject", -1, "either", -2.0, name_zh="拒绝"),
        )
        seeker = Entity(
            "seeker", (Column("title", "category"), Column("city", "category")), "求职者"
        )
        job = Entity("job", (Column("title", "category"), Column("city", "category")), "职位")
        tab = (Column("tab", "number"),)
        self._domain = Domain(
            "recruiting",
            (seeker, job),
            kinds,
            (
                Scene(
                    "jobs_for_seeker",
                    "seeker",
                    "job",
                    targets,
                    tab,
                    goal="reach",
                    meaning="jobs shown to a seeker",
                    name_zh="给求职者推职位",
                ),
                Scene(
                    "seekers_for_boss",
                    "job",
                    "seeker",
                    targets,
                    tab,
                    goal="reach",
                    meaning="seekers shown to a boss",
                    name_zh="给招聘者推人才",
                ),
            ),
        )

    def scenes(self) -> Mapping[str, Scene]:
        return {f"recruiting/{scene.name}": scene for scene in self._domain.scenes}

    def domain(self, scene: str) -> Domain:
        self._scene(scene)
        return self._domain

    def _scene(self, scene: str) -> Scene:
        known = self.scenes()
        if scene not in known:
            raise RequestError(f"scene = {scene!r}: not served. {did_you_mean(scene, known)}")
        return known[scene]

    def row(self, scene: str, kind: str, external: ExternalId) -> int:
        text = str(external)
        if kind == "seeker":
            number = int(text[1:]) if text[:1] == "p" and text[1:].isdecimal() else -1
        else:
            number = int(text) - 1000 if text.isdecimal() else -1
        return number if 0 <= number < self.size[kind] else -1

    def externals(self, scene: str, kind: str, rows: np.ndarray) -> Sequence[ExternalId]:
        return [f"p{row}" if kind == "seeker" else 1000 + int(row) for row in rows]

    def now_ms(self, scene: str, wall_ms: int) -> int:
        return wall_ms

    def context(self, scene: str, given: Mapping[str, float | str]) -> Mapping[str, float]:
        return {name: float(value) for name, value in given.items()}

    def serve(self, scene: str, requests: Sequence[Request]) -> Served:
        slates = [self._slate(scene, request) for request in requests]
        stages = {"recall": 1.2, "merge": 0.2, "prerank": 0.6, "rank": 2.9, "rerank": 0.4}
        return Served(slates, self.version, stages)

    def _slate(self, scene: str, request: Request) -> Slate:
        random = np.random.default_rng((self.seed, request.person + 1))
        size = self.size[self._scene(scene).item]
        items = random.choice(size, min(request.length, size), replace=False).astype(np.int32)
        scores = np.sort(random.random(len(items)).astype(np.float32))[::-1]
        filled = 2 if request.person < 0 else 0
        told = ("swing",) * (len(items) - filled) + ("",) * filled
        return Slate(items, scores, self.failing, filled, told)

    def record(self, scene: str, exposures: pa.Table, events: pa.Table) -> None:
        self.recorded.append((exposures, events))

    def versions(self) -> Mapping[str, str]:
        return dict.fromkeys(self.scenes(), self.version)

    def is_stale(self) -> bool:
        return self.current != self.version

    def reload(self) -> None:
        self.version = self.current

    def evaluation(self, scene: str) -> Evaluation | None:
        self._scene(scene)
        finds = (0.11, 0.10, 0.08, 0.07, 0.04, 0.02, 0.05)
        recall = {
            name: ChannelQuality(x, 2.6 * x, 0.9 - 5 * x, 0.3 + 5 * x, x / 2, 0.2 + 3 * x)
            for name, x in zip(_CHANNELS, finds, strict=True)
        }
        recall["merged"] = ChannelQuality(0.16, 0.47, 0.71, 0.58, float("nan"), 1.6)
        rank = {
            model: {
                target: _quality(lift + gain, rate)
                for target, lift, rate in (
                    ("view", 0.72, 0.21),
                    ("chat", 0.76, 0.05),
                    ("reach", 0.80, 0.011),
                )
            }
            for model, gain in (("prerank", -0.05), ("xgboost", 0.01), ("deepfm", 0.02))
        }
        stages = tuple(
            StageQuality(stage, n, kept)
            for stage, n, kept in (
                ("recall", 2_310, 0.62),
                ("merge", 1_000, 0.55),
                ("prerank", 500, 0.50),
                ("rank", 100, 0.36),
                ("rerank", 20, 0.19),
            )
        )
        seconds = {"samples": 12.1, "features": 31.0, "recall": 8.2, "rank": 44.0, "evaluate": 9.3}
        rows = {"fit": 2_600_000, "valid": 100_000, "test": 210_000}
        return Evaluation(
            scene,
            "2026-03-28",
            ("2026-03-29", "2026-03-30"),
            rows,
            recall,
            rank,
            stages,
            seconds,
            fake_merge(_CHANNELS),
            fake_overlap(_CHANNELS),
        )

    def play(self, scene: str) -> PlayResult | None:
        means = {"random": 0.012, "popularity": 0.025, "funnel": 0.061, "oracle": 0.084}
        arms = {name: ArmResult(m, m * 0.93, m * 1.07, (m, m, m)) for name, m in means.items()}
        return PlayResult(scene, 5_000, 3, arms)

    def explain(self, scene: str, request: Request) -> Explanation:
        random = np.random.default_rng((self.seed, request.person + 1, 1))
        size = self.size[self._scene(scene).item]
        slate = self._slate(scene, request)
        pool = np.unique(np.concatenate([slate.items, random.integers(0, size, 900)]))
        pool = random.permutation(pool).astype(np.int32)
        channels = {
            name: _candidates(
                random,
                random.permutation(
                    np.union1d(
                        random.choice(pool, 250, replace=False),
                        slate.items[random.random(len(slate.items)) < 0.4],
                    )
                ),
            )
            for name in _CHANNELS
        }
        merged = _candidates(random, pool)
        kept = np.union1d(pool[:450], slate.items)
        preranked = _candidates(random, random.permutation(kept))
        ranked = _candidates(random, random.permutation(kept))
        targets = {
            name: (0.3 * random.random(len(ranked)) ** power).astype(np.float32)
            for name, power in (("view", 1), ("chat", 2), ("reach", 4))
        }
        shown = tuple(
            Shown(
                item=int(item),
                position=position,
                score=float(score),
                channel_ranks={
                    name: int(np.flatnonzero(found.items == item)[0])
                    for name, found in channels.items()
                    if item in found.items
                },
                merge_rank=int(np.flatnonzero(merged.items == item)[0]),
                prerank_rank=int(np.flatnonzero(preranked.items == item)[0]),
                targets={
                    name: float(p[np.flatnonzero(ranked.items == item)[0]])
                    for name, p in targets.items()
                },
                fused_rank=int(np.flatnonzero(ranked.items == item)[0]),
            )
            for position, (item, score) in enumerate(zip(slate.items, slate.scores, strict=True))
        )
        spent = {
            "recall": 1.2,
            "merge": 0.2,
            "prerank": 0.6,
            "features": 1.9,
            "rank": 2.9,
            "rerank": 0.4,
        }
        dropped = {"seen": 31, "closed": 0, "rejected": 2, "company cap": 7}
        return Explanation(
            request, channels, merged, preranked, ranked, targets, dropped, slate, shown, spent
        )

    def reasons(self, scene: str, request: Request) -> RecallReasons:
        declared = self._scene(scene)
        sizes = self.size[declared.item], self.size[declared.person]
        return fake_reasons(request, *sizes, self.seed)

    def near(self, scene: str, item: int, most: int) -> Mapping[str, Candidates]:
        return fake_near(item, most, self.size[self._scene(scene).item])

    def maps(self, scene: str, most: int) -> Mapping[str, ItemMap]:
        return fake_maps(self.size[self._scene(scene).item], most, self.seed)

    def describe(
        self, scene: str, kind: str, rows: Sequence[int], language: Language
    ) -> Sequence[Mapping[str, str]]:
        zh = language == "zh"
        return [
            {
                ("职位" if zh else "Title"): _TITLES[row % len(_TITLES)][zh],
                ("城市" if zh else "City"): _CITIES[row % len(_CITIES)][zh],
                ("薪资" if zh else "Salary"): f"{8 + row % 17}k-{12 + row % 17}k",
                ("经验" if zh else "Experience"): f"{row % 9} {'年' if zh else 'years'}",
            }
            for row in rows
        ]

    def people(self, scene: str, limit: int) -> Sequence[ExternalId]:
        kind = self._scene(scene).person
        return self.externals(scene, kind, np.arange(min(limit, self.size[kind])))

    def log(self, scene: str) -> LogSummary | None:
        random = np.random.default_rng(self.seed)
        first, days = 20_513, 30
        exposures = (100_000 * (1 + 0.15 * np.sin(np.arange(days) * 2 * np.pi / 7))).astype(int)
        rates = {"view": 0.21, "chat": 0.05, "reply": 0.03, "reach": 0.011, "reject": 0.02}
        decay = np.exp(-np.arange(20) / 12)
        return LogSummary(
            days=tuple(iso(first + n) for n in range(days)),
            exposures=tuple(int(n) for n in exposures),
            counts={
                kind: tuple(int(n) for n in exposures * rate * random.uniform(0.95, 1.05, days))
                for kind, rate in rates.items()
            },
            by_position={
                kind: tuple(float(r) for r in 1.6 * rate * decay) for kind, rate in rates.items()
            },
            item_exposures=random.pareto(1.3, self.size["job"]).astype(np.int64),
            people=self.size["seeker"],
            items=self.size["job"],
        )

    def cube(self, scene: str) -> Cube:
        return fake_cube(self._domain, self._scene(scene).name, self.seed)

    def features(self, scene: str) -> Analysis | None:
        return fake_analysis(self.seed)

    def realism(self) -> Mapping[str, Mapping[str, float]]:
        names = (
            "item_gini",
            "activity_gini",
            "sessions_per_day",
            "exposures_per_day",
            "repeat_rate",
        )
        table = {
            "recruiting": (0.71, 0.52, 1.4, 31.0, 0.08),
            "kuairand": (0.78, 0.44, 1.9, 24.0, 0.03),
            "ml-100k": (0.63, 0.47, 1.1, 52.0, 0.0),
        }
        return {source: dict(zip(names, values, strict=True)) for source, values in table.items()}


def _candidates(random: np.random.Generator, items: np.ndarray) -> Candidates:
    scores = np.sort(random.random(len(items)).astype(np.float32))[::-1]
    return Candidates(items.astype(np.int32), scores)


def _quality(auc: float, rate: float) -> TargetQuality:
    predicted = tuple(rate * 2.4 ** (n / 2 - 2.7) for n in range(10))
    observed = tuple(p * (1 + 0.12 * (-1) ** n) for n, p in enumerate(predicted))
    curve = Calibration(predicted, observed, (21_000,) * 10)
    return TargetQuality(auc, auc - 0.09, 0.006, rate * 2.2, 1.02, 210_000, rate, curve, 0.3, 0.28)
