"""Uploads and jobs: refused before the file is read, worked through in the background, stopped, begun anew, told apart."""

from __future__ import annotations

import io
import socket
import threading
import time
from collections.abc import Iterator

import openpyxl
import pytest
import uvicorn
from fastapi.testclient import TestClient

from api.access.roles import Role
from api.http import create_app
from api.store.jobs import Job, JobState
from matcher.settings import Settings
from tests.api.conftest import BASE, NOW, key_of

CSV = "专利名称,申请号,摘要,专利权人\n一种纳滤膜,CN202510000001.4,纳滤膜,河东大学\n坏行,2.01E+12,摘要,河东大学\n"
ASKED = {"kind": "patents", "name": "清单.csv"}


def ended(client: TestClient, job_id: str) -> dict:
    for _ in range(600):
        job = client.get(f"/api/v1/jobs/{job_id}").json()
        if job["state"] not in ("等待中", "进行中"):
            return job
        time.sleep(0.05)
    raise AssertionError("the job did not end")


def test_a_file_is_taken_in_and_every_row_accounted_for(client: TestClient) -> None:
    taken = client.post("/api/v1/imports", params=ASKED, content=CSV.encode())
    assert taken.status_code == 202
    assert taken.headers["location"] == f"/api/v1/jobs/{taken.json()['id']}"
    job = ended(client, taken.json()["id"])
    assert (job["state"], job["title"], job["progress"]) == ("已完成", "导入 清单.csv", 1.0)
    result = job["result"]
    assert [result[name] for name in ("rows_read", "landed", "merged", "refused", "file")] == [
        2,
        1,
        0,
        1,
        "导入报告.xlsx",
    ]
    assert result["problems"][0]["row"] == 3
    report = client.get(f"/api/v1/jobs/{job['id']}/file")
    assert report.headers["content-type"] == "application/octet-stream"
    assert "2.01E+12" in str(
        [[c.value for c in row] for row in openpyxl.load_workbook(io.BytesIO(report.content)).active.rows]
    )
    returned = client.get(f"/api/v1/jobs/{job['id']}/file", params={"name": "待修改的行.xlsx"})
    assert returned.content[:2] == b"PK"
    for name in ("../jobs", "清单.csv", "没有.xlsx", "..", "汉" * 100):
        assert client.get(f"/api/v1/jobs/{job['id']}/file", params={"name": name}).status_code == 404
    assert client.get("/api/v1/patents/CN202510000001").json()["title"] == "一种纳滤膜"
    assert [one["id"] for one in client.get("/api/v1/jobs", params={"kind": "import"}).json()["items"]] == [
        job["id"]
    ]


def test_the_rows_to_mend_come_back_under_the_name_that_they_were_given(client: TestClient) -> None:
    job = ended(client, client.post("/api/v1/imports", params=ASKED, content=CSV.encode()).json()["id"])
    for name in ("待修改的行.xlsx", "导入报告.xlsx"):
        rows = client.get(f"/api/v1/jobs/{job['id']}/file", params={"name": "待修改的行.xlsx"}).content
        again = client.post("/api/v1/imports", params={"kind": "patents", "name": name}, content=rows)
        job = ended(client, again.json()["id"])
        assert (job["state"], job["result"]["rows_read"], job["result"]["file"]) == (
            "已完成",
            1,
            "导入报告.xlsx",
        )
        assert client.get(f"/api/v1/jobs/{job['id']}/file").status_code == 200


@pytest.mark.parametrize(
    ("params", "content", "code", "words"),
    [
        ({"kind": "发票", "name": "a.csv"}, b"x", "unknown_kind", "不认识的数据种类“发票”"),
        ({"kind": "patents", "name": "../"}, b"x", "no_file", "请选择要导入的文件"),
        ({"kind": "patents", "name": "a.csv"}, b"", "no_file", "请求正文是空的"),
        ({"kind": "patents"}, b"x", "invalid_request", "query.name：缺少必填项"),
    ],
)
def test_what_cannot_be_imported_leaves_nothing_behind(
    client: TestClient, params: dict, content: bytes, code: str, words: str
) -> None:
    refused = client.post("/api/v1/imports", params=params, content=content)
    assert (refused.status_code, refused.json()["code"]) == (422, code)
    assert words in refused.json()["detail"]
    assert client.get("/api/v1/jobs").json() == {"items": [], "next": None}


def test_an_upload_has_a_largest_size_and_other_bodies_a_smaller_one(client: TestClient) -> None:
    large = client.post("/api/v1/exports", params={"format": "盘点"}, content=b"x" * 20_000_001)
    assert (large.status_code, large.json()["code"]) == (413, "too_large")
    body = client.post("/api/v1/needs", content=b"x" * 1_000_001)
    assert body.json()["detail"] == "请求正文超过 1000000 字节。请缩短后重试。"
    assert client.get("/api/v1/jobs").json()["items"] == []


def test_jobs_are_listed_page_by_page_the_newest_first(client: TestClient) -> None:
    jobs = client.app.state.services.worker.jobs
    for number in range(3):
        jobs.add(Job(f"{number:032x}", "index", "重建索引", "局", "{}", NOW, JobState.DONE))
    first = client.get("/api/v1/jobs", params={"limit": 2}).json()
    assert [job["id"] for job in first["items"]] == [f"{2:032x}", f"{1:032x}"]
    last = client.get(first["next"]).json()
    assert ([job["id"] for job in last["items"]], last["next"]) == ([f"{0:032x}"], None)


def test_a_job_is_stopped_and_begun_anew_and_what_is_over_is_over(client: TestClient) -> None:
    jobs = client.app.state.services.worker.jobs
    done = Job("d" * 32, "index", "重建索引", "局", "{}", NOW, JobState.DONE)
    failed = Job("e" * 32, "index", "重建索引", "局", "{}", NOW, JobState.FAILED, message="中断")
    for job in (done, failed):
        jobs.add(job)
    stopped = client.post(f"/api/v1/jobs/{done.id}/cancel")
    assert (stopped.status_code, stopped.json()["code"]) == (409, "job_ended")
    again = client.post(f"/api/v1/jobs/{done.id}/retry")
    assert (again.status_code, again.json()["detail"]) == (
        409,
        "任务处于“已完成”，只有失败或已取消的任务可以重做。",
    )
    assert client.post(f"/api/v1/jobs/{failed.id}/retry").status_code == 202
    assert ended(client, failed.id)["state"] == "已完成"
    assert client.get(f"/api/v1/jobs/{'f' * 32}").status_code == 404
    assert client.get(f"/api/v1/jobs/{done.id}/file").status_code == 404


def test_an_analyst_sees_jobs_of_its_own_kinds_only(client: TestClient) -> None:
    services = client.app.state.services
    for id_, kind in (("a" * 32, "import"), ("b" * 32, "evaluation")):
        services.worker.jobs.add(Job(id_, kind, kind, "局", "{}", NOW, JobState.DONE))
    analyst = TestClient(client.app, base_url=BASE, headers=key_of(services.access, Role.ANALYST))
    assert [job["id"] for job in analyst.get("/api/v1/jobs").json()["items"]] == ["b" * 32]
    assert analyst.get(f"/api/v1/jobs/{'a' * 32}").status_code == 404
    assert analyst.post("/api/v1/imports", params=ASKED, content=b"x").status_code == 403


@pytest.fixture
def port(filled: Settings) -> Iterator[int]:
    """The service behind a real server."""
    app = create_app(filled, now=lambda: NOW)
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    thread.join()


@pytest.mark.parametrize("address", ["/api/v1/imports?kind=patents&name=a.csv", "/import"])
def test_an_upload_of_nobodys_is_refused_before_it_is_read(port: int, address: str) -> None:
    head = (
        f"POST {address} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: multipart/form-data; boundary=x\r\n"
        "Content-Length: 150000000\r\nExpect: 100-continue\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(head.encode())
        # Neither "go on" nor a wait for the body: the answer comes before a byte of it was sent.
        assert connection.recv(100).startswith(b"HTTP/1.1 401 ")
