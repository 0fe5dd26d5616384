"""`twoside world`: make a market whose truth is known, and play policies in it."""

from __future__ import annotations

import shutil
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from twoside.cli.output import say_json
from twoside.cli.progress import Stages
from twoside.errors import ConfigError, did_you_mean
from twoside.schema.calendar import iso

if TYPE_CHECKING:
    from twoside.domains.recruiting.world import RecruitingWorld
    from twoside.funnel.learn import Declared
    from twoside.funnel.pipeline import Funnel
    from twoside.schema.evaluation import PlayResult
    from twoside.simulate.play import Policy

app = typer.Typer(
    help="Make a market whose truth is known, and play policies in it.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)


@app.command()
def make(
    domain: Annotated[str, typer.Argument(help="The domain: recruiting.")],
    lake: Annotated[Path, typer.Option("--lake", help="Folder of the new lake.")],
    seekers: Annotated[int, typer.Option(min=20)] = 20_000,
    jobs: Annotated[int, typer.Option(min=20)] = 10_000,
    days: Annotated[int, typer.Option(min=1)] = 30,
    seed: Annotated[int, typer.Option(help="The same seed gives the same world.")] = 7,
) -> None:
    """Let a market live for some days under its own recommender, and log it into a lake."""
    if domain != "recruiting":
        raise ConfigError(f"world: there is no world of '{domain}'. Known: recruiting.")
    from twoside.domains.recruiting import keeping
    from twoside.domains.recruiting.settings import WorldSettings

    settings = WorldSettings(seekers=seekers, jobs=jobs, days=days, seed=seed)
    with Stages()("world") as tick:
        made, _ = keeping.make(settings, lake, tick)
    first, last = made.days("exposures")[0], made.days("exposures")[-1]
    sys.stdout.write(
        f"{lake}: {iso(first)} to {iso(last)}; the truth lies in {keeping.truth_of(lake)}\n"
    )


@app.command()
def play(
    scene: Annotated[str, typer.Argument(help="recruiting/jobs_for_seeker, for example.")],
    lake: Annotated[Path, typer.Option("--lake", help="The world's lake.")],
    people: Annotated[int, typer.Option(help="People who come; 0: all.")] = 5000,
    days: Annotated[int, typer.Option(min=1)] = 3,
    seed: Annotated[int, typer.Option(help="Draws the people.")] = 7,
    ranker: Annotated[str, typer.Option(help="The rank model that serves.")] = "",
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """The published funnel in closed loop, beside random, popularity and the oracle."""
    from twoside.domains import catalogue
    from twoside.domains.recruiting import keeping
    from twoside.funnel.learned import published
    from twoside.funnel.live import live_funnel
    from twoside.store.artefacts import Artefacts

    declared = catalogue.declared(scene, lake)
    settings, learned, _ = published(declared.name, Artefacts(lake / "artefacts"))
    world, stages = keeping.reopen(lake), Stages()
    with stages("live state") as tick:
        funnel = live_funnel(declared, settings, learned, world.now_ms, tick, ranker)
    result = played(declared, world, funnel, people, days, seed, stages)
    if as_json:
        say_json(as_record(result))
    else:
        show(result, Console())


@app.command()
def experiment(
    scene: Annotated[str, typer.Argument(help="recruiting/jobs_for_seeker, for example.")],
    lake: Annotated[Path, typer.Option("--lake", help="The world's lake.")],
    out: Annotated[Path, typer.Option("--out", help="Folder of the new lake.")],
    arm: Annotated[
        list[str] | None, typer.Option(help="funnel, popularity or random; may repeat.")
    ] = None,
    people: Annotated[int, typer.Option(help="People who come; 0: all.")] = 5000,
    days: Annotated[int, typer.Option(min=1)] = 3,
    seed: Annotated[int, typer.Option(help="Draws the people and their arms.")] = 7,
    ranker: Annotated[str, typer.Option(help="The rank model that serves.")] = "",
) -> None:
    """Some days of an experiment in the world, logged: a copy of the lake with these days more,
    where every exposure tells its channel, policy and arm."""
    from twoside.domains import catalogue
    from twoside.domains.recruiting import keeping
    from twoside.funnel.learned import published
    from twoside.funnel.live import live_funnel
    from twoside.simulate.play import Game, play_in
    from twoside.simulate.split import SplitPolicy
    from twoside.store.artefacts import Artefacts
    from twoside.store.lake import Lake

    names = arm or ["funnel", "popularity"]
    for name in names:
        if name not in ("funnel", "popularity", "random"):
            known = did_you_mean(name, ("funnel", "popularity", "random"))
            raise ConfigError(f"experiment: there is no arm '{name}'. {known}")
    if out.exists():
        raise ConfigError(f"--out = {out}: it is there already. Name a new folder.")
    declared = catalogue.declared(scene, lake)
    settings, learned, _ = published(declared.name, Artefacts(lake / "artefacts"))
    world, stages = keeping.reopen(lake), Stages()
    with stages("live state") as tick:
        funnel = live_funnel(declared, settings, learned, world.now_ms, tick, ranker)
    calendar = declared.lake.calendar
    first = calendar.day_of(world.now_ms)
    game = Game(
        declared.scene.name,
        declared.scene.goal,
        first_day=first,
        days=days,
        people=people,
        length=funnel.settings.length,
        seed=seed,
    )
    policies = policies_of(declared, funnel, world.now_ms, seed)
    split = SplitPolicy({name: policies[name] for name in names}, seed)
    with stages("experiment") as tick:
        score = play_in(world, split, game, calendar, tick)
    left = shutil.ignore_patterns("artefacts", "derived", "runs")
    shutil.copytree(lake, out, ignore=left)
    keeping.add_played(Lake.open(out), world, score.played, range(first, first + days))
    sys.stdout.write(
        f"{out}: {iso(first)} to {iso(first + days - 1)}; "
        f"see it by: twoside bi build --lake {out}, "
        f"then twoside bi show {declared.scene.goal}_rate --by arm --lake {out}\n"
    )


def played(
    declared: Declared,
    world: RecruitingWorld,
    funnel: Funnel,
    people: int,
    days: int,
    seed: int,
    stages: Stages,
) -> PlayResult:
    """All four policies from the same state; the result is kept among the lake's runs."""
    from twoside.schema.evaluation import PlayResult
    from twoside.schema.records import record
    from twoside.simulate.baselines import OraclePolicy
    from twoside.simulate.play import Game
    from twoside.simulate.play import play as one_play
    from twoside.store.runs import Runs

    scene, calendar, lake = declared.scene, declared.lake.calendar, declared.lake
    game = Game(
        scene.name,
        goal=scene.goal,
        first_day=calendar.day_of(world.now_ms),
        days=days,
        people=people,
        length=funnel.settings.length,
        seed=seed,
    )
    policies = {
        **policies_of(declared, funnel, world.now_ms, seed),
        "oracle": OraclePolicy(scene.name, scene.item),
    }
    arms, players = {}, 0
    for name, policy in policies.items():
        with stages(f"play {name}") as tick:
            score = one_play(world, policy, game, calendar, tick)
        arms[name], players = score.result(seed), len(score.counts)
    result = PlayResult(declared.name, players, days, arms)
    now_ms = int(time.time() * 1000)
    Runs(lake.root / "runs").save(f"play/{declared.name}", now_ms, record(result))
    return result


def policies_of(declared: Declared, funnel: Funnel, now_ms: int, seed: int) -> dict[str, Policy]:
    """Random, popularity of the last seven days, and the funnel."""
    from twoside.funnel.policy import FunnelPolicy
    from twoside.simulate.baselines import PopularityPolicy, RandomPolicy

    scene, lake = declared.scene, declared.lake
    first_day = lake.calendar.day_of(now_ms) - 7
    week = lake.behaviours(declared.domain, scene.name, first_day, now_ms)
    return {
        "random": RandomPolicy(scene.item, seed),
        "popularity": PopularityPolicy(scene.item, week, declared.domain),
        "funnel": FunnelPolicy(funnel),
    }


def as_record(result: PlayResult) -> dict[str, object]:
    """The short contract for machines: the goal per person and day of every arm."""
    return {
        "scene": result.scene,
        "people": result.people,
        "days": result.days,
        **{name: arm.mean for name, arm in result.arms.items()},
        "interval": {name: [arm.low, arm.high] for name, arm in result.arms.items()},
        "share_of_oracle": result.share_of_oracle,
    }


def show(result: PlayResult, console: Console) -> None:
    """The arms as a table."""
    table = Table(title=f"{result.scene}: {result.people} people, {result.days} days")
    for name in ("policy", "per person and day", "95 % interval"):
        table.add_column(name, justify="left" if name == "policy" else "right")
    for name, arm in result.arms.items():
        table.add_row(name, f"{arm.mean:.4f}", f"{arm.low:.4f} to {arm.high:.4f}")
    console.print(table)
    console.print(f"(funnel - popularity) / (oracle - popularity) = {result.share_of_oracle:.3f}")
