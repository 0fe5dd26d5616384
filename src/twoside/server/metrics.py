"""What `GET /metrics` tells: requests, time by stage, failures that were covered up, versions.

One registry an app, so that two apps in one process do not mix their counts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twoside.schema.explanation import Slate

_SECONDS = (0.001, 0.002, 0.005, 0.01, 0.015, 0.02, 0.03, 0.05, 0.1, 0.2, 0.5, 1.0)


class Metrics:
    """Counters and histograms of one server."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "twoside_requests",
            "Requests by path and HTTP status",
            ["path", "status"],
            registry=self.registry,
        )
        self._seconds = Histogram(
            "twoside_request_seconds",
            "From the request read to the answer written, by path",
            ["path"],
            buckets=_SECONDS,
            registry=self.registry,
        )
        self._stages = Histogram(
            "twoside_stage_seconds",
            "Time of one stage for a batch of requests; `wait` is the time before the funnel",
            ["scene", "stage"],
            buckets=_SECONDS,
            registry=self.registry,
        )
        self._failed = Counter(
            "twoside_failed_channels",
            "Recall channels that raised an error and were left out of a list",
            ["scene", "channel"],
            registry=self.registry,
        )
        self._filled = Counter(
            "twoside_fallback_items",
            "Items of lists that came from the fallback order",
            ["scene"],
            registry=self.registry,
        )
        self._events = Counter(
            "twoside_events", "Events taken in", ["scene", "kind"], registry=self.registry
        )
        self._reloads = Counter(
            "twoside_reloads", "Loads of new artefacts", ["outcome"], registry=self.registry
        )
        self._version = Gauge(
            "twoside_artefact",
            "1 for the version of the artefact in use",
            ["scene", "version"],
            registry=self.registry,
        )

    def answered(self, path: str, status: int, seconds: float) -> None:
        """One HTTP request is done."""
        self._requests.labels(path, str(status)).inc()
        self._seconds.labels(path).observe(seconds)

    def stages(self, scene: str, milliseconds: Mapping[str, float]) -> None:
        """One batch went through the funnel."""
        for stage, spent in milliseconds.items():
            self._stages.labels(scene, stage).observe(spent / 1000)

    def slate(self, scene: str, slate: Slate) -> None:
        """One list was made; what failed on the way is counted, never silent."""
        for channel in slate.failed:
            self._failed.labels(scene, channel).inc()
        if slate.filled:
            self._filled.labels(scene).inc(slate.filled)

    def events(self, scene: str, kind: str, number: int) -> None:
        """Events were taken in."""
        self._events.labels(scene, kind).inc(number)

    def reloaded(self, outcome: str) -> None:
        """A reload ended: `done` or `failed`."""
        self._reloads.labels(outcome).inc()

    def versions(self, in_use: Mapping[str, str]) -> None:
        """State the versions in use, and forget earlier ones."""
        self._version.clear()
        for scene, version in in_use.items():
            self._version.labels(scene, version).set(1)

    def text(self) -> bytes:
        """All of it in the Prometheus text format."""
        return generate_latest(self.registry)
