"""Figures for Prometheus: counts by route, nothing of what was asked."""

from __future__ import annotations

import re

from fastapi.testclient import TestClient


def test_requests_are_counted_by_route_and_status(client: TestClient) -> None:
    client.post("/api/v1/search", json={"text": "绝密的反渗透需求"})
    client.post("/api/v1/search", json={})
    client.get("/api/v1/needs/N001/matches")
    client.get("/api/v1/needs/N999/matches")
    client.get("/nowhere/N001")
    client.request("BREW", "/health")
    written = client.get("/metrics")
    assert written.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    counts = dict(re.findall(r"^matcher_requests_total\{(.+)\} ([0-9.]+)$", written.text, re.M))
    assert counts == {
        'method="POST",route="/api/v1/search",status="200"': "1.0",
        'method="POST",route="/api/v1/search",status="422"': "1.0",
        'method="GET",route="/api/v1/needs/{need_id:path}/matches",status="200"': "1.0",
        'method="GET",route="/api/v1/needs/{need_id:path}/matches",status="404"': "1.0",
        'method="GET",route="(none)",status="404"': "1.0",
        'method="(other)",route="/health",status="405"': "1.0",
    }
    assert 'matcher_request_seconds_count{method="POST",route="/api/v1/search"} 2.0' in written.text
    assert 'matcher_jobs{state="waiting"} 0.0' in written.text
    for told in ("绝密", "N001", "N999", "Bearer"):
        assert told not in written.text
