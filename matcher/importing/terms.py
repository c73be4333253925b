"""The words of all exports and forms → the coded terms of the domain; tables as data.

Parsers return what they found; what a cell says beyond that raises InputError, naming the words that are known.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Generic, TypeVar

from matcher.domain import (
    Confidentiality,
    EncumbranceKind,
    FeeKind,
    ImplementationStatus,
    LegalStatus,
    LicensingMode,
    MaturitySource,
    PatentType,
    Prospect,
    TransactionKind,
)
from matcher.errors import InputError

T = TypeVar("T")


def word_key(text: str) -> str:
    """The form in which words are compared: half width, no blanks, lower case."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).lower()


class Words(Generic[T]):
    """A table from words to terms; the longest word found in a cell wins over its parts."""

    def __init__(self, label: str, table: Mapping[T, str]) -> None:
        self._label = label
        self._terms = {word_key(word): term for term, words in table.items() for word in words.split()}
        longest_first = sorted(self._terms, key=lambda word: (-len(word), word))
        self._any = re.compile("|".join(map(re.escape, longest_first)))

    def one(self, text: str) -> T:
        """The term of a cell that names one: the whole cell if it is a word, else the first word in it."""
        key = word_key(text)
        if key in self._terms:
            return self._terms[key]
        match = self._any.search(key)
        if match is None:
            raise self.unknown(text)
        return self._terms[match[0]]

    def all(self, text: str) -> list[T]:
        """Every term named in a cell, in order, without repetition; empty where none is."""
        return list(dict.fromkeys(self._terms[word] for word in self._any.findall(word_key(text))))

    def unknown(self, text: str) -> InputError:
        """What is wrong with a cell in which no word is known."""
        known = "、".join(dict.fromkeys(getattr(term, "value", str(term)) for term in self._terms.values()))
        return InputError(f"“{text}”不是能识别的{self._label}。可填：{known}。")


TYPES: Words[PatentType] = Words(
    "专利类型",
    {
        PatentType.INVENTION: "发明专利 发明 发明授权 发明公开 发明申请 授权发明 发明公布 发明专利申请 invention 1",
        PatentType.UTILITY_MODEL: "实用新型 实用新型专利 实用 新型 utilitymodel utility 2",
        PatentType.DESIGN: "外观设计 外观设计专利 外观 design 3",
    },
)

_STATUS: Words[LegalStatus] = Words(
    "法律状态",
    {
        LegalStatus.PENDING: "申请中 审中 在审 审查中 实质审查 实质审查的生效 实审 进入实审 公开 公布 申请公布 待审 受理 初审 未授权 "
        "pct指定期内 复审 驳回复审 驳回等复审请求 等待颁证公告 等年登印费 新案审查 回案实审 等待实审提案 等待实审请求 一通出案待答复 pending published",
        LegalStatus.GRANTED: "授权 有效 专利权维持 维持有效 维持 有权 已授权 授权有效 有效专利 授权后 有权-审定授权 审定授权 granted active 存续",
        LegalStatus.TRANSFERRED: "专利权转移 专利申请权转移 权利转移 专利权的转移 专利申请权、专利权的转移 转移 专利权人变更 转让",
        LegalStatus.RESTORED: "权利恢复 专利权恢复 恢复权利 恢复 专利申请权恢复",
        LegalStatus.PLEDGED: "质押合同登记生效 专利权质押合同登记的生效 质押 专利权质押 质押登记 专利权质押登记 质押合同登记的生效 "
        "专利权质押合同登记 质押保全 出质",
        LegalStatus.OPEN_LICENCE: "开放许可声明 开放许可 专利开放许可 开放许可生效 专利权人声明开放许可",
        LegalStatus.PRESERVED: "专利权保全 保全 财产保全 专利权的保全 专利申请权保全 查封 冻结",
        LegalStatus.LICENCE_RECORDED: "许可合同备案生效 专利实施许可合同备案的生效 专利实施许可合同备案 实施许可合同备案生效 许可备案 "
        "实施许可 许可 专利实施许可 许可合同备案 专利实施许可合同的备案",
        LegalStatus.INVALIDATION_PENDING: "无效宣告程序中 无效程序中 无效审理中 无效宣告请求 无效宣告请求审理中 口头审理 无效程序 无效审查中",
        LegalStatus.PARTLY_INVALIDATED: "部分无效 宣告专利权部分无效 专利权部分无效 部分无效宣告 宣告部分无效",
        LegalStatus.LAPSED: "未缴年费终止 未缴年费专利权终止 未缴年费 因费用终止 未缴纳年费 专利权终止 权利终止 终止 年费终止 因未缴年费终止 "
        "未缴年费终止失效 未缴年费终止等恢复 欠费终止 等待年费滞纳金失效",
        LegalStatus.EXPIRED: "期限届满 专利权有效期届满 有效期届满 期限届满终止 届满 专利权期限届满 保护期届满 到期",
        LegalStatus.ABANDONED: "放弃专利权 放弃 主动放弃 避重放弃 避免重复授权放弃专利权 避重授权 避免重复授权 专利权的主动放弃 视为放弃 "
        "专利权的视为放弃 专利权视为放弃 视为放弃取得专利权",
        LegalStatus.INVALIDATED: "全部无效 专利权全部无效 宣告专利权全部无效 无效 专利权的无效宣告 宣告全部无效 专利权无效 全部无效宣告 被宣告无效",
        LegalStatus.REJECTED: "驳回 发明专利申请公布后的驳回 驳回失效 申请驳回 公布后的驳回",
        LegalStatus.WITHDRAWN: "撤回 视为撤回 发明专利申请公布后的视为撤回 视撤 视撤失效 逾期视撤等恢复 主动撤回 公布后的撤回 公布后的视为撤回 撤回失效 "
        "pct未进入指定国(指定期内) pct指定期满",
        LegalStatus.DEAD: "失效 无权 死亡 失效专利 已失效 inactive dead expired",
    },
)
_ENDED = re.compile(
    r"(?P<kind>质押|保全|许可|备案)[^;,|、/]{0,12}?(?:注销|解除|撤回|终止|失效|届满)|(?:解除|注销|撤回|撤销)[^;,|、/]{0,8}(?P<after>质押|保全|许可)"
    r"|质押合同登记的?注销|专利开放许可的?撤回"
)
_NEGATED = re.compile(
    r"[未无非没](?:有|被|处于|设定|办理)?(?:质押|保全|许可|开放许可|查封|冻结)(?:登记|状态)?"
)
_DEAD = (
    LegalStatus.INVALIDATED,
    LegalStatus.EXPIRED,
    LegalStatus.LAPSED,
    LegalStatus.ABANDONED,
    LegalStatus.REJECTED,
    LegalStatus.WITHDRAWN,
    LegalStatus.DEAD,
)
_PRECEDENCE = (
    LegalStatus.RESTORED,
    *_DEAD,
    LegalStatus.PRESERVED,
    LegalStatus.INVALIDATION_PENDING,
    LegalStatus.PLEDGED,
    LegalStatus.OPEN_LICENCE,
    LegalStatus.LICENCE_RECORDED,
    LegalStatus.PARTLY_INVALIDATED,
    LegalStatus.TRANSFERRED,
    LegalStatus.GRANTED,
    LegalStatus.PENDING,
)
"""Of several states in one cell the first of these counts: a restored right lives, a dead one does not."""
_ON_RIGHT = {
    LegalStatus.PLEDGED: EncumbranceKind.PLEDGE,
    LegalStatus.PRESERVED: EncumbranceKind.PRESERVATION,
    LegalStatus.OPEN_LICENCE: EncumbranceKind.OPEN_LICENCE,
}


@dataclass(frozen=True, slots=True)
class Standing:
    """The legal status that counts, and what stands on the right."""

    status: LegalStatus
    encumbrances: tuple[EncumbranceKind, ...] = ()


@lru_cache(maxsize=4096)
def parse_status(text: str) -> Standing:
    """A legal status, also combined ones (`授权 | 质押`); ended pledges, licences and preservations do not count.

    Raises InputError where no word is known.
    """
    cell = _NEGATED.sub("", word_key(text))
    ended = _ENDED.search(cell) is not None
    found = _STATUS.all(_ENDED.sub("", cell))
    if not found and not ended:
        raise _STATUS.unknown(text)
    status = next((status for status in _PRECEDENCE if status in found), LegalStatus.GRANTED)
    if status is LegalStatus.RESTORED or status not in _DEAD:
        return Standing(status, tuple(_ON_RIGHT[each] for each in found if each in _ON_RIGHT))
    return Standing(status)


_ANY_LICENCE = (LicensingMode.ORDINARY_LICENCE, LicensingMode.SOLE_LICENCE, LicensingMode.EXCLUSIVE_LICENCE)
_EVERY_MODE = (
    LicensingMode.ASSIGNMENT,
    *_ANY_LICENCE,
    LicensingMode.OPEN_LICENCE,
    LicensingMode.INVESTMENT,
)
_MODES: Words[tuple[LicensingMode, ...]] = Words(
    "转化方式",
    {
        (
            LicensingMode.ASSIGNMENT,
        ): "转让 专利权转让 专利转让 技术转让 成果转让 出让 购买 买断 收购 受让 assignment transfer",
        (
            LicensingMode.ORDINARY_LICENCE,
        ): "普通许可 普通实施许可 一般许可 非独占许可 非排他许可 ordinary_licence",
        (LicensingMode.SOLE_LICENCE,): "排他许可 排他实施许可 独家许可 sole_licence",
        (LicensingMode.EXCLUSIVE_LICENCE,): "独占许可 独占实施许可 独占 exclusive_licence",
        (LicensingMode.OPEN_LICENCE,): "开放许可 专利开放许可 open_licence",
        (
            LicensingMode.INVESTMENT,
        ): "作价入股 作价投资 技术入股 入股 专利作价入股 作价出资 知识产权入股 股权合作 investment",
        (LicensingMode.OWN_USE,): "自行实施 自主实施 自行转化 自主转化 自用 own_use",
        _ANY_LICENCE: "许可 实施许可 专利许可 技术许可 许可使用 许可实施 专利实施许可 licence license",
        _EVERY_MODE: "均可 不限 都可以 任意方式 皆可 全部接受",
    },
)
_REFUSED_MODE = re.compile(
    r"(?:不接受|不同意|不愿意?|不考虑|不含|除|暂不|不)(?:专利权?)?(?:转让|许可|独占许可|排他许可|作价入股|入股|出让)(?:外|以外)?"
)


@lru_cache(maxsize=4096)
def parse_modes(text: str) -> tuple[LicensingMode, ...]:
    """The modes a holder or enterprise accepts, in their order; a plain 许可 is any licence but an open one.

    Raises InputError where no word is known.
    """
    found = _MODES.all(_REFUSED_MODE.sub("", word_key(text)))
    modes = tuple(dict.fromkeys(mode for several in found for mode in several))
    if not modes and not _REFUSED_MODE.search(word_key(text)):
        raise InputError(f"“{text}”不是能识别的转化方式。可填：{'、'.join(LicensingMode)}。")
    return modes


_COOPERATION_MODES: Words[tuple[LicensingMode, ...]] = Words(
    "合作方式",
    {
        (LicensingMode.ASSIGNMENT,): "转让 成果转让 技术转让 专利转让 购买 受让 买断",
        (LicensingMode.INVESTMENT,): "作价入股 技术入股 入股 作价投资 股权合作",
        (LicensingMode.ORDINARY_LICENCE,): "普通许可",
        (LicensingMode.SOLE_LICENCE,): "排他许可",
        (LicensingMode.EXCLUSIVE_LICENCE,): "独占许可",
        (LicensingMode.OPEN_LICENCE,): "开放许可",
        (*_ANY_LICENCE, LicensingMode.OPEN_LICENCE): "许可 技术许可 专利许可 实施许可",
    },
)


def cooperation_modes(text: str) -> tuple[LicensingMode, ...]:
    """The licensing modes that a way of cooperation implies; 联合开发 and 委托研发 imply none."""
    return tuple(dict.fromkeys(mode for several in _COOPERATION_MODES.all(text) for mode in several))


LICENCES: Words[EncumbranceKind] = Words(
    "许可类型",
    {
        EncumbranceKind.ORDINARY_LICENCE: "普通许可 普通 普通实施许可",
        EncumbranceKind.SOLE_LICENCE: "排他许可 排他 排他实施许可 独家许可",
        EncumbranceKind.EXCLUSIVE_LICENCE: "独占许可 独占 独占实施许可",
        EncumbranceKind.OPEN_LICENCE: "开放许可",
    },
)

IMPLEMENTATION: Words[ImplementationStatus] = Words(
    "专利实施状态",
    {
        ImplementationStatus.NOT_IMPLEMENTED: "未实施 尚未实施 未转化 尚未转化 否 未产业化 未应用 无 闲置",
        ImplementationStatus.OWN_USE: "自行实施 已实施 自主实施 实施中 是 已应用 自用 已转化",
        ImplementationStatus.LICENSED: "许可实施 已许可 许可 许可他人实施 对外许可 普通许可 独占许可 排他许可 开放许可",
        ImplementationStatus.ASSIGNED: "已转让 转让",
        ImplementationStatus.INVESTED: "作价入股 作价投资 入股 已作价入股",
        ImplementationStatus.INDUSTRIALISED: "已产业化 产业化 量产 规模化生产 产业化实施",
    },
)

FEE_KINDS: Words[FeeKind] = Words(
    "支付方式",
    {
        FeeKind.ENTRY_PLUS_ROYALTY: "入门费加提成 入门费+提成 入门费和提成 入门费+销售提成 入门费加销售提成 入门费 基本费加提成",
        FeeKind.ROYALTY: "提成支付 提成 销售提成 按销售额提成 按比例提成 利润提成 产量提成",
        FeeKind.LUMP_SUM: "一次总付 一次性支付 一次性付清 一次付清 一次性总付 总付 一次性",
        FeeKind.INSTALMENTS: "分期付款 分期支付 分期 分期总付 一次总算分期支付 按年支付 逐年支付 按年",
        FeeKind.FREE: "免费 无偿 免费许可 0元 免费使用",
        FeeKind.NEGOTIABLE: "协议 面议 协商 双方协商 议价 另议 商议 电议 待定 协议定价 面谈",
    },
)


@lru_cache(maxsize=8192)
def fee_kinds(text: str) -> tuple[FeeKind, ...]:
    """The ways of payment that a text names, in order."""
    return tuple(FEE_KINDS.all(text))


PROSPECTS: Words[Prospect] = Words(
    "产业化前景",
    {
        Prospect.GOOD: "好 很好 非常好 优 优秀 高 广阔 a 5 5分",
        Prospect.FAIR: "较好 良好 良 较高 b 4 4分",
        Prospect.AVERAGE: "一般 中 中等 尚可 c 3 3分",
        Prospect.POOR: "差 较差 不好 不太好 不够好 不佳 不高 无 无前景 低 d 2 1 2分 1分",
    },
)

CONFIDENTIALITY: Words[Confidentiality] = Words(
    "公开范围",
    {
        Confidentiality.PUBLIC: "公开 完全公开 全部公开 可公开 同意公开 对外公开 是 同意 public",
        Confidentiality.ANONYMOUS: "匿名 匿名公开 部分公开 隐去企业名称 不公开企业名称 企业名称不公开 脱敏公开 anonymous",
        Confidentiality.AUTHORITY_ONLY: "仅主管部门 不公开 保密 仅主管部门可见 仅政府部门 不同意公开 不同意 否 内部 仅内部 涉密 authority",
    },
)

MATURITY_SOURCES: Words[MaturitySource] = Words(
    "成熟度来源",
    {
        MaturitySource.CENTRAL: "集中评价 第三方评价 专家评价 评估机构",
        MaturitySource.ENTERPRISE: "企业评价 企业专家",
        MaturitySource.SELF: "自评 自评价 权利人自评 高校自评",
        MaturitySource.TEXT: "文本推断",
    },
)

TRANSACTION_KINDS: Words[TransactionKind] = Words(
    "交易类型",
    {
        TransactionKind.ASSIGNMENT: "转让 转移 专利权转让 专利权转移 专利权的转移 专利申请权、专利权的转移 专利申请权转移 技术转让 权利转移 受让 tr01 "
        "assignment",
        TransactionKind.ORDINARY_LICENCE: "普通许可 普通实施许可 普通 ordinary_licence",
        TransactionKind.SOLE_LICENCE: "排他许可 排他实施许可 独家许可 排他 sole_licence",
        TransactionKind.EXCLUSIVE_LICENCE: "独占许可 独占实施许可 独占 exclusive_licence",
        TransactionKind.OPEN_LICENCE: "开放许可 专利开放许可 open_licence",
        TransactionKind.INVESTMENT: "作价入股 作价投资 技术入股 入股 作价出资 investment",
        TransactionKind.PLEDGE: "质押 专利权质押 质押登记 质押融资 专利权质押合同登记的生效 pe01 pledge",
        TransactionKind.NAME_CHANGE: "名称变更 姓名变更 cp01 cp03 专利权人的姓名或者名称、地址的变更 专利权人的姓名或者名称变更 著录事项变更 更名",
        TransactionKind.ADDRESS_CHANGE: "地址变更 cp02 专利权人地址变更",
    },
)


def is_ended(text: str) -> bool:
    """Whether an event ends a pledge, a licence or a preservation instead of making one."""
    return _ENDED.search(word_key(text)) is not None


LICENCE_EVENT = re.compile(r"许可|ee01|licen[cs]e")
"""A licence whose type the cell does not name."""

YES_NO: Words[bool] = Words(
    "是/否",
    {
        True: "是 有 已出具 已质押 质押中 已开放许可 属于 y yes true 1 √ 质押 保全 开放许可 已有 已声明 生效",
        False: "否 无 没有 未出具 未质押 未保全 不属于 不是 未开放许可 n no false 0 × 未 未声明 -",
    },
)


def parse_yes_no(text: str) -> bool:
    """是, 有, 已…, Y, 1, √ or their opposites; the whole cell must be such a word. Raises InputError."""
    key = word_key(text)
    if key.startswith(("未", "无", "否", "没", "不")):
        return False
    return YES_NO.one(text)
