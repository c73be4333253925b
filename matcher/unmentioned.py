"""What a need's title asks for and a patent does not mention: what speaks against a pair whose words speak for it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from indexes.commonness import document_shares
from indexes.lexical import LexicalIndex
from indexes.tokens import is_han, run_words
from matcher.domain import Patent
from matcher.related import COMMON, RelatedTerms, is_term

_ASKING = (
    " 研发 研究 研制 开发 攻关 创新 应用 示范 推广 转化 产业化 工程化 规模化 产业链 关键技术 核心技术 共性技术 解决方案 项目 课题 平台 建设"
    " 改造 升级 改进 优化 提升 提高 降低 减少 避免 解决 实现 集成 综合 利用 综合利用 高效 高端 新型 最新 先进 智能化 问题 难题 如何 需求"
    " 寻求 希望 影响 性能 质量 公司 企业 行业 国内 目前 相关 专用 专用设备 装备 关键 核心 共性 产品 衍生品 精深 制造 创造 发展 技术开发"
    " 技术创新 开发技术 工程技术 新工艺 某些 特定 面向 "
)
"""Words of asking, which no patent need repeat."""
_QUOTED = 3


def sought(title: str, index: LexicalIndex) -> list[str]:
    """The words of a need's normalised title that say what it is about, those rarest among the patents first."""
    found = dict.fromkeys(word for run in run_words(title) for word in run)
    words = [word for word in found if f" {word} " not in _ASKING and _says(word)]
    shares = document_shares(index, words)
    return [words[place] for place in np.argsort(shares, kind="stable").tolist() if shares[place] <= COMMON]


def unmentioned(
    words: Iterable[str], patent: Patent, text: str, related: Sequence[RelatedTerms]
) -> tuple[str, ...]:
    """The first of some words that neither stand in the patent's normalised text nor have a related term there.

    None where the patent is known by its title alone: what a title leaves out says nothing.
    """
    if not (patent.abstract or patent.first_claim):
        return ()
    near = {pair.need for pair in related}
    return tuple(word for word in words if word not in text and word not in near)[:_QUOTED]


def _says(word: str) -> bool:
    """Whether a word could be what a need is about: a term, or a name in letters and digits (V2G, STAT3)."""
    return is_term(word) if is_han(word) else len(word) > 1 and not word.isdigit()
