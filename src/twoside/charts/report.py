"""One offline page that tells a whole marketplace day: figures, charts, and how to get them again.

Everything is inside the file: Plotly's script once, every figure in both languages as JSON, no
outside address. It opens from a mail, without a server and without internet.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import isnan
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from twoside.charts.arms import arms
from twoside.charts.calibration import calibration
from twoside.charts.channels import channels
from twoside.charts.durations import durations
from twoside.charts.label_rates import label_rates
from twoside.charts.lorenz import lorenz
from twoside.charts.page import filled
from twoside.charts.positions import positions
from twoside.charts.ranker import ranker
from twoside.charts.realism import realism
from twoside.charts.report_words import REPORT_WORDS
from twoside.charts.stages import stages
from twoside.charts.texts import Texts

if TYPE_CHECKING:
    from collections.abc import Callable

    import plotly.graph_objects as go

    from twoside.charts.texts import Language, Words
    from twoside.metrics.logs import LogSummary
    from twoside.schema.evaluation import Evaluation, PlayResult

LANGUAGES: tuple[Language, Language] = ("en", "zh")


@dataclass(frozen=True)
class ReportData:
    """All that a report may tell; what is empty is left out."""

    evaluations: Sequence[Evaluation] = ()
    plays: Sequence[PlayResult] = ()
    days: Mapping[str, LogSummary] = field(default_factory=dict)
    """By scene"""
    realism: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    """Source -> statistic -> value"""
    seconds: Mapping[str, float] = field(default_factory=dict)
    """Wall time of each step of the whole run"""
    peak_gb: float = float("nan")
    commands: Mapping[str, str] = field(default_factory=dict)
    """Section (a scene, `play <scene>`, `days <scene>`, `realism`, `seconds`) -> the command that
    makes its numbers"""
    words: Words = field(default_factory=dict)
    """Names of scenes, targets and models in both languages"""
    scale: str = ""
    """What was run, in a line: sizes, seed"""


@dataclass(frozen=True)
class _Figure:
    id: str
    title: str
    height: int


class Pad:
    """Collects the figures of a report in both languages; hands out their places."""

    def __init__(self, words: Words) -> None:
        self.texts = {language: Texts(language, words) for language in LANGUAGES}
        self.drawn: dict[str, dict[str, Any]] = {}

    def draw(self, title: str, make: Callable[[Texts], go.Figure]) -> _Figure:
        """Keep a figure made with the words of each language; `title` is a key of the words."""
        name = f"figure-{len(self.drawn)}"
        figures = {language: make(texts) for language, texts in self.texts.items()}
        self.drawn[name] = {code: figure.to_json() for code, figure in figures.items()}
        return _Figure(name, title, int(figures["en"].layout.height))

    def script(self) -> Markup:
        """The figures as a JavaScript object. `</` would end the script: it is escaped."""
        entries = ", ".join(
            f'"{name}": {{{", ".join(f"{code}: {json}" for code, json in both.items())}}}'
            for name, both in self.drawn.items()
        )
        return Markup("{" + entries.replace("</", "<\\/") + "}")


def render(data: ReportData, language: Language = "en") -> str:
    """The whole page as HTML. Both languages are inside; `language` is the one shown first."""
    words = {**REPORT_WORDS, **data.words}
    pad = Pad(words)
    sections = [
        *(_scene(evaluation, data, pad) for evaluation in data.evaluations),
        *(_play(play, data, pad) for play in data.plays),
        *(_days(scene, days, data, pad) for scene, days in data.days.items()),
    ]
    if data.realism:
        figure = pad.draw("realism_title", lambda texts: realism(data.realism, texts))
        sections.append(_section("realism_title", "", "realism_lead", data, "realism", [figure]))
    if data.seconds:
        figure = pad.draw("seconds_title", lambda texts: durations(data.seconds, "seconds", texts))
        sections.append(_section("seconds_title", "", "seconds_lead", data, "seconds", [figure]))
    return filled(
        "report.html.j2",
        pad,
        language,
        data=data,
        cards=_cards(data),
        sections=sections,
        figures=pad.script(),
    )


def _cards(data: ReportData) -> list[tuple[str, str, str, str]]:
    """(label key, value, key of what stands below, name in it) of the key figures."""
    cards = []
    for evaluation in data.evaluations:
        models = {m: q for m, q in evaluation.rank.items() if m != "prerank" and q}
        if models:
            target = next(iter(next(iter(models.values()))))
            best = max(models, key=lambda name: models[name][target].gauc)
            quality = models[best][target]
            value = f"{quality.auc:.3f} / {quality.gauc:.3f}"
            cards.append(("card_rank", value, evaluation.scene, target))
        if "merged" in evaluation.recall:
            value = f"{evaluation.recall['merged'].recall_500:.3f}"
            cards.append(("card_recall", value, evaluation.scene, ""))
    for play in data.plays:
        cards.append(("card_play", f"{play.share_of_oracle:.0%}", play.scene, ""))
    if data.seconds:
        total = sum(data.seconds.values())
        cards.append(("card_time", f"{total:,.0f} s", "card_time_below", ""))
    if data.peak_gb == data.peak_gb:
        cards.append(("card_memory", f"{data.peak_gb:.1f} GB", "card_memory_below", ""))
    return cards


def _figure(value: float) -> str:
    return "–" if isnan(value) else f"{value:.3f}"


def _section(
    title: str,
    scene: str,
    lead: str,
    data: ReportData,
    command: str,
    figures: Sequence[_Figure],
    tables: Sequence[Mapping[str, Any]] = (),
    **values: object,
) -> dict[str, Any]:
    return {
        "title": title,
        "scene": scene,
        "lead": lead,
        "said": values,
        "command": data.commands.get(command, ""),
        "figures": figures,
        "tables": tables,
    }


def _scene(evaluation: Evaluation, data: ReportData, pad: Pad) -> dict[str, Any]:
    targets = list(dict.fromkeys(t for q in evaluation.rank.values() for t in q))
    figures = [
        pad.draw("stages_title", lambda texts: stages(evaluation.stages, texts)),
        pad.draw("channels_title", lambda texts: channels(evaluation.recall, texts)),
        pad.draw("ranker_title", lambda texts: ranker(evaluation.rank, texts)),
    ]
    if targets:
        curves = {m: q[targets[0]].curve for m, q in evaluation.rank.items() if targets[0] in q}
        figures.append(pad.draw("calibration_title", lambda texts: calibration(curves, texts)))
    recall_rows = [
        [name, *(_figure(v) for v in (q.recall_100, q.recall_500, q.coverage, q.gini, q.unique))]
        for name, q in evaluation.recall.items()
    ]
    rank_rows = [
        [
            model,
            target,
            f"{q.auc:.4f}",
            f"{q.gauc:.4f} ± {q.gauc_error:.4f}",
            _figure(q.map),
            f"{q.logloss:.4f}",
            f"{q.calibration:.3f}",
        ]
        for model, by_target in evaluation.rank.items()
        for target, q in by_target.items()
    ]
    tables = [
        {
            "head": ["channel", "Recall@100", "Recall@500", "coverage", "gini", "unique"],
            "rows": recall_rows,
        },
        {
            "head": ["model", "target", "auc", "gauc", "map", "logloss", "calibration"],
            "rows": rank_rows,
        },
    ]
    return _section(
        "scene_title",
        evaluation.scene,
        "scene_lead",
        data,
        evaluation.scene,
        figures,
        tables,
        until=evaluation.train_until,
        days=evaluation.tested_on,
        rows=f"{evaluation.exposures.get('fit', 0):,}",
    )


def _play(play: PlayResult, data: ReportData, pad: Pad) -> dict[str, Any]:
    figure = pad.draw("arms_title", lambda texts: arms(play, texts))
    rows = [
        [name, f"{arm.mean:.4f}", f"{arm.low:.4f} – {arm.high:.4f}"]
        for name, arm in play.arms.items()
    ]
    table = {"head": ["arm", "per_person_day", "interval"], "rows": rows}
    return _section(
        "play_title",
        play.scene,
        "play_lead",
        data,
        f"play {play.scene}",
        [figure],
        [table],
        people=f"{play.people:,}",
        days=play.days,
    )


def _days(scene: str, logged: LogSummary, data: ReportData, pad: Pad) -> dict[str, Any]:
    figures = [
        pad.draw(
            "labels_title",
            lambda texts: label_rates(logged.days, logged.exposures, logged.counts, texts),
        )
    ]
    if logged.by_position:
        rates = logged.by_position
        figures.append(pad.draw("positions_title", lambda texts: positions(rates, texts)))
    counts = {scene: logged.item_exposures}
    figures.append(pad.draw("lorenz_title", lambda texts: lorenz(counts, texts)))
    total = f"{sum(logged.exposures):,}"
    return _section(
        "days_title",
        scene,
        "days_lead",
        data,
        f"days {scene}",
        figures,
        exposures=total,
        days=len(logged.days),
    )
