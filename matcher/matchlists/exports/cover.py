"""What stands on a list's cover: for whom, of what data, how to read the grades."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from matcher.matches import Grade
from matcher.matchlists.exports.presets import Sheet
from matcher.matchlists.exports.rows import ListRows

_MEANINGS = {
    Grade.STRONG: "技术内容与需求高度一致，建议优先对接",
    Grade.RECOMMENDED: "技术内容与需求较为一致，建议安排对接",
    Grade.POSSIBLE: "部分内容相关，可由双方技术人员进一步判断",
    Grade.NOT_RECOMMENDED: "相关性弱，仅供内部核对",
}
_UNCALIBRATED = "未校准：等级按分值阈值划定，未经专家评价校准，不代表成功概率"
_CALIBRATED = "已按专家评价校准：每个等级背后有“专家会判为较相关或强相关”的概率，不是成交概率"


@dataclass(frozen=True, slots=True)
class CoverLine:
    """One labelled text; it may have several lines."""

    label: str
    text: str


def title(rows: ListRows) -> str:
    """The list's title."""
    return f"{rows.provenance.event}专利供需对接清单"


def cover_lines(rows: ListRows) -> tuple[CoverLine, ...]:
    """The cover's lines in order; every number is of this version, not of what it leaves out."""
    made = rows.provenance
    lines = [
        CoverLine("活动名称", made.event or "（未填写）"),
        CoverLine("编制单位", made.organiser or "（未填写）"),
        CoverLine("编制时间", f"{made.made_at:%Y-%m-%d %H:%M}"),
        CoverLine("清单版本", f"{rows.preset.name}（{rows.preset.purpose}）"),
        *([CoverLine("清单编号", made.list_id)] if made.list_id else []),
        CoverLine("清单基准日", f"{made.as_of:%Y-%m-%d}"),
        CoverLine("法律状态数据截至日期", _status_days(rows)),
        CoverLine("数量", _counts(rows)),
        CoverLine("列入口径", _rule(rows)),
    ]
    grades = [grade for grade in Grade if not _is_hidden(rows, grade)]
    lines.append(CoverLine("推荐等级", "\n".join(f"{grade}：{_MEANINGS[grade]}" for grade in grades)))
    lines.append(CoverLine("等级说明", grade_note(rows)))
    if made.methods:
        lines.append(CoverLine("排序依据", made.methods))
    lines.append(
        CoverLine(
            "版本信息",
            f"数据 {made.data_version or '—'}；模型 {made.model or '—'}；"
            f"索引 {made.index or '—'}；设置 {made.settings or '—'}",
        )
    )
    lines.append(
        CoverLine(
            "使用说明",
            "本清单由计算机比对生成，供供需双方对接参考，不构成法律意见或价值评估。专利法律状态、权属和许可情况"
            "以国家知识产权局专利登记簿为准，标注“待核实”的事项请在签约前核实。",
        )
    )
    return tuple(lines)


def grade_note(rows: ListRows) -> str:
    """Whether the grades are calibrated; said wherever grades are shown."""
    calibrated = bool(rows.matches) and all(row.match.probability is not None for row in rows.matches)
    return _CALIBRATED if calibrated else _UNCALIBRATED


def _status_days(rows: ListRows) -> str:
    patents = {row.match.patent.id: row.match.patent for row in rows.matches}
    days = sorted(patent.status_date for patent in patents.values() if patent.status_date)
    unknown = len(patents) - len(days)
    if not patents:
        return "—"
    if not days:
        return "数据来源未注明核验日期，请以专利登记簿为准"
    known = f"{days[-1]:%Y-%m-%d}"
    if days[0] != days[-1]:
        known += f"（各专利核验日期自 {days[0]:%Y-%m-%d} 起，见清单）"
    return known + (f"；另有 {unknown} 件未注明核验日期，标为待核实" if unknown else "")


def _counts(rows: ListRows) -> str:
    grades = Counter(row.match.grade for row in rows.matches)
    by_grade = "、".join(f"{grade} {grades[grade]}" for grade in Grade if grades[grade])
    parts = [
        f"专利库 {rows.provenance.patents} 件",
        f"列入需求 {len(rows.needs)} 项",
        f"推荐 {len(rows.matches)} 条" + (f"（{by_grade}）" if by_grade else ""),
        f"涉及专利 {len({row.match.patent.id for row in rows.matches})} 件",
        f"暂无合适专利的需求 {len(rows.unanswered)} 项",
    ]
    if Sheet.EXCLUDED in rows.preset.sheets:
        parts.append(f"排除 {len(rows.excluded)} 条")
    return "，".join(parts)


def _rule(rows: ListRows) -> str:
    made = rows.provenance
    floor = Grade.POSSIBLE if _is_hidden(rows, made.floor) else made.floor
    return (
        f"每项需求最多列 {made.list_k} 件专利，低于“{floor}”的不列入；不满足硬性条件（法律状态、转化方式等）的不列入；"
        "宁缺毋滥，没有合适专利的需求单独列出"
    )


def _is_hidden(rows: ListRows, grade: Grade) -> bool:
    return grade is Grade.NOT_RECOMMENDED and not rows.preset.internal
