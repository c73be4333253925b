"""企业技术需求征集表 in Word: one page, a label beside each value, boxes where terms are to be ticked."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from matcher.domain import Confidentiality, LicensingMode
from matcher.matchlists.documents.blocks import Document, Fact, Facts, Paragraph

_FIXED_TIME = datetime(1980, 1, 1)
_BOX = "□"
_MODES = "　".join(f"{_BOX}{mode}" for mode in LicensingMode if mode is not LicensingMode.OWN_USE)
_COOPERATION = "　".join(
    f"{_BOX}{way}" for way in ("联合开发", "委托研发", "技术许可", "成果转让", "作价入股", "技术服务")
)
_OPENNESS = "　".join(f"{_BOX}{each}" for each in Confidentiality)
LINES: tuple[Fact, ...] = (
    Fact("企业名称", ""),
    Fact("统一社会信用代码", ""),
    Fact("所在地区", ""),
    Fact("所属行业", ""),
    Fact("需求名称", ""),
    Fact("技术领域", ""),
    Fact("需求描述（用途、工况、现有工艺）", "\n\n\n"),
    Fact("技术指标（可量化的要求）", "\n\n"),
    Fact("技术难题（已试过什么、难在哪里）", "\n\n"),
    Fact("成熟度要求", "□实验室　□小试　□中试　□量产"),
    Fact("预算（万元）", ""),
    Fact("合作方式（可多选）", _COOPERATION),
    Fact("可接受的转化方式（可多选）", _MODES),
    Fact("提出日期", ""),
    Fact("有效期", ""),
    Fact("公开范围（单选，不选按仅主管部门处理）", _OPENNESS),
)


def write_need_form(path: Path) -> None:
    """Write the form as .docx; every label is one that importing knows, and the same version writes the same bytes."""
    from matcher.matchlists.documents.docx_file import write_docx

    hint = "一项需求填一张表；多项需求可复制本表，放在同一个文件里。在所选项前的方框打勾（☑）。"
    title = "企业技术需求征集表"
    write_docx(Document(title, "", (Paragraph(hint, note=True), Facts(LINES)), _FIXED_TIME), path)
