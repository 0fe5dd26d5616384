"""Words of the metric charts, the daily report and the BI page, in English and Chinese."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from twoside.bi.book import Book
    from twoside.charts.texts import Words

BI_WORDS: Words = {
    "none": ("nothing followed", "无后续行为"),
    "not_final": ("not final yet", "尚未成熟"),
    "unknown": ("not known", "未知"),
    "day_after": ("came back {n} days after", "{n} 日后回访"),
    "retained": ("Share of the cohort", "占首日人群比例"),
    "cohort_day": ("First day", "首日"),
    "share_of_exposures_by_label": ("Share of exposures", "曝光占比"),
    "bi_title": ("Daily report", "每日报告"),
    "bi_lead": (
        "Against the day before and the same weekday of last week.",
        "与前一日及上周同日对比。",
    ),
    "bi_colours": (
        "Green is for the better and orange for the worse, whichever way is good for a metric.",
        "绿色表示变好，橙色表示变差，按各指标的好坏方向判定。",
    ),
    "before": ("day before", "前一日"),
    "last_week": ("last week", "上周同日"),
    "no_day": ("no such day", "无该日数据"),
    "bi_trends": ("Trends", "趋势"),
    "bi_trends_lead": ("The days up to this one.", "截至当日的走势。"),
    "bi_funnel": ("Funnel", "漏斗"),
    "bi_funnel_lead": (
        "What happened on this day, and the share of each step in the one before; late answers "
        "belong to earlier exposures.",
        "当日发生的行为及其占上一步的比例；较晚的回应来自更早的曝光。",
    ),
    "bi_labels": ("How far exposures went", "曝光走到哪一步"),
    "bi_labels_lead": (
        "Each exposure counts once, by the last that followed. Pale days are not final yet.",
        "每次曝光按其后最深一步计一次；浅色日期的标签尚未成熟。",
    ),
    "bi_retention": ("Retention", "留存"),
    "bi_retention_lead": (
        "Of those who came for the first time on a day: who came again later? The first days of "
        "a log call everybody new.",
        "某日首次到访者中，之后再来的比例。日志最初几日会把所有人都当作新用户。",
    ),
    "bi_movers": ("Biggest movers since the day before", "较前一日变化最大的维度取值"),
    "bi_movers_lead": (
        "The part of a metric's change that each value brings, its size and its rate together; "
        "the parts of a dimension add up to the whole change.",
        "各取值对指标变化的贡献（体量与比率合计）；同一维度的贡献之和等于总变化。",
    ),
    "again": ("Make it again with", "重新生成："),
    "dimension": ("Dimension", "维度"),
    "value": ("Value", "取值"),
    "metric": ("Metric", "指标"),
    "share_of_change": ("Part of the change", "变化贡献"),
    "on_the_day": ("This day", "当日"),
    "everything": ("Everything", "全部"),
}


def bi_words(book: Book) -> Words:
    """The fixed words, with the domain's own names of metrics (`metric chats`), dimensions
    (`dimension city`) and behaviours."""
    events = {e.name: (e.name.replace("_", " "), e.name_zh or e.name) for e in book.domain.events}
    scenes = {
        f"scene {s.name}": (s.name.replace("_", " "), s.name_zh or s.name)
        for s in book.domain.scenes
    }
    metrics = {f"metric {m.name}": (m.en, m.zh) for m in book.settings.metric}
    dimensions = {f"dimension {d.name}": (d.en, d.zh) for d in book.settings.dimension}
    return {**events, **scenes, **metrics, **dimensions, **BI_WORDS}
