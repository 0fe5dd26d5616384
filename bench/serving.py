"""How fast `twoside serve` answers: an open-loop load generator in a process of its own.

    python -m bench.serving --lake LAKE [--rate 50] [--seconds 30] [--json]

Requests leave at times drawn beforehand (Poisson, or evenly spaced with `--even`), whether or not
earlier ones were answered, and a latency counts from the *scheduled* time: a server that stalls
cannot make the load wait for it ("coordinated omission", Tene 2013). The server is started here
with one worker, warmed up, measured from outside (CPU seconds and peak memory from /proc), and
ended.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import socket
import subprocess
import sys
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from urllib.request import urlopen

import numpy as np

STRANGER = "stranger-"
_TICKS = 100
"""Clock ticks a second in /proc on Linux."""


@dataclass(frozen=True)
class Result:
    """What was seen from the client's side; milliseconds from the scheduled time."""

    scene: str
    rate: float
    seconds: float
    requests: int
    answered_per_second: float
    errors: int
    failed_channels: int
    filled_items: int
    items_mean: float
    p50_ms: float
    p90_ms: float
    p99_ms: float
    max_ms: float
    client_late_p99_ms: float
    """How late the generator itself was; if this is large the figures above are its fault."""
    stages_ms: dict[str, float]
    """Stage -> mean wall time a batch, as the server counts it"""
    server_cpu_seconds: float
    server_cpu_share: float
    server_peak_gb: float
    ready_seconds: float


def main() -> None:
    """Parse, start, load, report."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lake", type=Path, required=True)
    parser.add_argument("--scene", default="", help="the first that is served, if empty")
    parser.add_argument("--rate", type=float, default=50.0, help="requests a second")
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--length", type=int, default=20)
    parser.add_argument("--even", action="store_true", help="evenly spaced, not Poisson")
    parser.add_argument("--events", action="store_true", help="report exposures of every list too")
    parser.add_argument("--largest-batch", type=int, default=2)
    parser.add_argument("--ranker", default="")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--load", default="", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.load:
        print(json.dumps(asyncio.run(load(arguments))))
        return
    result = measure(arguments)
    if arguments.json:
        print(json.dumps(asdict(result)))
        return
    for name, value in asdict(result).items():
        print(f"{name:<22}{value:.2f}" if isinstance(value, float) else f"{name:<22}{value}")


def measure(arguments: argparse.Namespace) -> Result:
    """Server in one process, generator in another, this one only watches."""
    port = _free_port()
    started = time.perf_counter()
    server = subprocess.Popen(
        [
            *(sys.executable, "-m", "twoside.cli.app", "serve", "--lake", str(arguments.lake)),
            *("--port", str(port), "--no-console", "--ranker", arguments.ranker),
            *("--largest-batch", str(arguments.largest_batch)),
        ],
        stdout=subprocess.DEVNULL,
    )
    try:
        base = f"http://127.0.0.1:{port}"
        scenes = _ready(base, server)
        ready = time.perf_counter() - started
        arguments.scene = arguments.scene or scenes[0]
        before, cpu = _metrics(base), _cpu_seconds(server.pid)
        seen = _generate(arguments, base)
        cpu, after = _cpu_seconds(server.pid) - cpu, _metrics(base)
        return Result(
            **seen,
            stages_ms=_stages(before, after, arguments.scene),
            server_cpu_seconds=cpu,
            server_cpu_share=cpu / seen["seconds"],
            server_peak_gb=_peak_gb(server.pid),
            ready_seconds=ready,
        )
    finally:
        server.terminate()
        server.wait(30)


def _generate(arguments: argparse.Namespace, base: str) -> dict[str, float]:
    command = [sys.executable, "-m", "bench.serving", "--load", base]
    for name in ("lake", "scene", "rate", "seconds", "length", "seed"):
        command += [f"--{name}", str(getattr(arguments, name))]
    command += [f"--{name}" for name in ("even", "events") if getattr(arguments, name)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


async def load(arguments: argparse.Namespace) -> dict[str, object]:
    """Send at the scheduled times, in the generator's own process."""
    random = np.random.default_rng(arguments.seed)
    gaps = random.exponential(1.0, int(arguments.rate * arguments.seconds))
    due = np.cumsum(np.ones_like(gaps) if arguments.even else gaps) / arguments.rate
    people = random.permutation(_people(arguments))
    latency, late, seen = np.full(len(due), np.nan), np.zeros(len(due)), _Seen()
    client = _Client(arguments.load)
    for number in range(20):
        await _ask(client, arguments, people[number % len(people)], _Seen())
    start = time.perf_counter() + 0.05

    async def one(number: int) -> None:
        await asyncio.sleep(max(0.0, start + due[number] - time.perf_counter()))
        late[number] = time.perf_counter() - start - due[number]
        if await _ask(client, arguments, people[number % len(people)], seen):
            latency[number] = time.perf_counter() - start - due[number]

    await asyncio.gather(*(one(number) for number in range(len(due))))
    took = time.perf_counter() - start
    client.close()
    good = latency[~np.isnan(latency)] * 1000
    p50, p90, p99 = np.percentile(good, [50, 90, 99]) if len(good) else [np.nan] * 3
    return {
        "scene": arguments.scene,
        "rate": arguments.rate,
        "seconds": took,
        "requests": len(due),
        "answered_per_second": len(good) / took,
        "errors": int(np.isnan(latency).sum()),
        "failed_channels": seen.failed,
        "filled_items": seen.filled,
        "items_mean": seen.items / max(1, len(good)),
        "p50_ms": float(p50),
        "p90_ms": float(p90),
        "p99_ms": float(p99),
        "max_ms": float(good.max()) if len(good) else float("nan"),
        "client_late_p99_ms": float(np.percentile(late, 99) * 1000),
    }


@dataclass
class _Seen:
    failed: int = 0
    filled: int = 0
    items: int = 0
    tasks: set[asyncio.Task[None]] = field(default_factory=set)


class _Client:
    """HTTP/1.1 over kept connections, and nothing more: a full client takes milliseconds of the
    same cores that the server needs."""

    def __init__(self, base: str) -> None:
        self._host, port = base.removeprefix("http://").split(":")
        self._port = int(port)
        self._idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def post(self, path: str, body: object) -> tuple[int, bytes]:
        """Status and body; `OSError` if the connection broke."""
        # An idle connection may have been closed by the server: then a fresh one is used.
        while self._idle and self._idle[-1][0].at_eof():
            self._idle.pop()[1].close()
        if self._idle:
            reader, writer = self._idle.pop()
        else:
            reader, writer = await asyncio.open_connection(self._host, self._port)
        text = json.dumps(body).encode()
        head = f"POST {path} HTTP/1.1\r\nhost: bench\r\ncontent-type: application/json\r\n"
        writer.write(f"{head}content-length: {len(text)}\r\n\r\n".encode() + text)
        answer = (await reader.readuntil(b"\r\n\r\n")).lower()
        length = int(answer.partition(b"content-length:")[2].partition(b"\r\n")[0])
        content = await reader.readexactly(length)
        self._idle.append((reader, writer))
        return int(answer.split(b" ", 2)[1]), content

    def close(self) -> None:
        """Close all connections."""
        for _, writer in self._idle:
            writer.close()


async def _ask(client: _Client, arguments: argparse.Namespace, person: str, seen: _Seen) -> bool:
    body = {"scene": arguments.scene, "person": str(person), "length": arguments.length}
    try:
        status, content = await client.post("/v1/recommend", body)
    except (OSError, asyncio.IncompleteReadError):
        return False
    if status != 200:
        return False
    listed = json.loads(content)
    seen.failed += len(listed["failed"])
    seen.filled += listed["filled"]
    seen.items += len(listed["items"])
    if arguments.events:
        seen.tasks.add(asyncio.create_task(_expose(client, arguments, person, listed)))
    return True


async def _expose(
    client: _Client, arguments: argparse.Namespace, person: str, listed: dict
) -> None:
    if str(person).startswith(STRANGER):
        return
    events = [
        {
            "scene": arguments.scene,
            "kind": "expose",
            "person": str(person),
            "item": item["id"],
            "position": position,
            "request_id": listed["request_id"],
        }
        for position, item in enumerate(listed["items"])
    ]
    await client.post("/v1/events", {"events": events})


def _people(arguments: argparse.Namespace) -> np.ndarray:
    """All known people, and one stranger in twenty."""
    from twoside.domains import catalogue

    declared = catalogue.declared(arguments.scene, arguments.lake)
    known = declared.lake.rows(declared.scene.person).words.to_pylist()
    return np.array(known + [f"{STRANGER}{n}" for n in range(len(known) // 20)], object)


def _ready(base: str, server: subprocess.Popen[bytes]) -> list[str]:
    while True:
        if server.poll() is not None:
            sys.exit(f"the server ended with {server.returncode} before it was ready")
        try:
            with urlopen(f"{base}/healthz") as answer:
                return list(json.load(answer)["artefacts"])
        except OSError:
            time.sleep(0.1)


def _metrics(base: str) -> dict[str, float]:
    with urlopen(f"{base}/metrics") as answer:
        lines = [line for line in answer.read().decode().splitlines() if line[:1] != "#"]
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}


def _stages(before: dict[str, float], after: dict[str, float], scene: str) -> dict[str, float]:
    spent = {}
    for name, total in after.items():
        if name.startswith("twoside_stage_seconds_sum") and f'scene="{scene}"' in name:
            stage = name.partition('stage="')[2].partition('"')[0]
            number = name.replace("_sum", "_count")
            runs = after[number] - before.get(number, 0.0)
            spent[stage] = 1000 * (total - before.get(name, 0.0)) / max(1.0, runs)
    return spent


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def _peak_gb(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1e6


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


if __name__ == "__main__":
    main()
