"""`--explain` says how the dense channel searches; `--exact` makes it the exact one."""

from __future__ import annotations

from datetime import date, datetime

import numpy as np
import pytest
from typer.testing import CliRunner

from api.cli.app import app
from matcher import usecases
from matcher.domain import Patent, PatentType
from matcher.settings import Settings
from matcher.workspace import Workspace

WORDS = (
    "阀门 轴承 电池 叶片 涂层 机器人 传感器 催化剂 污泥 玉米 激光 焊接 织物 钢板 药物 芯片 图像 齿轮 电机 "
    "水泥 燃料 橡胶 光伏 导管 疫苗 雷达 油漆 锅炉 冷链 种子 隧道 桥梁 船舶 玻璃 陶瓷 纤维 茶叶 饲料 算法 数据库"
)


@pytest.fixture
def home(tmp_path):
    random = np.random.default_rng(0)
    patents = [
        Patent(
            f"p{number:04d}",
            "".join(random.choice(WORDS.split(), 6)),
            type=PatentType.INVENTION if number % 100 else PatentType.UTILITY_MODEL,
        )
        for number in range(6_000)
    ]
    settings = Settings(home=tmp_path / "工作区", retrieval={"index": "fast-scan"})
    with Workspace.open(settings) as workspace:
        workspace.store.merge(patents, date(2026, 1, 1))
        usecases.build_index(workspace, datetime(2026, 11, 1, 9, 0))
    (settings.home / "matcher.toml").write_text('[retrieval]\nindex = "fast-scan"\n', encoding="utf-8")
    return settings.home


def test_the_way_of_the_search_is_told(home):
    asked = ["match", "阀门", "--home", str(home), "--as-of", "2026-11-01", "--explain", "--json"]

    def told(*options):
        printed = CliRunner().invoke(app, [*asked, *options])
        assert printed.exit_code == 0, printed.output
        (line,) = [line for line in printed.stderr.splitlines() if line.startswith("语义索引")]
        return line

    line = told()
    assert line.startswith("语义索引 000001（2026-11-01 09:00，fast-scan，召回率 ")
    assert line.endswith(
        "共 6000 件，符合条件 6000 件；扫描全部压缩码，再对候选逐件精确计算（精确计算 2500 件）。"
    )
    assert told("--type", "实用新型").endswith(
        "共 6000 件，符合条件 60 件；只对符合条件的专利逐件精确计算（精确计算 60 件）。"
    )
    assert told("--exact") == (
        "语义索引 000001（2026-11-01 09:00）：共 6000 件，符合条件 6000 件；逐件精确计算（精确计算 6000 件）。"
    )
