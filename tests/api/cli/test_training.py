"""train embedding from the command line: a model that quick can use, and refusals with their exit codes."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from api.cli import main


def run(monkeypatch: pytest.MonkeyPatch, home: Path, *words: object) -> int:
    monkeypatch.setenv("MATCHER_HOME", str(home))
    monkeypatch.setattr(sys, "argv", ["matcher", *map(str, words)])
    with pytest.raises(SystemExit) as ended:
        main()
    return int(ended.value.code or 0)


@pytest.fixture
def patents(tmp_path: Path) -> Path:
    titles = ["电池散热装置", "电池冷却方法", "小麦播种机械", "玉米播种方法"] * 12
    file = tmp_path / "专利.jsonl"
    rows = [{"id": f"P{i}", "title": f"{title}{i}", "abstract": title * 9} for i, title in enumerate(titles)]
    file.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
    return file


def test_a_trained_model_serves_the_next_command(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path, patents: Path
) -> None:
    model = tmp_path / "模型"
    command = ("train", "embedding", model, "--patents", patents, "--dimension", 4, "--batch", 8)
    assert run(monkeypatch, tmp_path / "家", *command) == 0
    assert f"启用：matcher index --model {model}" in capfd.readouterr().out
    needs = tmp_path / "需求.jsonl"
    needs.write_text(json.dumps({"id": "N1", "title": "电池散热"}, ensure_ascii=False), encoding="utf-8")
    ran = tmp_path / "run.trec"
    assert run(monkeypatch, tmp_path / "家", "quick", needs, patents, "--model", model, "--run", ran) == 0
    assert ran.read_text(encoding="utf-8").split()[:2] == ["N1", "Q0"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "没有指定训练材料"),
        (["--public", "无此文件夹"], "公开语料文件夹“无此文件夹”中缺少"),
        (["--patents", "无此文件.xlsx"], "无此文件.xlsx"),
    ],
)
def test_refusals_say_what_to_do_and_write_nothing(
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    tmp_path: Path,
    words: list[str],
    said: str,
) -> None:
    assert run(monkeypatch, tmp_path / "家", "train", "embedding", tmp_path / "模型", *words) == 3
    assert said in capfd.readouterr().err
    assert not (tmp_path / "模型").exists()
