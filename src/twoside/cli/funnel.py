"""`twoside funnel`: train, evaluate, run, replay and explain the funnel of a scene."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from twoside.cli.output import say_json
from twoside.cli.progress import Stages
from twoside.errors import RequestError
from twoside.schema.calendar import day_number, iso

if TYPE_CHECKING:
    from twoside.funnel.learn import Declared
    from twoside.funnel.pipeline import Funnel
    from twoside.funnel.replay import Effort, Evaluated
    from twoside.funnel.settings import FunnelSettings
    from twoside.schema.evaluation import Evaluation
    from twoside.schema.explanation import Explanation
    from twoside.schema.merge_report import MergeReport

app = typer.Typer(
    help="Train, evaluate, run, replay and explain the funnel of a scene.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)

Scene = Annotated[str, typer.Argument(help="Full name, such as recruiting/jobs_for_seeker.")]
LakePath = Annotated[Path, typer.Option("--lake", help="Folder of the lake.")]
ConfigPath = Annotated[
    Path | None, typer.Option("--config", help="A funnel's TOML; the scene's own without it.")
]
Seed = Annotated[int, typer.Option(help="The same seed gives the same result.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")]


@app.command()
def evaluate(
    scene: Scene,
    lake: LakePath,
    train_until: Annotated[str, typer.Option(help="Last day to learn from, YYYY-MM-DD.")],
    config: ConfigPath = None,
    seed: Seed = 7,
    publish: Annotated[bool, typer.Option(help="Keep what was learned for `serve`.")] = True,
    as_json: AsJson = False,
) -> None:
    """Learn on the days up to one, judge every stage on the days after it."""
    declared, settings = _open(scene, lake, config)
    done = evaluated(
        declared,
        settings,
        day_number(train_until, "--train-until"),
        seed,
        Stages(),
        publish=publish,
    )
    if as_json:
        say_json(done.evaluation.as_json())
    else:
        show(done.evaluation, Console())


@app.command()
def train(
    scene: Scene,
    lake: LakePath,
    until: Annotated[str, typer.Option(help="Last day to learn from; the lake's last.")] = "",
    config: ConfigPath = None,
    seed: Seed = 7,
    from_last: Annotated[
        bool,
        typer.Option("--from-last", help="Channels that can learn on from the published ones."),
    ] = False,
) -> None:
    """Learn every stage and publish it as the artefact that `serve` and `run` use."""
    from twoside.funnel.learn import about, learn
    from twoside.funnel.learned import former, pack
    from twoside.store.artefacts import Artefacts

    declared, settings = _open(scene, lake, config)
    until_day = day_number(until, "--until") if until else declared.lake.days("exposures")[-1]
    artefacts = Artefacts(declared.lake.root / "artefacts")
    known = former(declared.name, artefacts, until_day) if from_last else None
    learned = learn(declared, settings, until_day, seed, Stages(), known)
    told = about(declared, settings, until_day, seed)
    version = artefacts.publish(declared.name, pack(learned), told)
    sys.stdout.write(f"{declared.name} {version}: learned until {iso(until_day)}\n")


@app.command()
def run(
    scene: Scene,
    lake: LakePath,
    person: Annotated[str, typer.Option(help="Id of the person; an unknown one gets a list too.")],
    length: Annotated[int, typer.Option(min=1, help="Items in the list.")] = 20,
    explain: Annotated[bool, typer.Option(help="Say where each item came from.")] = False,
    as_json: AsJson = False,
) -> None:
    """One list, as of the end of the lake."""
    from twoside.schema.request import Request

    declared, funnel, now_ms = _live(scene, lake)
    rows = declared.lake.rows(declared.scene.person)
    row = int(rows.of([person])[0])
    told = funnel.explain(Request(row, now_ms, length))
    _print_explanation(declared, told, as_json=as_json, full=explain)


@app.command()
def explain(
    scene: Scene,
    request: Annotated[int, typer.Argument(help="Id of a request in the lake.")],
    lake: LakePath,
    length: Annotated[int, typer.Option(min=1, help="Items in the list.")] = 20,
    as_json: AsJson = False,
) -> None:
    """Where each item of a logged request's list comes from, and what each stage said of it.

    The list is made again by the published funnel, knowing what was known at that moment.
    """
    from twoside.schema.request import Request

    declared, _, _ = _declared(scene, lake)
    rows = declared.lake.read("requests", scene=declared.scene.name)
    found = rows.filter(_equal(rows["request_id"], request))
    if not found.num_rows:
        raise RequestError(
            f"{declared.name}: there is no request {request} in {lake}. Ids are in the table "
            f"requests; one of them is {rows['request_id'][0].as_py() if len(rows) else 'none'}."
        )
    ts_ms = int(found["ts_ms"][0].as_py())
    declared, funnel, _ = _live(scene, lake, ts_ms)
    person = int(found["person"][0].as_py())
    told = funnel.explain(Request(person, ts_ms, length, request_id=request))
    _print_explanation(declared, told, as_json=as_json, full=True)


@app.command()
def replay(
    scene: Scene,
    lake: LakePath,
    day: Annotated[str, typer.Option(help="The logged day, YYYY-MM-DD; the last one.")] = "",
    requests: Annotated[int, typer.Option(min=1, help="Requests at most.")] = 500,
    seed: Seed = 7,
    as_json: AsJson = False,
) -> None:
    """A logged day through the published funnel, every request at its own moment."""
    from twoside.funnel.replay_day import replay_day

    declared, settings, learned = _declared(scene, lake)
    number = day_number(day, "--day") if day else declared.lake.days("exposures")[-1]
    with Stages()("replay") as tick:
        result = replay_day(declared, settings, learned, number, requests, seed, tick)
    if as_json:
        say_json(vars(result))
        return
    table = Table(title=f"{declared.name} on {iso(number)}")
    table.add_column("what")
    table.add_column("value", justify="right")
    for name, value in vars(result).items():
        table.add_row(name.replace("_", " "), f"{value:.3f}" if value % 1 else f"{value:.0f}")
    Console().print(table)


def evaluated(
    declared: Declared,
    settings: FunnelSettings,
    until_day: int,
    seed: int,
    stages: Stages,
    *,
    publish: bool,
    effort: Effort | None = None,
) -> Evaluated:
    """Evaluate, keep the result among the lake's runs, and publish what was learned."""
    from twoside.funnel.learn import about
    from twoside.funnel.learned import pack
    from twoside.funnel.replay import evaluate as judge
    from twoside.schema.records import record
    from twoside.store.artefacts import Artefacts
    from twoside.store.runs import Runs

    done = judge(declared, settings, until_day, seed, stages, effort)
    root = declared.lake.root
    now_ms = int(time.time() * 1000)
    Runs(root / "runs").save(f"evaluation/{declared.name}", now_ms, record(done.evaluation))
    if publish:
        Artefacts(root / "artefacts").publish(
            declared.name, pack(done.learned), about(declared, settings, until_day, seed)
        )
    return done


def show(evaluation: Evaluation, console: Console) -> None:
    """The short tables of an evaluation."""
    recall = Table(title=f"recall on {evaluation.test_days[0]}: {evaluation.scene}")
    for name in ("channel", "@100", "@500", "unique", "coverage", "Gini", "ms"):
        recall.add_column(name, justify="left" if name == "channel" else "right")
    for name, q in evaluation.recall.items():
        figures = (q.recall_100, q.recall_500, q.unique, q.coverage, q.gini)
        recall.add_row(name, *[f"{v:.3f}" for v in figures], f"{q.latency_ms:.2f}")
    console.print(recall)
    if evaluation.merge is not None:
        _show_merge(evaluation.merge, console)
    days = evaluation.test_days
    rank = Table(title=f"rank on {days[0]} to {days[-1]}: {evaluation.scene}")
    for name in (
        "model",
        "target",
        "AUC",
        "GAUC",
        "MAP",
        "MAP@10",
        "log-loss",
        "predicted/observed",
        "rate",
    ):
        rank.add_column(name, justify="left" if name in ("model", "target") else "right")
    for model, targets in evaluation.rank.items():
        for target, t in targets.items():
            rank.add_row(
                model,
                target,
                f"{t.auc:.4f}",
                f"{t.gauc:.4f} ± {t.gauc_error:.4f}",
                f"{t.map:.4f}",
                f"{t.map_10:.4f}",
                f"{t.logloss:.4f}",
                f"{t.calibration:.3f}",
                f"{t.rate:.4f}",
            )
    console.print(rank)
    stages = Table(title="share of what a person will like that each stage lets through")
    for name in ("stage", "candidates", "kept"):
        stages.add_column(name, justify="left" if name == "stage" else "right")
    for stage in evaluation.stages:
        stages.add_row(stage.stage, f"{stage.candidates:.0f}", f"{stage.kept:.3f}")
    console.print(stages)


def _show_merge(merge: MergeReport, console: Console) -> None:
    """Whom the learned merge asks how deep, whom not and why, and what that brings."""
    kinds = list(dict.fromkeys(row.kind for row in merge.channels))
    budgets = Table(title="items asked of each channel, by kind of people")
    for name in ("channel", "in turn", *kinds, "worth", "why not"):
        budgets.add_column(name, justify="left" if name in ("channel", "why not") else "right")
    for row in merge.channels:
        if row.kind != "all":
            continue
        mine = {r.kind: str(r.budget) for r in merge.channels if r.channel == row.channel}
        asked, why = [mine[kind] for kind in kinds], merge.refused.get(row.channel, "")
        budgets.add_row(row.channel, f"{row.snake:.0f}", *asked, f"{row.worth:.4f}", why)
    console.print(budgets)
    for gain in merge.gains:
        console.print(
            f"{gain.figure}: in turn {gain.snake:.4f}, learned {gain.learned:.4f} "
            f"({gain.low:+.4f} to {gain.high:+.4f}, p {gain.p:.3f}); "
            f"{gain.best_channel} alone {gain.best:.4f} "
            f"({gain.over_best[0]:+.4f} to {gain.over_best[1]:+.4f})"
        )


def _open(scene: str, lake: Path, config: Path | None) -> tuple[Declared, FunnelSettings]:
    from twoside.domains import catalogue

    return catalogue.declared(scene, lake), catalogue.settings(scene, config)


def _declared(scene: str, lake: Path) -> tuple[Declared, FunnelSettings, Any]:
    from twoside.domains import catalogue
    from twoside.funnel.learned import published
    from twoside.store.artefacts import Artefacts

    declared = catalogue.declared(scene, lake)
    settings, learned, _ = published(declared.name, Artefacts(lake / "artefacts"))
    return declared, settings, learned


def _live(scene: str, lake: Path, now_ms: int = 0) -> tuple[Declared, Funnel, int]:
    from twoside.funnel.live import live_funnel

    declared, settings, learned = _declared(scene, lake)
    calendar = declared.lake.calendar
    now_ms = now_ms or calendar.start_of(declared.lake.days("exposures")[-1] + 1)
    with Stages()("live state") as tick:
        return declared, live_funnel(declared, settings, learned, now_ms, tick), now_ms


def _equal(column: Any, value: int) -> Any:
    import pyarrow.compute as pc

    return pc.equal(column, value)


def _print_explanation(declared: Declared, told: Explanation, *, as_json: bool, full: bool) -> None:
    ids = declared.lake.rows(declared.scene.item).ids(told.slate.items)
    if as_json:
        items = [
            {
                "item": str(name),
                "position": shown.position,
                "score": shown.score,
                "channels": dict(shown.channel_ranks),
                "merge": shown.merge_rank,
                "prerank": shown.prerank_rank,
                "rank": shown.fused_rank,
                "targets": dict(shown.targets),
            }
            for name, shown in zip(ids, told.shown, strict=True)
        ]
        whole = {
            "scene": declared.name,
            "items": items,
            "failed": list(told.slate.failed),
            "filled": told.slate.filled,
            "dropped": dict(told.dropped),
            "candidates": {name: len(found) for name, found in told.channels.items()}
            | {"merged": len(told.merged), "preranked": len(told.preranked)},
            "milliseconds": dict(told.milliseconds),
        }
        say_json(whole)
        return
    table = Table(title=f"{declared.name}: {len(ids)} items")
    for name in (
        "",
        "item",
        "score",
        "channels (rank there)",
        "merge",
        "prerank",
        "rank",
        "targets",
    ):
        table.add_column(name)
    for name, shown in zip(ids, told.shown, strict=True):
        table.add_row(
            str(shown.position + 1),
            str(name),
            f"{shown.score:.4f}",
            ", ".join(f"{c} {r}" for c, r in shown.channel_ranks.items()) or "fallback",
            str(shown.merge_rank),
            str(shown.prerank_rank),
            str(shown.fused_rank),
            ", ".join(f"{t} {p:.4f}" for t, p in shown.targets.items()),
        )
    console = Console()
    console.print(table)
    if full:
        counts = {name: len(found) for name, found in told.channels.items()}
        console.print(f"channels: {counts}")
        console.print(f"merged {len(told.merged)}, preranked {len(told.preranked)}")
        console.print(f"taken out by rules: {dict(told.dropped)}")
        console.print(f"failed channels: {', '.join(told.slate.failed) or 'none'}")
