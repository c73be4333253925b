"""eval and train ranker from the command line; every refusal by its sentence, its exit code and what it left alone."""

from __future__ import annotations

import html
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from api.cli import main
from eval.baselines import BASELINES
from eval.systems import SYSTEMS
from eval.trec import read_judgements, read_run
from matcher.domain import (
    Assessment,
    Confidentiality,
    Enterprise,
    Need,
    Patent,
    PatentType,
    Prospect,
    Transaction,
    TransactionKind,
)
from matcher.ranker import read_artefact
from matcher.settings import load_settings
from matcher.workspace import RANKER, Workspace

WORDS = ("滚动轴承润滑", "污水除磷剂", "叶片检测装置", "电池正极材料", "秸秆还田机", "相机标定方法")
QRELS = "need_id\tachievement_id\tlevel\n"
NAMES = [*BASELINES, *SYSTEMS]


@dataclass(frozen=True)
class Printed:
    code: int
    out: str
    err: str

    @property
    def document(self) -> dict:
        return json.loads(self.out)


Command = Callable[..., Printed]


@pytest.fixture
def matcher(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path) -> Command:
    monkeypatch.setenv("MATCHER_HOME", str(tmp_path / "工作区"))

    def run(*words: object) -> Printed:
        monkeypatch.setattr(sys, "argv", ["matcher", *map(str, words)])
        capfd.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capfd.readouterr()
        return Printed(int(ended.value.code or 0), out, err)

    return run


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Six subjects; two needs a subject, whose patent is 4 and all others 1."""
    data = tmp_path / "小样"
    data.mkdir()
    needs = [(f"n{i:02d}", i % 6) for i in range(12)]
    (data / "needs.jsonl").write_text(
        "".join(
            json.dumps({"need_id": n, "title": WORDS[i], "description": f"寿命 {i}"}) + "\n" for n, i in needs
        ),
        encoding="utf-8",
    )
    (data / "achievements.jsonl").write_text(
        "".join(
            json.dumps({"achievement_id": f"p{i}", "title": f"一种{w}"}) + "\n" for i, w in enumerate(WORDS)
        ),
        encoding="utf-8",
    )
    rows = (f"{n}\tp{other}\t{4 if other == i else 1}\n" for n, i in needs for other in range(6))
    (data / "qrels.tsv").write_text(QRELS + "".join(rows), encoding="utf-8")
    return data


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """Six enterprises that say what they look for, and bought it a year later or the year after."""
    home = tmp_path / "工作区"
    kinds = (TransactionKind.ORDINARY_LICENCE, TransactionKind.ASSIGNMENT)
    records = [
        *(
            Patent(
                f"p{i}",
                word,
                own_id=f"p{i}",
                source="小样",
                type=PatentType.INVENTION,
                filed=date(2015, 1, 1),
                granted=date(2017, 1, 1),
                holders=("临江大学",),
            )
            for i, word in enumerate(WORDS)
        ),
        *(
            Enterprise(f"e{i}", f"第{i}公司", focus_areas=(word,), region="河东省")
            for i, word in enumerate(WORDS)
        ),
        Need("N1", "轴承润滑", enterprise="第0公司", confidentiality=Confidentiality.PUBLIC),
        Need("N2", "除磷", enterprise="第1公司"),
        *(
            Transaction(
                f"t{i}", f"p{i}", kinds[i % 2], date(2019 + i % 2, 6, 1), "临江大学", f"第{i}公司", f"e{i}"
            )
            for i in range(6)
        ),
        Transaction("early", "p0", kinds[0], date(2014, 1, 1), "临江大学", "第1公司", "e1"),
        Transaction("unknown", "p77", kinds[0], date(2020, 1, 1), "临江大学", "第1公司", "e1"),
        Assessment("a0", "p0", "e0", prospect=Prospect.AVERAGE, on=date(2019, 1, 1)),
    ]
    with Workspace.open(load_settings(home=home)) as opened:
        opened.store.merge(records, date(2018, 1, 1))
    return home


def _state(home: Path) -> str:
    with Workspace.open(load_settings(home=home)) as opened:
        return opened.store.data_version()


def test_every_baseline_stands_beside_the_product_with_its_stamp(
    matcher: Command, folder: Path, tmp_path: Path
) -> None:
    printed = matcher("eval", "run", folder, "--as-of", "2020-01-01", "--seed", 3, "--html", tmp_path / "r.html",
                      "--write-runs", tmp_path / "runs", "--json")  # fmt: skip
    assert printed.code == 0
    assert [run["run"] for run in printed.document["runs"]] == NAMES
    stamp = printed.document["stamp"]
    assert stamp["data"].startswith("小样（")
    assert stamp["seed"] == 3
    assert stamp["as_of"] == "2020-01-01"
    assert stamp["command"].startswith("matcher eval run ")
    assert stamp["settings"].endswith("（模型 patent-need-static-zh）")
    assert stamp["commit"]
    page = (tmp_path / "r.html").read_text(encoding="utf-8")
    for value in stamp.values():
        assert html.escape(str(value)) in page
    assert "概率可信度" in page
    assert read_run(tmp_path / "runs" / "full.trec").rankings["n00"].ids[0] == "p0"
    assert [one["name"] for one in printed.document["strata"]] == ["需求较具体"]


def test_the_stamp_tells_other_data_and_other_settings_apart(
    matcher: Command, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = ("eval", "compare", folder / "a", folder / "a", "--qrels", folder / "qrels.tsv", "--json")
    (folder / "a").write_text("n00 Q0 p0 1 1.0 r\n", encoding="utf-8")
    one = matcher(*command).document["stamp"]
    assert matcher(*command).document["stamp"] == one
    with (folder / "qrels.tsv").open("a", encoding="utf-8") as file:
        file.write("n00\tp9\t1\n")
    two = matcher(*command).document["stamp"]
    assert two["data"] != one["data"]
    assert two["settings"] == one["settings"]
    monkeypatch.setenv("MATCHER_RETRIEVAL__CANDIDATES", "17")
    assert matcher(*command).document["stamp"]["settings"] != one["settings"]


def test_another_systems_run_is_compared_by_enterprise(
    matcher: Command, folder: Path, tmp_path: Path
) -> None:
    run = tmp_path / "别的.trec"
    run.write_text("".join(f"n{i:02d} Q0 p{i % 6} 1 1.0 别的\n" for i in range(12)), encoding="utf-8")
    owners = tmp_path / "企业.tsv"
    owners.write_text("".join(f"n{i:02d}\t企业{i % 4}\n" for i in range(12)), encoding="utf-8")
    printed = matcher("eval", "run", folder, "--run", run, "--enterprises", owners, "--json")
    assert [one["run"] for one in printed.document["runs"]] == [*NAMES, "别的"]
    last = printed.document["comparisons"][-1]
    assert (last["run"], last["needs"], last["groups"]) == ("别的", 12, 4)


def test_needs_with_fewer_results_are_counted_and_named(matcher: Command, folder: Path) -> None:
    run = folder / "short.trec"
    rows = [f"n{i:02d} Q0 p{j} {j} {9 - j} 短\n" for i in range(11) for j in range(1 if i == 4 else 6)]
    run.write_text("".join(rows), encoding="utf-8")
    printed = matcher("eval", "compare", run, run, "--qrels", folder, "--mode", "full")
    assert printed.code == 0
    assert "1 条需求没有任何结果，计为 0（例如 n11）" in printed.out
    assert "1 条需求的结果少于所需条数（例如 n04）" in printed.out


def test_ablation_and_tuning(matcher: Command, folder: Path, tmp_path: Path) -> None:
    printed = matcher("eval", "ablate", folder, "--measure", "mrr", "--json")
    assert [run["run"] for run in printed.document["runs"]][:3] == [
        "full",
        "without semantic",
        "without lexical",
    ]
    command = ("eval", "tune", folder, "--trials", 5, "--log", tmp_path / "log.jsonl", "--test-share", 0.25)
    first = matcher(*command)
    assert "试了 5 组权重（其中 0 组由记录接续），开发集 9 条需求。" in first.out
    assert "尚未看测试集" in first.out
    again = matcher(*command, "--prove")
    assert "其中 5 组由记录接续" in again.out
    assert "测试集：差值" in again.out


def test_the_past_is_replayed_from_the_workspace(matcher: Command, workspace: Path, tmp_path: Path) -> None:
    before = _state(workspace)
    printed = matcher("eval", "history", "--from", "2018-12-31", "--html", tmp_path / "h.html",
                      "--one-page", tmp_path / "p.html", "--json")  # fmt: skip
    assert printed.code == 0
    assert [run["run"] for run in printed.document["runs"]] == NAMES
    full = printed.document["runs"][-1]
    assert full["measures"]["hit@10"]["mean"] == 1.0
    assert (
        len(full["per_need"]) == 3
    )  # the three of 2019; those of 2020 have no whole year after the second cut
    assert {one["name"] for one in printed.document["strata"]} >= {
        "只有关注领域",
        "企业地市：河东省",
        "发明专利",
        "长尾专利",
    }
    assert [one["run"] for one in printed.document["propensity"][-2:]] == ["full", "full"]
    assert "1 条记录未计入：专利编号在数据中找不到（例如 unknown）。" in printed.document["observations"]
    assert "1 条记录未计入：交易日期早于专利申请日（例如 early）。" in printed.document["observations"]
    assert "有 3 家企业买入或获许可了候选库中的专利" in (tmp_path / "p.html").read_text(encoding="utf-8")
    assert _state(workspace) == before


def test_judgements_come_with_their_hygiene(matcher: Command, workspace: Path, tmp_path: Path) -> None:
    printed = matcher("eval", "judgements", tmp_path / "q.tsv", "--before", "2020-01-01")
    assert printed.code == 0
    assert "历史交易：3 对。" in printed.out
    assert "1 对在不同来源中等级不同（例如 e0 × p0：4 与 2）" in printed.out
    assert "3 条记录未计入：发生在截止日期之后，或没有日期（例如 t1、t3、t5）。" in printed.out
    known = read_judgements(tmp_path / "q.tsv")
    assert {need: dict(row) for need, row in known.levels.items()} == {
        "e0": {"p0": 4},
        "e2": {"p2": 4},
        "e4": {"p4": 4},
    }
    only = matcher("eval", "judgements", tmp_path / "a.qrels", "--source", "assessments", "--json")
    assert only.document["counts"] == {"assessments": 1}
    assert (tmp_path / "a.qrels").read_text(encoding="utf-8") == "e0 0 p0 2\n"


def test_transfers_within_a_group_are_no_deals(matcher: Command, workspace: Path, tmp_path: Path) -> None:
    related = tmp_path / "关联方.tsv"
    related.write_text("临江大学\t临江系\n第 0 公司\t临江系\n", encoding="utf-8")
    out = tmp_path / "q.tsv"
    printed = matcher("eval", "judgements", out, "--source", "transactions", "--related", related)
    assert "历史交易：5 对。" in printed.out
    assert "1 条记录未计入：集团内部或权利人与其关联企业之间的转移（例如 t0）。" in printed.out
    related.write_text("临江大学\t临江系\n临江大学\t别的\n", encoding="utf-8")
    before = out.read_bytes()
    refused = matcher("eval", "judgements", out, "--related", related)
    assert refused.code == 3
    assert "关联方.tsv 有 1 行无法识别或前后矛盾（例如 第 2 行）" in refused.err
    assert out.read_bytes() == before


def test_a_pool_is_written_blind_and_read_back(matcher: Command, folder: Path, tmp_path: Path) -> None:
    matcher("eval", "run", folder, "--write-runs", tmp_path / "runs")
    book, runs = tmp_path / "评审.xlsx", [tmp_path / "runs" / f"{name}.trec" for name in ("full", "random")]
    named = ["--run", runs[0], "--run", runs[1]]
    written = matcher("eval", "pool", book, *named, "--data", folder, "--k", 2, "--confidential")
    assert written.code == 0
    assert "来自 2 个系统，次序随机" in written.out
    opened = openpyxl.load_workbook(book)
    sheet = opened["评审"]
    sheet.cell(2, 8).value = 4
    sheet.cell(3, 8).value = 1
    opened.save(book)
    again = matcher("eval", "pool", book, *named, "--data", folder)
    assert (again.code, "可能有专家填好的等级，未覆盖" in again.err) == (3, True)
    read = matcher("eval", "pool", book, "--read", tmp_path / "q.tsv", *named, "--data", folder, "--k", 2)
    assert f"读回 2 对标注，{sheet.max_row - 3} 对未填" in read.out
    assert len(read_judgements(tmp_path / "q.tsv")) == 2


def test_a_ranker_is_trained_on_experts_or_on_the_past(
    matcher: Command, folder: Path, workspace: Path, tmp_path: Path
) -> None:
    printed = matcher(
        "train", "ranker", folder, "--before", "2020-01-01", "--out", tmp_path / "r.json", "--json"
    )
    assert printed.code == 0
    assert printed.document["reason"] == "有标注差异的需求只有 12 条，少于 20 条，沿用默认权重。"
    assert printed.document["made"]["fitted_before"] == "2020-01-01"
    assert printed.document["uncalibrated"].startswith("经专家盲评的需求只有 12 条，少于 20 条，不作校准")
    assert not read_artefact(tmp_path / "r.json").learned
    past = matcher("train", "ranker", "--before", "2021-01-01")
    assert past.code == 0
    assert "沿用默认权重" in past.out
    artefact = read_artefact(workspace / RANKER)
    assert artefact.made.fitted_before == date(2021, 1, 1)
    assert artefact.made.data.startswith("工作区（")
    # what may have seen the answers is refused at an earlier cut
    refused = matcher("eval", "history", "--from", "2018-12-31", "--ranker", workspace / RANKER)
    assert refused.code == 3
    assert "使用了 2021-01-01 之前的数据训练，不能用于评测更早的时点 2018-12-31" in refused.err
    early = matcher("eval", "history", "--from", "2018-12-31", "--ranker", tmp_path / "r.json")
    assert "不能用于评测更早的时点" in early.err


def test_the_ranker_of_an_earlier_day_is_evaluated(matcher: Command, folder: Path, workspace: Path) -> None:
    matcher("train", "ranker", folder, "--before", "2018-01-01", "--out", folder / "r.json")
    printed = matcher("eval", "history", "--from", "2018-12-31", "--ranker", folder / "r.json", "--json")
    assert [run["run"] for run in printed.document["runs"]] == [*NAMES, "learned"]
    told = "学习权重与完整排序相比，命中率@10 差值 +0.0000（95% 区间 +0.0000 至 +0.0000，p = 1.000）。"
    assert told in printed.document["observations"]


# What is refused ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("file", "text", "message"),
    [
        (
            "qrels.tsv",
            QRELS + "n00\tp0\t4\nn00\tp88\t1\nn00\tp89\t1\n",
            "有 2 个专利编号在数据中找不到（例如 p88、p89）",
        ),
        ("qrels.tsv", QRELS + "n00\tp0\t4\nn98\tp0\t1\n", "有 1 个需求编号在数据中找不到（例如 n98）"),
        ("qrels.tsv", QRELS + "n00\tp0\t4\nn00\tp0\t1\n", "有 1 条标注前后不一致（例如 n00 × p0：4 与 1）"),
        (
            "qrels.tsv",
            QRELS + "n00\tp0\t2\nn00\tp1\t1\n",
            "没有可评测的需求：没有一条需求带有等级不低于 3 的标注",
        ),
        ("qrels.tsv", QRELS, "标注为空"),
        ("qrels.tsv", QRELS + "n00\tp0\t7\n", "有 1 条标注的等级不是 1–4（例如 n00 × p0：7）"),
    ],
)
def test_bad_judgements_are_refused_and_the_last_report_stays(
    matcher: Command, folder: Path, tmp_path: Path, file: str, text: str, message: str
) -> None:
    (folder / file).write_text(text, encoding="utf-8")
    report = tmp_path / "r.html"
    report.write_text("上一次的报告", encoding="utf-8")
    printed = matcher("eval", "run", folder, "--html", report)
    assert (printed.code, printed.out) == (3, "")
    assert message in printed.err
    assert report.read_text(encoding="utf-8") == "上一次的报告"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("n00 Q0 p0 1 nan r", "有 1 个分数不是有限数值（例如 第 1 行 p0：nan）"),
        ("n00 Q0 p88 1 1.0 r", "有 1 个专利编号在数据中找不到（例如 p88）"),
        ("n98 Q0 p0 1 1.0 r", "有 1 个需求编号在数据中找不到（例如 n98）"),
        ("n00 Q0 p0 1 2.0 r\nn00 Q0 p0 2 1.0 r", "有 1 条结果在同一需求下重复（例如 n00 × p0）"),
        ("n00 p0 1.0", "有 1 行不是 TREC run 格式（例如 第 1 行）"),
    ],
)
@pytest.mark.parametrize("verb", ["run", "compare"])
def test_bad_runs_are_refused_and_the_last_report_stays(
    matcher: Command, folder: Path, tmp_path: Path, verb: str, line: str, message: str
) -> None:
    run, report = tmp_path / "bad.trec", tmp_path / "r.html"
    run.write_text(line + "\n", encoding="utf-8")
    report.write_text("上一次的报告", encoding="utf-8")
    words = ["run", folder, "--run", run] if verb == "run" else ["compare", run, run, "--qrels", folder]
    printed = matcher("eval", *words, "--html", report)
    assert (printed.code, printed.out) == (3, "")
    assert message in printed.err
    assert report.read_text(encoding="utf-8") == "上一次的报告"


def test_an_empty_split_is_refused_before_anything_is_logged(
    matcher: Command, folder: Path, tmp_path: Path
) -> None:
    printed = matcher("eval", "tune", folder, "--test-share", 1, "--log", tmp_path / "log.jsonl")
    assert printed.code == 3
    assert "12 组需求按 100% 留作测试，有一边会是空的" in printed.err
    assert not (tmp_path / "log.jsonl").exists()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--from", "2021-01-01"], "2021-01-01 到 2020-06-01 不足 12 个月，无法划分时间段"),
        (["--from", "2017-06-01", "--to", "2018-06-01"], "1 个时间段里都没有可评测的交易"),
        (["--from", "2018年"], "日期“2018年”无法识别"),
    ],
)
def test_a_past_without_deals_is_refused_and_the_last_page_stays(
    matcher: Command, workspace: Path, tmp_path: Path, words: list[str], message: str
) -> None:
    page, before = tmp_path / "p.html", _state(workspace)
    page.write_text("上一次的一页纸", encoding="utf-8")
    printed = matcher("eval", "history", *words, "--one-page", page)
    assert printed.code == 3
    assert message in printed.err
    assert page.read_text(encoding="utf-8") == "上一次的一页纸"
    assert _state(workspace) == before


def test_what_is_no_workspace_is_not_made_one(matcher: Command, tmp_path: Path) -> None:
    for words in (["history"], ["judgements", tmp_path / "q.tsv"]):
        printed = matcher("eval", *words, "--home", tmp_path / "空")
        assert printed.code == 5
        assert "不是工作区。请先用 matcher import 导入" in printed.err
        assert not (tmp_path / "空").exists()


def test_sources_without_a_judgement_leave_the_last_file(
    matcher: Command, workspace: Path, tmp_path: Path
) -> None:
    out = tmp_path / "q.tsv"
    out.write_text("上一次", encoding="utf-8")
    printed = matcher("eval", "judgements", out, "--source", "outcomes")
    assert printed.code == 3
    assert "没有可用的标注：对接结果中没有可判定的记录" in printed.err
    assert "没有名为 deals 的标注来源" in matcher("eval", "judgements", out, "--source", "deals").err
    assert out.read_text(encoding="utf-8") == "上一次"


def test_needs_of_the_authority_are_not_pooled_unasked(
    matcher: Command, workspace: Path, tmp_path: Path
) -> None:
    run = tmp_path / "r.trec"
    with Workspace.open(load_settings(home=workspace)) as opened:
        needs = {need.title: need.id for need in opened.store.needs.all()}
        patent = next(iter(opened.store.patents.all())).id
    run.write_text(f"{needs['除磷']} Q0 {patent} 1 1.0 r\n", encoding="utf-8")
    printed = matcher("eval", "pool", tmp_path / "评审.xlsx", "--run", run)
    assert printed.code == 8
    assert "有 1 条需求仅主管部门可见" in printed.err
    assert not (tmp_path / "评审.xlsx").exists()


def test_a_failed_training_leaves_the_ranker_in_force(matcher: Command, workspace: Path) -> None:
    (workspace / RANKER).write_bytes(b"{}")
    printed = matcher("train", "ranker", "--before", "2010-01-01")
    assert printed.code == 3
    assert "2010-01-01 之前没有可以学习的交易、评价或对接结果" in printed.err
    assert (workspace / RANKER).read_bytes() == b"{}"


def test_pooled_judgements_of_other_records_are_refused(
    matcher: Command, workspace: Path, tmp_path: Path
) -> None:
    (tmp_path / "q.tsv").write_text(QRELS + "没有\tp0\t4\n", encoding="utf-8")
    printed = matcher("train", "ranker", "--before", "2021-01-01", "--qrels", tmp_path / "q.tsv")
    assert printed.code == 3
    assert "有 1 个需求编号在数据中找不到（例如 没有）" in printed.err
    assert not (workspace / RANKER).exists()


def test_a_damaged_ranker_is_refused_with_what_to_run(matcher: Command, workspace: Path) -> None:
    (workspace / RANKER).write_bytes(b"{}")
    printed = matcher("eval", "history", "--ranker", workspace / RANKER)
    assert printed.code == 3
    assert "请重新训练（matcher train ranker）" in printed.err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--mode", "half"], "--mode 应为 judged 或 full，收到的是“half”"),
        (["--measure", "ndgc@10"], "没有名为 ndgc@10 的指标"),
        (["--enterprises", "没有.tsv"], "找不到或无法读取文件 没有.tsv"),
    ],
)
def test_wrong_options_are_said(matcher: Command, folder: Path, words: list[str], message: str) -> None:
    printed = matcher("eval", "run", folder, *words)
    assert printed.code == 3
    assert message in printed.err
