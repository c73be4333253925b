import pytest

from matcher.domain import (
    Confidentiality,
    EncumbranceKind,
    FeeKind,
    ImplementationStatus,
    LegalStatus,
    LicensingMode,
    PatentType,
    Prospect,
    TransactionKind,
)
from matcher.errors import InputError
from matcher.importing.terms import (
    CONFIDENTIALITY,
    FEE_KINDS,
    IMPLEMENTATION,
    LICENCES,
    PROSPECTS,
    TRANSACTION_KINDS,
    TYPES,
    cooperation_modes,
    parse_modes,
    parse_status,
    parse_yes_no,
)

S, E, M = LegalStatus, EncumbranceKind, LicensingMode


@pytest.mark.parametrize("status", list(LegalStatus))
def test_every_status_is_read_by_its_own_name(status):
    assert parse_status(status.value).status is status


@pytest.mark.parametrize(
    ("text", "status", "encumbrances"),
    [
        ("有效", S.GRANTED, ()),
        ("审中", S.PENDING, ()),
        ("失效", S.DEAD, ()),
        ("有效专利", S.GRANTED, ()),
        ("实质审查的生效", S.PENDING, ()),
        ("授权 | 质押", S.PLEDGED, (E.PLEDGE,)),
        ("授权;专利权质押合同登记的生效;专利权保全", S.PRESERVED, (E.PLEDGE, E.PRESERVATION)),
        ("授权；开放许可声明", S.OPEN_LICENCE, (E.OPEN_LICENCE,)),
        ("专利权质押合同登记的注销", S.GRANTED, ()),
        ("授权;质押合同登记的注销", S.GRANTED, ()),
        ("有效（未质押）", S.GRANTED, ()),
        ("专利权保全的解除", S.GRANTED, ()),
        ("专利实施许可合同备案的生效", S.LICENCE_RECORDED, ()),
        ("权利转移 | 许可", S.LICENCE_RECORDED, ()),
        ("专利权的转移", S.TRANSFERRED, ()),
        ("未缴年费终止;权利恢复", S.RESTORED, ()),
        ("质押;未缴年费专利权终止", S.LAPSED, ()),
        ("专利权有效期届满", S.EXPIRED, ()),
        ("避重放弃", S.ABANDONED, ()),
        ("宣告专利权部分无效", S.PARTLY_INVALIDATED, ()),
        ("宣告专利权全部无效", S.INVALIDATED, ()),
        ("无效宣告请求审理中", S.INVALIDATION_PENDING, ()),
        ("发明专利申请公布后的驳回", S.REJECTED, ()),
        ("发明专利申请公布后的视为撤回", S.WITHDRAWN, ()),
        ("无权-未缴年费", S.LAPSED, ()),
        ("未缴年费终止等恢复", S.LAPSED, ()),
        ("驳回等复审请求", S.PENDING, ()),
        ("有效期届满", S.EXPIRED, ()),
    ],
)
def test_statuses_of_the_exports(text, status, encumbrances):
    standing = parse_status(text)
    assert (standing.status, standing.encumbrances) == (status, encumbrances)


@pytest.mark.parametrize(
    ("text", "modes"),
    [
        ("转让、普通许可", (M.ASSIGNMENT, M.ORDINARY_LICENCE)),
        ("专利权转让;独占实施许可", (M.ASSIGNMENT, M.EXCLUSIVE_LICENCE)),
        ("许可", (M.ORDINARY_LICENCE, M.SOLE_LICENCE, M.EXCLUSIVE_LICENCE)),
        ("非独占许可", (M.ORDINARY_LICENCE,)),
        ("开放许可/作价入股", (M.OPEN_LICENCE, M.INVESTMENT)),
        ("不接受转让，可独占许可", (M.EXCLUSIVE_LICENCE,)),
        ("技术入股或自行实施", (M.INVESTMENT, M.OWN_USE)),
        ("不转让", ()),
        (
            "均可",
            (
                M.ASSIGNMENT,
                M.ORDINARY_LICENCE,
                M.SOLE_LICENCE,
                M.EXCLUSIVE_LICENCE,
                M.OPEN_LICENCE,
                M.INVESTMENT,
            ),
        ),
    ],
)
def test_modes(text, modes):
    assert parse_modes(text) == modes


@pytest.mark.parametrize("mode", list(LicensingMode))
def test_every_mode_is_read_by_its_own_name(mode):
    assert parse_modes(mode.value) == (mode,)


def test_cooperation_implies_modes():
    assert cooperation_modes("联合开发、委托研发、技术服务") == ()
    assert cooperation_modes("联合开发；成果转让") == (M.ASSIGNMENT,)
    assert cooperation_modes("技术许可") == (
        M.ORDINARY_LICENCE,
        M.SOLE_LICENCE,
        M.EXCLUSIVE_LICENCE,
        M.OPEN_LICENCE,
    )
    assert cooperation_modes("作价入股") == (M.INVESTMENT,)


@pytest.mark.parametrize(
    ("words", "text", "term"),
    [
        (TYPES, "发明授权", PatentType.INVENTION),
        (TYPES, "实用新型专利", PatentType.UTILITY_MODEL),
        (TYPES, "外观", PatentType.DESIGN),
        (IMPLEMENTATION, "尚未实施", ImplementationStatus.NOT_IMPLEMENTED),
        (IMPLEMENTATION, "已许可（2家）", ImplementationStatus.LICENSED),
        (IMPLEMENTATION, "已产业化", ImplementationStatus.INDUSTRIALISED),
        (FEE_KINDS, "入门费+销售额提成", FeeKind.ENTRY_PLUS_ROYALTY),
        (FEE_KINDS, "一次性付清", FeeKind.LUMP_SUM),
        (FEE_KINDS, "按销售额提成", FeeKind.ROYALTY),
        (PROSPECTS, "非常好", Prospect.GOOD),
        (PROSPECTS, "较好", Prospect.FAIR),
        (PROSPECTS, "较差", Prospect.POOR),
        (PROSPECTS, "前景不太好", Prospect.POOR),
        (CONFIDENTIALITY, "不公开", Confidentiality.AUTHORITY_ONLY),
        (CONFIDENTIALITY, "不同意公开", Confidentiality.AUTHORITY_ONLY),
        (CONFIDENTIALITY, "匿名公开", Confidentiality.ANONYMOUS),
        (CONFIDENTIALITY, "公开", Confidentiality.PUBLIC),
        (LICENCES, "独占许可（全国）", EncumbranceKind.EXCLUSIVE_LICENCE),
        (TRANSACTION_KINDS, "TR01", TransactionKind.ASSIGNMENT),
        (TRANSACTION_KINDS, "专利权的转移", TransactionKind.ASSIGNMENT),
        (TRANSACTION_KINDS, "CP01", TransactionKind.NAME_CHANGE),
        (TRANSACTION_KINDS, "CP02", TransactionKind.ADDRESS_CHANGE),
    ],
)
def test_words(words, text, term):
    assert words.one(text) is term


def test_unknown_words_name_the_known_ones():
    with pytest.raises(InputError, match=r"“甲”不是能识别的专利类型。可填：发明专利、实用新型、外观设计。"):
        TYPES.one("甲")
    for parse in (parse_status, parse_modes, parse_yes_no):
        with pytest.raises(InputError, match="“甲”"):
            parse("甲")


@pytest.mark.parametrize("text", ["是", "有", "Y", "1", "√", "已质押", " 属于 "])
def test_yes(text):
    assert parse_yes_no(text) is True


@pytest.mark.parametrize("text", ["否", "无", "N", "0", "未质押", "不属于", "没有"])
def test_no(text):
    assert parse_yes_no(text) is False
