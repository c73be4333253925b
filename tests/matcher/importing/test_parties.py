"""Experts and service institutions as files have them."""

from datetime import date

from matcher.domain import Expert, ServiceInstitution
from matcher.importing import RecordKind, read_records


def _file(path, text):
    path.write_text(text, encoding="utf-8")
    return path


def test_experts_with_what_they_avoid(tmp_path):
    file = _file(
        tmp_path / "专家名录.csv",
        "姓名,工作单位,职称,研究方向,推荐日期,回避单位,联系电话\n"
        "赵一,青屿公司,高级工程师,储能；电池,2026.4.15,甲大学；乙公司,0000-1\n"
        "钱二,,,焊接,,,\n"
        "孙三,丙公司,,,,,\n",
    )
    reading = read_records(file, RecordKind.EXPERTS, source="征集")
    assert [item.record for item in reading] == [
        Expert(
            "赵一（青屿公司）",
            "赵一",
            "青屿公司",
            "高级工程师",
            ("储能", "电池"),
            ("甲大学", "乙公司"),
            date(2026, 4, 15),
            "0000-1",
            "征集",
        )
    ]
    assert [(problem.row, problem.column, problem.message) for problem in reading.problems] == [
        (3, "工作单位", "没有单位，未采用。请补充后重新导入。"),
        (4, "研究方向", "没有关注领域，未采用。请补充后重新导入。"),
    ]


def test_service_institutions(tmp_path):
    file = _file(
        tmp_path / "机构.csv",
        "机构名称,类型,关注产业,产品,所属地市\n云泽创投,投资机构,新材料；储能,天使投资,云泽市\n空白机构,,新材料,,\n",
    )
    reading = read_records(file, RecordKind.SERVICES)
    assert [item.record for item in reading] == [
        ServiceInstitution("云泽创投", "云泽创投", "投资机构", ("新材料", "储能"), ("天使投资",), "云泽市")
    ]
    assert [problem.message for problem in reading.problems] == [
        "机构类型和产品都没有填写，无法对接。请至少填写一项。"
    ]
