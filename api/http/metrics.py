"""How many requests, how long they took, and what waits: counts only, nothing of what was asked or by whom."""

from __future__ import annotations

import os

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from starlette.types import Scope

from api.store.jobs import Jobs, JobState

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"
SHARED_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""The library's variable: a folder where several processes keep their figures, so that each can tell those of all."""
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


class Metrics:
    """The figures of one application, in Prometheus' format."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "matcher_requests_total",
            "Requests answered, by route and status",
            ("method", "route", "status"),
            registry=self._registry,
        )
        self._seconds = Histogram(
            "matcher_request_seconds",
            "Time from the first byte in to the first byte out, by route",
            ("method", "route"),
            registry=self._registry,
            buckets=_SECONDS,
        )
        self._jobs = Gauge(
            "matcher_jobs",
            "Background jobs that wait or run",
            ("state",),
            registry=self._registry,
            multiprocess_mode="mostrecent",
        )

    def observe(self, scope: Scope, status: int, seconds: float) -> None:
        """Count one answer under its route's pattern; addresses that are none share one line."""
        route = getattr(scope.get("route"), "path", "(none)")
        method = scope["method"] if scope["method"] in ("GET", "HEAD", "POST") else "(other)"
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(method, route).observe(seconds)

    def written(self, jobs: Jobs) -> bytes:
        """Everything, as a scraper reads it."""
        for state, name in ((JobState.WAITING, "waiting"), (JobState.RUNNING, "running")):
            self._jobs.labels(name).set(jobs.count(state))
        registry = self._registry
        if SHARED_FOLDER in os.environ:
            registry = CollectorRegistry()
            MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        return generate_latest(registry)
