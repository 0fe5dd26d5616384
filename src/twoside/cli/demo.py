"""`twoside demo`: a whole marketplace day on a real log and in a world, with a report."""

from __future__ import annotations

import resource
import shutil
import time
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from twoside.cli.output import say_json
from twoside.cli.progress import Stages
from twoside.errors import ConfigError

if TYPE_CHECKING:
    from twoside.funnel.learn import Declared
    from twoside.funnel.replay import Evaluated
    from twoside.funnel.settings import FunnelSettings
    from twoside.metrics.logs import LogSummary
    from twoside.schema.evaluation import Evaluation, PlayResult

app = typer.Typer(
    help="A whole marketplace day on a real log and in a world, with a report.",
    pretty_exceptions_enable=False,
    add_completion=False,
)

FEED = "feed/videos_for_viewer"
WORLD = ("recruiting/jobs_for_seeker", "recruiting/seekers_for_boss")
_TEST_SHARE = 0.1
"""The last days of a real log that hold at least this share of its exposures are for judging."""
_TEST_DAYS = 2
"""Days of the world that are for judging."""


@app.command()
def demo(
    out: Annotated[Path, typer.Option(help="Folder for lakes and report; made anew.")] = Path(
        "demo"
    ),
    feed: Annotated[
        Path | None, typer.Option(help="Mapping of another real log; needs --data.")
    ] = None,
    data: Annotated[Path | None, typer.Option(help="Folder of that log's files.")] = None,
    seekers: Annotated[int, typer.Option(min=20, help="Size of the world.")] = 20_000,
    jobs: Annotated[int, typer.Option(min=20)] = 10_000,
    days: Annotated[int, typer.Option(min=8)] = 30,
    rows: Annotated[int, typer.Option(min=1000, help="Exposures a model learns from.")] = 60_000,
    players: Annotated[int, typer.Option(min=1, help="People in closed loop, a scene.")] = 1500,
    play_days: Annotated[int, typer.Option(min=1)] = 2,
    seed: Annotated[int, typer.Option(help="The same seed gives the same result.")] = 7,
    accept_licence: Annotated[
        bool, typer.Option("--accept-licence", help="Accept the data set's licence unasked.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """Import a real log and make a world; learn, judge, play; write one offline report."""
    if (feed is None) != (data is None):
        raise ConfigError("demo: --feed MAPPING and --data DIR go together. Give both or none.")
    began, stages = time.perf_counter(), Stages()
    if out.exists():
        _clear(out)
    files_of_feed = _files(out, feed, data, stages, accept_licence=accept_licence)
    told = [_feed(out, *files_of_feed, rows, seed, stages)]
    more, plays = _world(out, (seekers, jobs, days), rows, (players, play_days), seed, stages)
    seconds = time.perf_counter() - began
    peak_gb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    done = Done([*told, *more], plays, stages.seconds, seconds, peak_gb)
    scale = f"{seekers} seekers, {jobs} jobs, {days} days, seed {seed}"
    size = f" --seekers {seekers} --jobs {jobs} --days {days} --seed {seed}"
    (out / "report.html").write_text(_report(done, scale, size, feed), encoding="utf-8")
    if as_json:
        say_json(done.as_json())
    else:
        _tell(done, out, Console())


@dataclass(frozen=True)
class Told:
    """What the demo found of one scene."""

    declared: Declared
    evaluation: Evaluation
    log: LogSummary


@dataclass(frozen=True)
class Done:
    """Everything that the demo found; the real log's scene comes first."""

    told: list[Told]
    plays: list[PlayResult]
    steps: dict[str, float]
    seconds: float
    peak_gb: float

    def as_json(self) -> dict[str, Any]:
        """The machine contract."""
        feed = self.told[0].evaluation.as_json()
        return {
            "seconds": round(self.seconds, 1),
            "peak_gb": round(self.peak_gb, 2),
            "feed": {name: feed[name] for name in ("recall", "rank")},
            "world": {
                play.scene: {name: arm.mean for name, arm in play.arms.items()}
                for play in self.plays
            },
        }


def _clear(out: Path) -> None:
    """Only what a demo has made may be removed."""
    known = {"data", "feed", "world", "world.truth", "report.html"}
    foreign = sorted(entry.name for entry in out.iterdir() if entry.name not in known)
    if foreign:
        raise ConfigError(
            f"demo: {out} holds {foreign[0]}, which no demo made. Choose another folder with --out."
        )
    for name in known - {"data"}:
        path = out / name
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def _files(
    out: Path, mapping: Path | None, data: Path | None, stages: Stages, *, accept_licence: bool
) -> tuple[Path, Path]:
    """The mapping and the folder of the real log: MovieLens-100K if no other is named."""
    from twoside.cli.data import fetch_set
    from twoside.store.datasets import data_set

    stages.say("A real log")
    if mapping is not None and data is not None:
        return mapping, data
    folder = out / "data" / "ml-100k"
    fetch_set(data_set("ml-100k"), folder, accept_licence, stages)
    return _mapping(), folder


def _feed(out: Path, mapping: Path, data: Path, rows: int, seed: int, stages: Stages) -> Told:
    from twoside.cli.import_ import import_into
    from twoside.domains import catalogue

    lake = out / "feed"
    import_into(mapping, data, lake, stages)
    declared = catalogue.declared(FEED, lake)
    return _evaluated(declared, rows, _split_day(declared), seed, stages)[1]


def _world(
    out: Path,
    size: tuple[int, int, int],
    rows: int,
    game: tuple[int, int],
    seed: int,
    stages: Stages,
) -> tuple[list[Told], list[PlayResult]]:
    from twoside.cli.world import played
    from twoside.domains import catalogue
    from twoside.domains.recruiting import keeping
    from twoside.domains.recruiting.settings import WorldSettings
    from twoside.funnel.live import catch_up

    seekers, jobs, days = size
    settings = WorldSettings(seekers=seekers, jobs=jobs, days=days, seed=seed)
    lake = out / "world"
    stages.say("\nA recruiting world")
    with stages("make the world") as tick:
        _, world = keeping.make(settings, lake, tick)
    evaluated, plays = [], []
    for scene in WORLD:
        stages.say(f"\n{scene}")
        declared = catalogue.declared(scene, lake)
        last = declared.lake.days("exposures")[-1]
        done, told = _evaluated(declared, rows, last - _TEST_DAYS, seed, stages)
        evaluated.append(told)
        with stages("live state"):
            catch_up(declared, done.funnel, done.day, last + 1)
        plays.append(played(declared, world, done.funnel, *game, seed, stages))
    return evaluated, plays


def _evaluated(
    declared: Declared, rows: int, until_day: int, seed: int, stages: Stages
) -> tuple[Evaluated, Told]:
    from twoside.cli.funnel import evaluated
    from twoside.domains import catalogue
    from twoside.funnel.replay import Effort
    from twoside.funnel.summary import summed_up

    settings = _once(catalogue.settings(declared.name))
    settings = replace(settings, training=replace(settings.training, rows=rows))
    effort = Effort(recall_questions=2000, test_rows=rows // 2)
    done = evaluated(declared, settings, until_day, seed, stages, publish=True, effort=effort)
    return done, Told(declared, done.evaluation, summed_up(declared))


def _once(settings: FunnelSettings) -> FunnelSettings:
    """Every rank model learned once: other draws of the same one are for who has more time."""
    draws = [str(table["name"]) for table in settings.rank if "name" in table]
    return replace(
        settings,
        rank=tuple(table for table in settings.rank if "name" not in table),
        blend=tuple(name for name in settings.blend if name not in draws),
    )


def _split_day(declared: Declared) -> int:
    """The last day to learn from: the days after it hold `_TEST_SHARE` of the exposures."""
    lake = declared.lake
    days = lake.days("exposures")
    shown = [lake.read("exposures", day, day, ["request_id"]).num_rows for day in days]
    after = 0
    for day, number in zip(reversed(days[1:]), reversed(shown[1:]), strict=True):
        after += number
        if after >= _TEST_SHARE * sum(shown):
            return day - 1
    return days[0]


def _mapping() -> Path:
    """The mapping of MovieLens-100K that twoside ships with."""
    shipped = Path(str(files("twoside"))) / "examples" / "feed" / "ml-100k.toml"
    return shipped if shipped.exists() else Path(__file__).parents[3] / "examples/feed/ml-100k.toml"


def _report(done: Done, scale: str, size: str, feed: Path | None) -> str:
    from twoside.charts.report import ReportData, render

    demo = "twoside demo" + (f" --feed {feed} --data DIR" if feed else "") + size
    commands = {"realism": demo, "seconds": demo}
    for told in done.told:
        name = told.declared.name
        until = told.evaluation.train_until
        commands[name] = f"twoside funnel evaluate {name} --lake LAKE --train-until {until}"
        commands[f"days {name}"] = commands[f"play {name}"] = demo
    return render(
        ReportData(
            evaluations=[told.evaluation for told in done.told],
            plays=done.plays,
            days={told.declared.name: told.log for told in done.told},
            realism={told.declared.name: told.log.traits for told in done.told},
            seconds=done.steps,
            peak_gb=done.peak_gb,
            commands=commands,
            scale=scale,
        )
    )


def _tell(done: Done, out: Path, console: Console) -> None:
    """The short table, and where to look further."""
    table = Table(title="twoside demo")
    for name in ("scene", "what", "value"):
        table.add_column(name, justify="right" if name == "value" else "left")
    for told in done.told:
        name, found = told.declared.name, told.evaluation
        recall = {channel: q.recall_500 for channel, q in found.recall.items()}
        best = max((c for c in recall if c != "merged"), key=recall.__getitem__)
        table.add_row(name, "recall@500 of the merged list", f"{recall['merged']:.3f}")
        table.add_row("", f"recall@500 of the best channel, {best}", f"{recall[best]:.3f}")
        for model, targets in found.rank.items():
            goal = next(iter(targets))
            figures = f"{targets[goal].auc:.3f} / {targets[goal].gauc:.3f}"
            table.add_row("", f"{model}: AUC / GAUC of {goal}", figures)
    for play in done.plays:
        for name, arm in play.arms.items():
            table.add_row(
                play.scene if name == "random" else "",
                f"closed loop, {name}: reaches per person and day",
                f"{arm.mean:.4f} ({arm.low:.4f} to {arm.high:.4f})",
            )
        table.add_row("", "share of the way to the oracle", f"{play.share_of_oracle:.2f}")
    console.print(table)
    console.print(f"{done.seconds:.0f} s, {done.peak_gb:.2f} GB at most")
    console.print(f"report:  {out / 'report.html'}  (opens without a server)")
    console.print(f"console: twoside serve --lake {out / 'feed'} --lake {out / 'world'}")
