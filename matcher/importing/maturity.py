"""Maturity in people's words → TRL 1–9 (ISO 16290; GB/T 22900-2022), with the scale it was stated in.

Levels of the 13-level scale equal TRL up to 9 (系统级); 10 销售级 to 13 回报级 speak of the market and count as 9.
Of a range the lower end counts. Clinical phases follow the medical readiness levels of the US Department of
Defense: pre-clinical 5, phases I–III 6–8, approved 9.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from matcher.domain import Maturity, MaturityScale, MaturitySource
from matcher.errors import InputError

_LEVELS_13 = (
    "报告级", "方案级", "功能级", "仿真级", "初样级", "正样级", "环境级", "产品级", "系统级", "销售级", "盈亏级", "利润级", "回报级",
)  # fmt: skip
_STAGES = {
    "理论研究": 2, "概念": 2, "实验室阶段": 4, "实验室": 4, "研发阶段": 3, "研发": 3, "研究阶段": 3, "研究": 3, "小试": 4,
    "中试": 6, "试生产": 8, "小批量": 8, "量产": 9, "批量生产": 9, "规模化生产": 9, "规模生产": 9, "产业化": 9, "大规模应用": 9,
}  # fmt: skip
_WORDS = {
    "基础研究": 1, "原理": 1, "构思": 2, "概念验证": 3, "关键技术验证": 3, "实验室样机": 5, "原理样机": 4, "工程样机": 7, "样机": 6, "样品": 6,
    "原型": 6, "工业化试验": 7, "工程化": 7, "产业化前期": 7, "产业化前": 7, "应用示范": 7, "示范应用": 7, "示范工程": 7, "推广应用": 9,
    "临床前": 5, "临床i期": 6, "临床一期": 6, "i期临床": 6, "临床ii期": 7, "临床二期": 7, "ii期临床": 7, "临床iii期": 8,
    "临床三期": 8, "iii期临床": 8, "临床试验": 6, "已上市": 9, "上市销售": 9, "已应用": 9, "成熟应用": 9, "可量产": 8, "可规模生产": 8,
    "尚未产业化": 6, "未产业化": 6,
}  # fmt: skip
_BY_LENGTH = sorted({**_STAGES, **_WORDS}.items(), key=lambda item: -len(item[0]))
_ANY = re.compile("|".join(re.escape(word) for word, _ in _BY_LENGTH))
_LEVELS = {**_STAGES, **_WORDS}
_NUMBER = re.compile(
    r"(?P<scale>trl|技术成熟度|技术就绪度|成熟度|就绪度)?[:\-_]?第?(?P<low>\d{1,2})(?:级|阶|层)?"
    r"(?:(?:-|~|至|到|—)(?:trl)?-?(?P<high>\d{1,2})(?:级)?)?(?P<rest>\D.*)?"
)


@lru_cache(maxsize=4096)
def parse_maturity(text: str, source: MaturitySource = MaturitySource.SELF, *, levels: int = 9) -> Maturity:
    """`TRL 5`, `5级`, `4-6`, 中试, 样机, 8级（产品级）…; bare numbers count on a scale of 9 or 13 `levels`.

    Raises InputError for other words and for levels outside the scale.
    """
    stated = text.strip()
    value = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text).lower())
    named = next((level for level, name in enumerate(_LEVELS_13, start=1) if name in value), None)
    if named is not None:
        return Maturity(min(named, 9), stated, MaturityScale.LEVEL13, source)
    match = _NUMBER.fullmatch(value)
    if match is not None:
        return _numbered(match, stated, source, 9 if match["scale"] == "trl" else levels)
    found: list[str] = _ANY.findall(value)
    if not found:
        raise InputError(f"“{text}”不是能识别的技术成熟度。请填 TRL 1–9，或 研发、小试、中试、量产。")
    lowest = min([word for word in found if word in _WORDS] or found, key=lambda word: _LEVELS[word])
    scale = MaturityScale.STAGE if lowest in _STAGES else MaturityScale.FREE
    return Maturity(_LEVELS[lowest], stated, scale, source)


def _numbered(match: re.Match[str], stated: str, source: MaturitySource, levels: int) -> Maturity:
    level = int(match["low"])
    scale = MaturityScale.TRL9 if levels == 9 else MaturityScale.LEVEL13
    if "13" in (match["rest"] or "") or (levels == 9 and 9 < level <= 13 and match["scale"] != "trl"):
        levels, scale = 13, MaturityScale.LEVEL13
    if not 1 <= level <= levels or (match["high"] and int(match["high"]) > levels):
        raise InputError(f"“{stated}”超出技术成熟度的等级范围（1–{levels}）。")
    return Maturity(min(level, 9), stated, scale, source)
