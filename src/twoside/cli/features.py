"""`twoside features`: what features a scene declares, what each is worth, which to keep."""

from __future__ import annotations

import json
import shlex
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from twoside.cli.output import refuse_missing_folder, say_json
from twoside.cli.progress import Stages

if TYPE_CHECKING:
    from twoside.features.analysis.findings import Analysis
    from twoside.funnel.learn import Declared
    from twoside.schema.samples import Samples

app = typer.Typer(
    help="What features a scene declares, what each is worth, which to keep.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)


SceneName = Annotated[str, typer.Argument(help="Full name, such as recruiting/jobs_for_seeker.")]
LakePath = Annotated[Path, typer.Option("--lake", help="Folder of the lake.")]
Until = Annotated[str, typer.Option(help="Last day looked at, YYYY-MM-DD.")]
Rows = Annotated[int, typer.Option(min=1_000, help="Most rows looked at.")]
Wide = Annotated[bool, typer.Option(help="Of the whole catalogue, not what the funnel reads.")]
Seed = Annotated[int, typer.Option(help="The same seed gives the same result.")]
_ROWS = 200_000
"""Of a report, unless told otherwise."""
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")]


@app.callback()
def features() -> None:
    """What features a scene declares, what each is worth, which to keep."""


@app.command("list")
def list_features(
    where: Annotated[str, typer.Argument(help="A domain, or a scene: recruiting/jobs_for_seeker.")],
    kind: Annotated[str, typer.Option(help="Only this kind, such as statistic, or Rate.")] = "",
    about: Annotated[
        str, typer.Option(help="Only about person, item, pair, request; or about job, seeker ...")
    ] = "",
    served: Annotated[bool, typer.Option(help="Only those that the shipped funnel reads.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
) -> None:
    """Name, kind, whom it is about, unit, window, events, source, meaning and since when."""
    from twoside.domains import catalogue

    chosen = [where] if "/" in where else catalogue.scenes_of(where)
    rows = [row for scene in chosen for row in _lines(scene, served=served)]
    rows = [row for row in rows if _is(row, kind, about)]
    if as_json:
        sys.stdout.write(json.dumps(rows, indent=1) + "\n")
        return
    table = Table(title=f"{where}: {len(rows)} features")
    for name in rows[0] if rows else ():
        table.add_column(name)
    for row in rows:
        table.add_row(*[str(value) for value in row.values()])
    Console().print(table)


def _lines(scene: str, *, served: bool) -> list[dict[str, object]]:
    """The catalogue of a scene, each line with the scene and whether its funnel reads it."""
    from twoside.domains import catalogue
    from twoside.features.describe import described

    read = {f.name for f in catalogue.features(scene)}
    domain, short = catalogue.split(scene)
    since = catalogue.since(domain.name)
    features = [f for f in catalogue.wide(scene) if not served or f.name in read]
    return [
        {"scene": scene, **vars(line), "since": since.of(line.name), "served": line.name in read}
        for line in described(features, domain.scene(short))
    ]


def _is(row: dict[str, object], kind: str, about: str) -> bool:
    """Does a line pass the filters? A group counts as what it is of: `job.boss` is about job."""
    named = {part.strip().partition(".")[0] for part in str(row["source"]).split(",")}
    named |= {part.strip().partition(".")[2] for part in str(row["source"]).split(",")}
    return kind.lower() in ("", str(row["kind"]), str(row["form"]).lower()) and (
        about in ("", row["about"]) or about in named
    )


@app.command()
def report(
    scene: SceneName,
    lake: LakePath,
    until: Until,
    out: Annotated[Path | None, typer.Option(help="An HTML page, to open offline.")] = None,
    rows: Rows = _ROWS,
    wide: Wide = False,
    seed: Seed = 7,
    as_json: AsJson = False,
) -> None:
    """What each feature is worth, and what is noise, repeated, shifted or leaking. The result is
    kept among the lake's runs, where the console finds it."""
    from twoside.charts.feature_report import render_features
    from twoside.store.runs import Runs

    if out:
        refuse_missing_folder(out)
    stages = Stages()
    declared, samples = _samples(scene, lake, until, rows, seed, stages, wide=wide)
    found = _analysed(declared, samples, stages)
    record = {"until": until, **found.as_json()}
    now_ms = int(time.time() * 1000)
    Runs(declared.lake.root / "runs").save(f"features/{declared.name}", now_ms, record)
    if out:
        command = shlex.join(
            ["twoside", "features", "report", scene, "--lake", lake.name, "--until", until]
            + (["--rows", str(rows)] if rows != _ROWS else [])
            + (["--wide"] if wide else [])
        )
        page = render_features(scene, found, command=command)
        out.write_text(page, encoding="utf-8")
        stages.say(f"{out}: open it in a browser")
    if as_json:
        say_json({"scene": scene, **record})
        return
    table = Table(title=f"{scene}: {len(found.features)} features over {found.rows:,} rows")
    table.add_column("feature", overflow="fold")
    for name in ("coverage", "best AUC", "IV", "PSI"):
        table.add_column(name, justify="right")
    table.add_column("flags")
    for f in sorted(found.features, key=lambda f: -f.best_auc):
        figures = (f"{f.coverage:.3f}", f"{f.best_auc:.4f}", f"{f.best_iv:.3f}", f"{f.drift:.3f}")
        table.add_row(f.name, *figures, ", ".join(f.flags))
    Console().print(table)


@app.command()
def select(
    scene: SceneName,
    lake: LakePath,
    until: Until,
    out: Annotated[Path, typer.Option(help="The TOML that [training] features names.")],
    keep: Annotated[int, typer.Option(min=0, help="Features to keep; 0: a quarter.")] = 0,
    budget: Annotated[float, typer.Option(help="Seconds for the methods.")] = float("inf"),
    rows: Rows = 100_000,
    wide: Wide = False,
    seed: Seed = 7,
    as_json: AsJson = False,
) -> None:
    """Choose features by several methods and elimination after them. Run again, it goes on where it
    was stopped: scores and rounds are kept in a folder beside the file."""
    from twoside.features.selection.choose import Choosing, choose
    from twoside.features.selection.selected import Selected
    from twoside.store.kept import Kept

    refuse_missing_folder(out)
    stages = Stages()
    declared, samples = _samples(scene, lake, until, rows, seed, stages, wide=wide)
    targets = _targets(declared)
    kept = Kept(out.parent / f"{out.stem}.scores")
    found = _analysed(declared, samples, stages)
    chosen = choose(
        samples, found, targets, Choosing(keep, rows=rows), seed, stages,
        kept, budget,
    )  # fmt: skip
    selected = Selected(scene, until, chosen.features, chosen.methods, chosen.left_out)
    out.write_text(selected.toml(), encoding="utf-8")
    if as_json:
        say_json({"scene": scene, "until": until, "out": str(out), **chosen.as_json()})
        return
    late = f"; no time for {', '.join(chosen.left_out)}" if chosen.left_out else ""
    steps = (*chosen.methods, *({"elimination"} - {*chosen.left_out}))
    sys.stdout.write(
        f"{out}: {len(chosen.features)} of {len(samples.columns)} features "
        f"by {', '.join(steps)}{late}\n"
    )


@app.command()
def build(
    scene: SceneName,
    lake: LakePath,
    first: Annotated[str, typer.Option("--from", help="First day; empty: the lake's last.")] = "",
    last: Annotated[str, typer.Option("--to", help="Last day; empty: the lake's last.")] = "",
    memory: Annotated[str, typer.Option(help="Most memory of DuckDB; past it, it spills.")] = "2GB",
    engine: Annotated[str, typer.Option(help="local, or spark, which writes to --out.")] = "local",
    out: Annotated[str, typer.Option(help="Of Spark: a folder, or hdfs:///... and the like.")] = "",
    as_json: AsJson = False,
) -> None:
    """Bring the feature tables of some days up to date: the whole catalogue of every exposure, by
    day. Only what is new or has changed is computed; a stopped build goes on where it was. With
    `[training] tables = true` a funnel reads them.

    With `--engine spark` the days are computed and written by Spark (Java 17, `twoside[spark]`),
    all of them, as the partitions dt=... of --out; spark-submit's settings choose the cluster."""
    from twoside.domains import catalogue
    from twoside.errors import ConfigError, DataError, did_you_mean
    from twoside.samples.daily import FeatureTables
    from twoside.schema.calendar import day_number, iso

    if engine not in ("local", "spark"):
        known = did_you_mean(engine, ("local", "spark"))
        raise ConfigError(f"--engine: there is no engine '{engine}'. {known}")
    if (engine == "spark") != bool(out):
        raise ConfigError(
            f"--engine {engine} --out '{out}': Spark writes to --out, the local engine to the "
            "lake. Give both --engine spark and --out, or neither."
        )
    declared = catalogue.declared(scene, lake)
    known_days = declared.lake.days("exposures")
    if not known_days:
        raise DataError(f"{lake}: no exposures. Import them first.")
    end = day_number(last, "--to") if last else known_days[-1]
    begin = day_number(first, "--from") if first else end
    whole = declared.wide or declared.features
    tables = FeatureTables.of(declared.lake, declared.domain, declared.scene.name, whole)
    days = tables.days(begin, end)
    if engine == "spark":
        from twoside.features.engines import spark
        from twoside.samples import on_spark

        with spark.engine() as running:
            built = on_spark.write(running, tables, begin, end, out)
    else:
        with Stages()("build features") as tick:
            built = tables.build(begin, end, tick, memory_limit=memory)
    rows = [
        {"day": iso(d), "built": d in built, "missing": [iso(m) for m in tables.missing(d)]}
        for d in days
    ]
    if as_json:
        say_json({"scene": scene, "features": len(whole), "days": rows})
        return
    sys.stdout.write(f"{scene}: {len(whole)} features, {len(built)} of {len(days)} days built\n")
    short = [row for row in rows if row["missing"]]
    if short:
        sys.stdout.write(
            f"{len(short)} days have windows that reach past the log: see the columns "
            "coverage_<days>d\n"
        )


def _samples(
    scene: str, lake: Path, until: str, rows: int, seed: int, stages: Stages, *, wide: bool
) -> tuple[Declared, Samples]:
    """Training rows of the scene's funnel with the features that it reads, or the whole
    catalogue."""
    from dataclasses import replace

    from twoside.domains import catalogue
    from twoside.funnel.learn import training_samples
    from twoside.schema.calendar import day_number

    declared, settings = catalogue.declared(scene, lake), catalogue.settings(scene)
    if wide:
        declared = replace(declared, features=declared.wide)
    settings = replace(settings, training=replace(settings.training, rows=rows))
    day = day_number(until, "--until")
    return declared, training_samples(declared, settings, day, seed, stages)


def _targets(declared: Declared) -> tuple[str, ...]:
    """The targets that the scene's funnel learns."""
    from twoside.domains import catalogue

    return declared.targets(catalogue.settings(declared.name).training.targets)


def _analysed(declared: Declared, samples: Samples, stages: Stages) -> Analysis:
    from twoside.features.analysis.analyse import analyse
    from twoside.features.definition import look_back_days

    named = {f.name: f for f in declared.features}
    look_back = {name: look_back_days(f, named) for name, f in named.items()}

    with stages("analyse features") as tick:
        return analyse(samples, tick=tick, look_back=look_back)
