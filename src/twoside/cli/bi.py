"""`twoside bi`: metrics by day, from the cube of a lake."""

from __future__ import annotations

import csv
import io
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from twoside.cli.output import refuse_missing_folder, say_json
from twoside.cli.progress import Stages
from twoside.errors import ConfigError, did_you_mean
from twoside.schema.calendar import day_number, iso

if TYPE_CHECKING:
    from twoside.bi.ask import Answer, Cube

app = typer.Typer(
    help="Metrics by day: build their cube, show one, write the daily report.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)

LakePath = Annotated[Path, typer.Option("--lake", help="Folder of the lake.")]
ConfigPath = Annotated[
    Path | None, typer.Option("--config", help="A metrics.toml; the domain's own without it.")
]
SceneName = Annotated[str, typer.Option(help="Short name of the scene; the domain's first.")]
_MOST = 20
"""Values of a dimension in the printed table; --json and --csv have all."""


@app.command()
def build(
    lake: LakePath,
    days: Annotated[int | None, typer.Option(help="Only the last N days.")] = None,
    config: ConfigPath = None,
) -> None:
    """Bring the cube up to date: days whose files have changed are counted again."""
    from twoside.bi.build import build as build_cube
    from twoside.domains import catalogue
    from twoside.store.lake import Lake

    opened = Lake.open(lake)
    book = catalogue.metrics(opened.domain, config)
    with Stages()("cube") as tick:
        done = build_cube(opened, book, days, tick)
    span = f", {iso(done[0])} to {iso(done[-1])}" if done else ""
    sys.stdout.write(f"{lake}: {len(done)} days built{span}\n")


@app.command()
def show(
    metric: Annotated[str, typer.Argument(help="Its name; `list` shows all.")],
    lake: LakePath,
    by: Annotated[str, typer.Option(help="A dimension to split by, such as city.")] = "",
    where: Annotated[list[str] | None, typer.Option(help="dimension=value, may repeat.")] = None,
    first: Annotated[str, typer.Option("--from", help="First day; the cube's first.")] = "",
    last: Annotated[str, typer.Option("--to", help="Last day; the cube's last.")] = "",
    scene: SceneName = "",
    config: ConfigPath = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
    as_csv: Annotated[Path | None, typer.Option("--csv", help="Write the rows to a file.")] = None,
) -> None:
    """A metric by day and over all of the days, split by a dimension if one is named."""
    from twoside.bi.ask import Question
    from twoside.domains import catalogue

    if metric == "list":
        _list(lake, config)
        return
    cube = catalogue.cube(lake, scene, config)
    built = cube.days()
    begin = day_number(first, "--from") if first else built[0]
    end = day_number(last, "--to") if last else built[-1]
    answer = cube.ask(Question(metric, begin, end, by, _given(where or [])))
    if as_csv is not None:
        refuse_missing_folder(as_csv, "--csv")
        as_csv.write_text(csv_text(answer, by), encoding="utf-8")
        sys.stdout.write(f"{as_csv}: {len(answer.series)} series of {len(answer.days)} days\n")
    elif as_json:
        say_json(_record(answer, cube, by))
    else:
        _print(answer, by)


@app.command()
def report(
    lake: LakePath,
    day: Annotated[str, typer.Option(help="The day that it is about, YYYY-MM-DD.")],
    out: Annotated[Path, typer.Option(help="The HTML file to write.")],
    scene: SceneName = "",
    config: ConfigPath = None,
    language: Annotated[str, typer.Option(help="Shown first: en or zh; both are inside.")] = "en",
) -> None:
    """A day against the day before and the same weekday of last week, as one offline page."""
    from twoside.charts.bi_report import render
    from twoside.domains import catalogue

    if language not in ("en", "zh"):
        raise ConfigError(f"--language = '{language}'. {did_you_mean(language, ('en', 'zh'))}")
    refuse_missing_folder(out)
    cube = catalogue.cube(lake, scene, config)
    page = render(cube, day_number(day, "--day"), "zh" if language == "zh" else "en")
    out.write_text(page, encoding="utf-8")
    sys.stdout.write(f"{out}: {day}, {cube.scene}\n")


def csv_text(answer: Answer, by: str) -> str:
    """A row a day and value, with numerator and denominator, so that it can be added up again."""
    from twoside.bi.export import rows

    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows(rows(answer, by))
    return text.getvalue()


def _given(pairs: list[str]) -> dict[str, str]:
    found = {}
    for pair in pairs:
        name, sign, word = pair.partition("=")
        if not sign:
            raise ConfigError(f"--where = '{pair}': expected dimension=value, such as city=杭州.")
        found[name] = word
    return found


def _list(lake: Path, config: Path | None) -> None:
    from twoside.domains import catalogue
    from twoside.store.lake import Lake

    book = catalogue.metrics(Lake.open(lake).domain, config)
    table = Table(title=f"metrics of {book.domain.name}")
    for name in ("metric", "name", "名称", "is", "good"):
        table.add_column(name)
    for one in book.defined.values():
        below = f" / {one.denominator}" if one.denominator else ""
        metric = one.metric
        table.add_row(
            metric.name, metric.en, metric.zh, f"{one.numerator}{below}", metric.direction
        )
    Console().print(table)


def _record(answer: Answer, cube: Cube, by: str) -> dict[str, object]:
    return {
        "scene": f"{cube.book.domain.name}/{cube.scene}",
        "metric": answer.metric.name,
        "by": by or None,
        "days": [iso(day) for day in answer.days],
        "series": [
            {
                "value": one.word if by else None,
                "total": one.value,
                "numerator": one.numerator,
                "denominator": one.denominator,
                "by_day": one.values.tolist(),
            }
            for one in answer.series
        ],
    }


def _print(answer: Answer, by: str) -> None:
    from twoside.bi.export import shown

    first, last = iso(answer.days[0]), iso(answer.days[-1])
    table = Table(title=f"{answer.metric.en}, {first} to {last}")
    table.add_column(by or "day")
    for name in (answer.metric.name, "numerator", "denominator"):
        table.add_column(name, justify="right")
    if by:
        for one in answer.series[:_MOST]:
            below = "" if one.denominator is None else f"{one.denominator:,.0f}"
            table.add_row(one.word, shown(answer.metric, one.value), f"{one.numerator:,.0f}", below)
    else:
        (one,) = answer.series
        for n, day in enumerate(answer.days):
            below = "" if one.denominators is None else f"{one.denominators[n]:,.0f}"
            value = shown(answer.metric, float(one.values[n]))
            table.add_row(iso(day), value, f"{one.numerators[n]:,.0f}", below)
        below = "" if one.denominator is None else f"{one.denominator:,.0f}"
        table.add_row("all", shown(answer.metric, one.value), f"{one.numerator:,.0f}", below)
    Console().print(table)
    if len(answer.series) > _MOST and by:
        Console().print(f"{len(answer.series) - _MOST} more: see --json or --csv")
