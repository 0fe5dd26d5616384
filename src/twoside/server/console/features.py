"""Features: what each is worth alone, what is wrong with it, and one of them looked at closely."""

from __future__ import annotations

import asyncio
from html import escape
from math import isfinite
from typing import TYPE_CHECKING, Any

from nicegui import ui

from twoside.charts.feature_drift import feature_drift
from twoside.charts.feature_words import FEATURE_WORDS
from twoside.charts.feature_worth import feature_worth
from twoside.charts.texts import Texts
from twoside.errors import did_you_mean
from twoside.features.analysis.findings import FLAGS
from twoside.features.analysis.sorted_column import QUANTILES
from twoside.schema.calendar import iso
from twoside.server.console.pieces import card, chart, figures, grid, html, nothing, number, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twoside.features.analysis.findings import Analysis, Finding
    from twoside.server.console.frame import View

_DIGITS = {"coverage": 3, "low": 4, "median": 4, "high": 4, "psi": 3, "iv": 3, "auc": 4}
_ROWS = 15
_SURE = 1e-16
"""A chance smaller than this is written so."""


async def show(view: View) -> None:
    """The page."""
    texts = Texts(view.language, {**view.texts.words, **FEATURE_WORDS})
    found = await asyncio.to_thread(view.desk.service.features, view.scene)
    if found is None:
        nothing(texts("no_features", scene=view.scene))
        return
    label = view.query.get("label", "")
    label = label if label in found.rates else ""
    flag = view.query.get("flag", "")
    days = [iso(day) for day in found.days]
    span = texts("day_span", first=days[0], last=days[-1])
    counts = [
        (texts(name), f"{len(found.flagged(name)):,}", texts(f"{name}_short")) for name in FLAGS
    ]
    figures([(texts("features"), f"{len(found.features):,}", ""),
             (texts("rows"), f"{found.rows:,}", span), *counts])  # fmt: skip
    with grid():
        if view.query.get("feature"):
            await _one(view, found, view.query["feature"], days, texts)
        with card(texts("table_title"), texts("note_features")):
            filtering = _choosing(view, found, label, flag, texts)
            _table(view, found, label, flag, texts).bind_filter_from(filtering, "value")
        with card(texts("worth_title"), texts("note_worth")):
            await chart(feature_worth, found.features, texts)
        if len(days) > 1:
            with card(texts("drift_title"), texts("shifted_means")):
                await chart(feature_drift, found.features, days, texts)


def _choosing(view: View, found: Analysis, label: str, flag: str, texts: Texts) -> ui.input:
    """Which label's figures the table shows, which flag its rows must have, what they must say."""
    labels = {"": texts("best_label"), **{name: texts(name) for name in found.rates}}
    flags = {"": texts("any_flag"), **{name: texts(name) for name in FLAGS}}

    def go(**changed: str) -> None:
        asked = {"label": label, "flag": flag, **changed}
        view.go(**{name: value for name, value in asked.items() if value})

    with ui.element("div").classes("asking"):
        for name, options, value in (("label", labels, label), ("flag", flags, flag)):
            ui.select(
                options,
                value=value if value in options else "",
                label=texts(f"choose_{name}"),
                on_change=lambda change, name=name: go(**{name: change.value}),
            ).props("outlined dense options-dense").classes(f"features-{name}").style(
                "width: 190px"
            )
        return ui.input(placeholder=texts("filter")).props("outlined dense clearable")


def _table(view: View, found: Analysis, label: str, flag: str, texts: Texts) -> ui.table:
    """All features with a flag, sortable by any head."""
    rows = [
        _row(view, feature, label, texts)
        for feature in sorted(found.features, key=lambda f: -_worth(f, label))
        if flag in ("", *feature.flags)
    ]
    heads = {"name": "feature", "about": "about", "flags": "flags", "coverage": "coverage",
             "distinct": "distinct", "low": "low", "median": "median", "high": "high",
             "psi": "psi", "iv": "iv", "auc": "auc"}  # fmt: skip
    if label:
        heads["pearson"] = "pearson"
    heads["cluster"] = "cluster"
    columns = [_column(name, texts(key)) for name, key in heads.items()]
    shown = ui.table(rows=rows, columns=columns, row_key="name", pagination=_ROWS)
    shown.props("flat dense").style("width: 100%")
    shown.props["rows-per-page-label"] = texts("per_page")
    shown.add_slot(
        "body-cell-name",
        "<q-td :props='props'><a class='plain' :href='props.row.link'>{{ props.value }}</a></q-td>",
    )
    shown.add_slot(
        "body-cell-flags",
        "<q-td :props='props'><span v-for='flag in props.row.raised' class='chip warn'>"
        "{{ flag }}</span></q-td>",
    )
    return shown


def _column(name: str, title: str) -> dict[str, Any]:
    """A column of the table; what is not known (null) is a dash."""
    column = {"name": name, "field": name, "label": title, "sortable": True,
              "align": "left" if name in ("name", "about", "flags") else "right"}  # fmt: skip
    if name in ("low", "median", "high"):
        column[":format"] = "v => v == null ? '–' : Number(v.toPrecision(4)).toLocaleString()"
    elif name in _DIGITS:
        column[":format"] = f"v => v == null ? '–' : v.toFixed({_DIGITS[name]})"
    elif name == "pearson":
        column[":format"] = "v => v == null ? '–' : (v < 0 ? '' : '+') + v.toFixed(3)"
    return column


def _row(view: View, f: Finding, label: str, texts: Texts) -> dict[str, object]:
    raised = [texts(flag) for flag in f.flags]
    return {
        "name": f.name,
        "link": view.link(feature=f.name, **({"label": label} if label else {})),
        "about": texts(f.about),
        "flags": " ".join(raised),
        "raised": raised,
        "coverage": f.coverage,
        "distinct": f.distinct,
        "low": _known(f.quantiles[2]),
        "median": _known(f.quantiles[4]),
        "high": _known(f.quantiles[6]),
        "psi": _known(f.drift),
        "iv": _known(f.iv[label] if label else f.best_iv),
        "auc": _known(f.auc[label] if label else f.best_auc),
        "pearson": _known(f.pearson[label]) if label else None,
        "cluster": f.cluster,
    }


def _worth(f: Finding, label: str) -> float:
    """How far the AUC of a label, or the best one, is from one half."""
    found = abs(f.auc[label] - 0.5) if label else f.best_auc
    return found if isfinite(found) else 0.0


def _known(value: float) -> float | None:
    return value if isfinite(value) else None


async def _one(view: View, found: Analysis, name: str, days: Sequence[str], texts: Texts) -> None:
    """One feature closely: figures for every label, quantiles, its days, and what is like it."""
    features = {f.name: f for f in found.features}
    f = features.get(name)
    if f is None:
        nothing(f"{texts('feature')} '{name}': {did_you_mean(name, features)}")
        return
    alike = [other.name for other in found.features if other.cluster == f.cluster]
    with card(f.name, "", "two-thirds" if len(days) > 1 else "wide"):
        _about(view, f, [other for other in alike if other != name], texts)
        head = [texts(key) for key in ("target", "base_rate", "auc", "iv", "pearson")]
        lines = [
            [
                texts(target),
                f"{rate:.2%}",
                number(f.auc[target], 4),
                number(f.iv[target], 3),
                number(f.pearson[target], 3),
            ]
            for target, rate in found.rates.items()
        ]
        table(head, lines)
        if f.type == "number":
            at = [f"{q:.0%}" for q in QUANTILES]
            table([texts("quantile"), *at], [[texts("value"), *map(_short, f.quantiles)]])
    if len(days) > 1:
        with card(texts("one_drift"), "", "third"):
            await chart(feature_drift, [f], days, texts)


def _about(view: View, f: Finding, alike: Sequence[str], texts: Texts) -> None:
    chips = "".join(f"<span class='chip warn'>{escape(texts(flag))}</span>" for flag in f.flags)
    links = "".join(_link(view, other) for other in alike)
    said = {
        texts("flags"): chips or "–",
        texts("about"): f"{escape(texts(f.about))} · {escape(texts(f.type))}",
        texts("coverage"): f"{f.coverage:.1%} · {f.distinct:,} {escape(texts('distinct'))}",
        texts("psi"): f"{f.drift:.3f}",
        texts("p_value"): f"{f.p_value:.2g}" if f.p_value >= _SURE else f"&lt; {_SURE:.0e}",
    }
    if f.duplicate_of:
        said[texts("duplicate_of")] = _link(view, f.duplicate_of)
    if links:
        said[texts("cluster")] = links
    rows = "".join(f"<dt>{escape(key)}</dt><dd>{value}</dd>" for key, value in said.items())
    html(f"<dl class='about'>{rows}</dl><a href='{escape(view.link())}'>"
         f"{escape(texts('look_out'))}</a>")  # fmt: skip


def _link(view: View, name: str) -> str:
    return f"<a class='chip' href='{escape(view.link(feature=name))}'>{escape(name)}</a>"


def _short(value: float) -> str:
    return f"{value:.4g}" if isfinite(value) else "–"
