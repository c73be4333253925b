from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.domain import PatentType
from matcher.errors import InputError
from matcher.identifiers import (
    ApplicationNumber,
    CheckVerdict,
    PublicationStage,
    check_digit,
    credit_check,
    enterprise_id,
    looks_spoilt,
    parse_application,
    parse_credit_code,
    parse_ipc,
    parse_locarno,
    parse_publication,
    patent_id,
)

# 2·2+0·3+1·4+6·5+1·6+0·7+0·8+0·9+0·2+0·3+0·4+1·5 = 49 = 4·11 + 5
BASE = "201610000001"


def test_the_check_digit_by_hand():
    assert check_digit(BASE) == "5"
    # 8·2+5·3+1·4+0·5+2·6+4·7+7·8+5·9 = 176 = 16·11
    assert check_digit("85102475") == "0"
    # 2·2+0·3+1·4+6·5+2·6+0·7+…+0·5 = 50 → 6;  …+2·5 = 60 → 5;  serial 0000006: 50 + 30 = 80 = 77 + 3
    assert check_digit("201620000006") == "3"
    # 54 mod 11 = 10: 49 + 5 for a last digit of 2
    assert check_digit("201610000002") == "X"


@pytest.mark.parametrize(
    "text",
    [
        "CN201610000001.5",
        "ZL201610000001.5",
        "2016100000015",
        "201610000001.5",
        "ZL 2016 1 0000001.5",
        "ＣＮ" + "２０１６" + "１" + "０００" + "０００１" + "．５",
        " cn201610000001.5 ",
        "专利号：ZL201610000001.5",
        "CN:201610000001.5",
        "\ufeff201610000001.5",
    ],
)
def test_writings_of_one_application_number(text):
    number = parse_application(text)
    assert (number.base, number.check, str(number)) == (BASE, "5", "CN201610000001.5")
    assert number.verdict is CheckVerdict.CORRECT
    assert (number.type, number.pct, number.year) == (PatentType.INVENTION, False, 2016)


def test_x_in_any_form():
    for text in ("CN201610000002.X", "201610000002x", "201610000002×", "ZL201610000002.Ｘ"):
        assert str(parse_application(text)) == "CN201610000002.X"


def test_numbers_without_check_digit():
    for text in ("CN201610000001", "201610000001", "CN:201610000001:A", "CN201610000001:A"):
        number = parse_application(text)
        assert (str(number), number.verdict) == ("CN201610000001", CheckVerdict.ABSENT)


def test_early_numbers():
    number = parse_application("CN85102475")
    assert (number.year, number.type, number.verdict) == (1985, PatentType.INVENTION, CheckVerdict.ABSENT)
    assert str(parse_application("851024750")) == "CN85102475.0"
    assert parse_application("CN85102475.0").verdict is CheckVerdict.CORRECT
    assert parse_application("CN02212345.6").year == 2002
    assert parse_application("CN02212345.6").type is PatentType.UTILITY_MODEL


@pytest.mark.parametrize(
    ("digit", "type_", "pct"),
    [
        ("1", PatentType.INVENTION, False),
        ("2", PatentType.UTILITY_MODEL, False),
        ("3", PatentType.DESIGN, False),
        ("8", PatentType.INVENTION, True),
        ("9", PatentType.UTILITY_MODEL, True),
    ],
)
def test_kinds(digit, type_, pct):
    number = parse_application(f"2016{digit}0000001")
    assert (number.type, number.pct) == (type_, pct)


def test_a_wrong_check_digit_is_a_verdict_and_no_error():
    number = parse_application("CN201610000001.6")
    assert (number.verdict, number.expected_check) == (CheckVerdict.WRONG, "5")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "CN",
        "20161000000",
        "201640000001",
        "190010000001",
        "CN10512345.6",
        "US14/123456",
        "一种阀门",
        "20161000000155",
    ],
)
def test_no_application_numbers(text):
    with pytest.raises(InputError, match="不是有效的专利申请号"):
        parse_application(text)


@pytest.mark.parametrize("text", ["2.01E+12", "2.01821e+12", "2E+12", "2010000000000", "2018210000000"])
def test_spreadsheet_damage_is_named(text):
    assert looks_spoilt(text)
    with pytest.raises(InputError, match="科学计数法"):
        parse_application(text)


bases = st.builds(
    lambda year, kind, serial: f"{year}{kind}{serial:07}",
    st.integers(2003, 2099),
    st.sampled_from("12389"),
    st.integers(1, 9_999_999).filter(lambda serial: serial % 100_000),
)
early = st.builds(
    lambda year, kind, serial: f"{year % 100:02}{kind}{serial:05}",
    st.integers(1985, 2003),
    st.sampled_from("12389"),
    st.integers(0, 99_999),
)
prefixes = st.sampled_from(["", "CN", "ZL", "cn", "ＺＬ", "CN ", "ZL:"])


@given(bases | early, prefixes, st.sampled_from(["", "."]))
def test_every_valid_number_reads_back(base, prefix, dot):
    number = ApplicationNumber(base, check_digit(base))
    assert parse_application(prefix + base + dot + number.check) == number
    assert parse_application(str(number)) == number
    assert parse_application(prefix + base) == ApplicationNumber(base)
    assert number.verdict is CheckVerdict.CORRECT
    assert parse_application(str(number)).id == f"CN{base}"


@given(bases, st.integers(0, 11), st.integers(1, 9))
def test_any_single_wrong_digit_is_found(base, place, step):
    # Weights 2–9 are units modulo 11: no single digit can change unnoticed.
    wrong = base[:place] + str((int(base[place]) + step) % 10) + base[place + 1 :]
    assert check_digit(wrong) != check_digit(base)


@given(st.text(max_size=20))
def test_parsers_answer_or_raise_input_error(text):
    for parse in (parse_application, parse_publication, parse_credit_code, parse_ipc, parse_locarno):
        with suppress(InputError):
            assert str(parse(text))


@pytest.mark.parametrize(
    ("text", "written", "stage", "type_", "identity"),
    [
        ("CN105123456B", "CN105123456B", PublicationStage.GRANT, PatentType.INVENTION, "PNCN105123456"),
        ("CN105123456A", "CN105123456A", PublicationStage.APPLICATION, PatentType.INVENTION, "PNCN105123456"),
        ("cn 105123456 b", "CN105123456B", PublicationStage.GRANT, PatentType.INVENTION, "PNCN105123456"),
        ("CN-105123456-B", "CN105123456B", PublicationStage.GRANT, PatentType.INVENTION, "PNCN105123456"),
        (
            "CN105123456 (A)",
            "CN105123456A",
            PublicationStage.APPLICATION,
            PatentType.INVENTION,
            "PNCN105123456",
        ),
        ("CN85102475A", "CN85102475A", PublicationStage.APPLICATION, PatentType.INVENTION, "PNCN85102475"),
        ("CN1002345C", "CN1002345C", PublicationStage.GRANT, PatentType.INVENTION, "PNCN1002345"),
        ("CN2123456Y", "CN2123456Y", PublicationStage.GRANT, PatentType.UTILITY_MODEL, "PNCN2123456"),
        ("CN209078969U", "CN209078969U", PublicationStage.GRANT, PatentType.UTILITY_MODEL, "PNCN209078969"),
        ("CN301234567S", "CN301234567S", PublicationStage.GRANT, PatentType.DESIGN, "PNCN301234567"),
        ("CN3012345D", "CN3012345D", PublicationStage.GRANT, PatentType.DESIGN, "PNCN3012345"),
        ("105123456", "CN105123456", None, None, "PNCN105123456"),
        ("WO2016123456A1", "WO2016123456A1", None, None, "PNWO2016123456"),
    ],
)
def test_publication_numbers(text, written, stage, type_, identity):
    number = parse_publication(text)
    assert (str(number), number.stage, number.type, number.id) == (written, stage, type_, identity)


@pytest.mark.parametrize("text", ["CN123", "CN105123456Q", "CN1051234567B", "CN201610000001.5", "阀门"])
def test_no_publication_numbers(text):
    with pytest.raises(InputError, match="公开（公告）号"):
        parse_publication(text)


def test_identity_of_patents():
    assert patent_id("ZL201610000001.5", "CN105123456B", "甲", "7") == "CN201610000001"
    assert patent_id("CN:201610000001:A", "", "", "") == "CN201610000001"
    assert patent_id("CN85102475", "", "", "") == "CN85102475"
    # The first publications carry the application's digits: the two identities must differ.
    assert patent_id("", "CN85102475A", "甲", "7") == "PNCN85102475"
    assert patent_id("", "CN105123456A", "", "") == patent_id("", "CN105123456B", "", "")
    assert patent_id("", "", "甲", "7") == "甲:7"
    assert patent_id("", "", "", "7") == "7"
    assert patent_id("PCT/CN2016/070001", "", "", "") == "PCT/CN2016/070001"


def test_identity_of_enterprises():
    assert enterprise_id("91350100M000100Y43", "甲公司") == "91350100M000100Y43"
    assert (
        enterprise_id("", "泰山（山东） ABC 公司")
        == enterprise_id("", "泰山(山东)abc公司")
        == "name:泰山(山东)abc公司"
    )
    assert enterprise_id("", "") == ""


def test_credit_codes():
    # The example of GB 32100-2015.
    assert parse_credit_code("91350100M000100Y43") == "91350100M000100Y43"
    assert parse_credit_code(" 91350100m000100y43") == "91350100M000100Y43"
    assert parse_credit_code("91350100-M000100Y4-3") == "91350100M000100Y43"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("91350100M000100Y44", "末位应为 3"),
        ("91350100M000100Y4", "18 位"),
        ("9135010OM000100Y43", "18 位"),
        ("9.1E+17", "18 位"),
    ],
)
def test_wrong_credit_codes(text, why):
    with pytest.raises(InputError, match=why):
        parse_credit_code(text)


signs = st.sampled_from("0123456789ABCDEFGHJKLMNPQRTUWXY")


@given(
    st.text(signs, min_size=2, max_size=2), st.integers(0, 999_999), st.text(signs, min_size=9, max_size=9)
)
def test_every_valid_credit_code_reads_back(head, region, body):
    first = f"{head}{region:06}{body}"
    code = first + credit_check(first)
    assert parse_credit_code(code.lower()) == code


@pytest.mark.parametrize(
    ("text", "symbol"),
    [
        ("G01C21/00(2006.01)I", "G01C 21/00"),
        ("H02K1/27（2006.01）I", "H02K 1/27"),
        ("G06F16/68", "G06F 16/68"),
        ("G06F 16 / 68", "G06F 16/68"),
        ("g06f 16/68", "G06F 16/68"),
        ("G06F0016680000", "G06F 16/68"),
        ("A61K0031495000", "A61K 31/495"),
        ("Int.Cl.7 A61K 36/9066", "A61K 36/9066"),
        ("G06F", "G06F"),
        ("G06F16", "G06F 16/00"),
    ],
)
def test_ipc_symbols(text, symbol):
    assert parse_ipc(text) == symbol
    assert parse_ipc(symbol) == symbol


@pytest.mark.parametrize("text", ["I06F16/68", "G6F16/68", "21-01-C0293", "", "机械"])
def test_no_ipc_symbols(text):
    with pytest.raises(InputError, match="IPC"):
        parse_ipc(text)


@pytest.mark.parametrize(
    ("text", "symbol"),
    [
        ("21-01-C0293", "21-01-C0293"),
        ("14-03", "14-03"),
        ("LOC(12)Cl.12-08", "12-08"),
        ("LOC (10) Cl. 21-01", "21-01"),
    ],
)
def test_locarno_classes(text, symbol):
    assert parse_locarno(text) == symbol


@pytest.mark.parametrize("text", ["G06F 16/68", "99-01", "00-01", "2019-07-09"])
def test_no_locarno_classes(text):
    with pytest.raises(InputError, match="洛迦诺"):
        parse_locarno(text)


@given(
    st.sampled_from("ABCDEFGH"),
    st.integers(1, 99),
    st.sampled_from("ABCDEFGHJKL"),
    st.integers(1, 9999),
    st.integers(0, 999),
)
def test_ipc_with_and_without_its_version(section, class_, subclass, group, subgroup):
    symbol = f"{section}{class_:02}{subclass} {group}/{subgroup:02}"
    assert parse_ipc(symbol.replace(" ", "") + "(2006.01)I") == symbol
