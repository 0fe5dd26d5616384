"""One offline page about the features of a scene: what each is worth, and what is wrong with it.

As the report of a day (`report.py`), everything is inside the file, in both languages.
"""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING, Any

from twoside.charts.feature_drift import feature_drift
from twoside.charts.feature_words import FEATURE_WORDS
from twoside.charts.feature_worth import feature_worth
from twoside.charts.page import filled
from twoside.charts.report import Pad
from twoside.features.analysis.findings import FLAGS
from twoside.schema.calendar import iso

if TYPE_CHECKING:
    from twoside.charts.texts import Language, Words
    from twoside.features.analysis.findings import Analysis, Finding

_HEAD = ("feature", "about", "flags", "best_auc", "coverage", "distinct", "low", "median", "high",
         "psi", "p_value", "iv")  # fmt: skip
_SURE = 1e-16
"""A chance smaller than this is written so: no digit of it means anything."""


def render_features(
    scene: str,
    analysis: Analysis,
    words: Words | None = None,
    command: str = "",
    language: Language = "en",
) -> str:
    """The whole page as HTML. `words` name scenes and labels; `command` makes the page again."""
    pad = Pad({**FEATURE_WORDS, **(words or {})})
    days = [iso(day) for day in analysis.days]
    figures = [pad.draw("worth_title", lambda texts: feature_worth(analysis.features, texts))]
    if len(days) > 1:
        drawn = pad.draw("drift_title", lambda t: feature_drift(analysis.features, days, t))
        figures.append(drawn)
    cards = [("features", f"{len(analysis.features):,}"), ("rows", f"{analysis.rows:,}")]
    cards += [(flag, str(len(analysis.flagged(flag)))) for flag in FLAGS]
    return filled(
        "feature_report.html.j2",
        pad,
        language,
        scene=scene,
        days=days,
        cards=cards,
        figures=figures,
        labels=list(analysis.rates),
        rates=analysis.rates,
        head=_HEAD,
        flags={f: " · ".join(texts(f) for texts in pad.texts.values()) for f in FLAGS},
        rows=[_row(f) for f in sorted(analysis.features, key=lambda f: -f.best_auc)],
        command=command,
        drawn=pad.script(),
    )


def _row(f: Finding) -> dict[str, Any]:
    """Cells as (text, what to sort by), words apart from numbers."""
    numbers = [
        _cell(f.best_auc, "{:.4f}"),
        (f"{f.coverage:.3f}", f.coverage),
        (f"{f.distinct:,}", f.distinct),
        *(_cell(f.quantiles[n], "{:.4g}") for n in (2, 4, 6)),
        _cell(f.drift, "{:.3f}"),
        _cell(f.p_value, "{:.2g}") if f.p_value >= _SURE else (f"<{_SURE:.0e}", f.p_value),
        _cell(f.best_iv, "{:.3f}"),
    ]
    for label, auc in f.auc.items():
        numbers += [_cell(auc, "{:.4f}"), _cell(f.pearson[label], "{:+.3f}")]
    numbers.append((str(f.cluster), f.cluster))
    return {
        "name": f.name,
        "about": f.about,
        "flags": f.flags,
        "numbers": numbers,
        "duplicate_of": f.duplicate_of,
    }


def _cell(value: float, form: str) -> tuple[str, float]:
    return (form.format(value), value) if isfinite(value) else ("–", -1e300)
