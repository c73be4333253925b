"""Numbers, codes, symbols and dates in every form people type, parsed, verified and put into one form.

All functions are pure. What cannot be read raises InputError with a Chinese sentence naming the value.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from operator import mul

from matcher.domain import PatentType
from matcher.errors import InputError

_SPACE = re.compile(r"[\s\u200b-\u200f\u2060\ufeff]+")


def squeezed(text: str) -> str:
    """Half-width capitals without blanks, full-width and look-alike signs resolved: the form numbers are read in."""
    if text.isascii() and text.isalnum():
        return text.upper()
    return _SPACE.sub("", unicodedata.normalize("NFKC", text)).upper().replace("×", "X").replace("。", ".")


class CheckVerdict(StrEnum):
    """What the check digit of an application number says."""

    CORRECT = "正确"
    WRONG = "错误"
    ABSENT = "无校验位"


_TYPES = {
    "1": PatentType.INVENTION,
    "2": PatentType.UTILITY_MODEL,
    "3": PatentType.DESIGN,
    "8": PatentType.INVENTION,
    "9": PatentType.UTILITY_MODEL,
}
_WEIGHTS = (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)
_APPLICATION = re.compile(r"(?:(?:CN|ZL|专利号|申请号)[:.]?)*(\d{12}|\d{8})(?:[.\-]?([\dX]))?(?::[A-Z]\d?)?")
_SPOILT = re.compile(r"\d(?:\.\d+)?E\+?\d{1,2}|\d{7}0{6}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ApplicationNumber:
    """A Chinese application number (ZC 0006-2003): `base` of 8 (until 2003) or 12 digits, `check` or ""."""

    base: str
    check: str = ""

    def __str__(self) -> str:
        return f"CN{self.base}.{self.check}" if self.check else f"CN{self.base}"

    @property
    def id(self) -> str:
        """The identity of the patent: CN and the base digits."""
        return "CN" + self.base

    @property
    def year(self) -> int:
        """The year of filing."""
        if len(self.base) == 12:
            return int(self.base[:4])
        short = int(self.base[:2])
        return 1900 + short if short >= 85 else 2000 + short

    @property
    def type(self) -> PatentType:
        """The type of right; 8 and 9 are international applications for inventions and utility models."""
        return _TYPES[self._kind]

    @property
    def pct(self) -> bool:
        """Whether it entered the national phase from an international application."""
        return self._kind in "89"

    @property
    def expected_check(self) -> str:
        """The check digit that belongs to the base digits: Σ digit·weight mod 11, 10 written X."""
        return check_digit(self.base)

    @property
    def verdict(self) -> CheckVerdict:
        """Whether the stated check digit is the right one."""
        if not self.check:
            return CheckVerdict.ABSENT
        return CheckVerdict.CORRECT if self.check == self.expected_check else CheckVerdict.WRONG

    @property
    def _kind(self) -> str:
        return self.base[4 if len(self.base) == 12 else 2]


def check_digit(base: str) -> str:
    """The check digit of 8 or 12 base digits: weights 2–9, then 2–5; remainder by 11; 10 is X."""
    return "0123456789X"[sum(map(mul, map(int, base), _WEIGHTS)) % 11]


def parse_application(text: str) -> ApplicationNumber:
    """Any usual writing of a Chinese application or patent number; the check digit is not judged here.

    Raises InputError for what is no such number, and for numbers rounded by a spreadsheet.
    """
    value = squeezed(text)
    if looks_spoilt(value):
        raise InputError(
            f"“{text}”是被电子表格改成科学计数法的号码，末位已丢失。请把该列设为文本后重新导出。"
        )
    match = _APPLICATION.fullmatch(value)
    if match is not None:
        number = ApplicationNumber(match[1], match[2] or "")
        if number._kind in _TYPES and (2003 <= number.year <= 2099 or _early(number.base)):
            return number
    raise InputError(
        f"“{text}”不是有效的专利申请号。应为 12 位数字加校验位（如 CN201610123456.X），2003 年以前为 8 位。"
    )


def _early(base: str) -> bool:
    return len(base) == 8 and (base[:2] >= "85" or base[:2] <= "03")


def looks_spoilt(text: str) -> bool:
    """Whether a spreadsheet has rounded a long number away (2.01E+12, or six zeros at its end)."""
    return _SPOILT.fullmatch(text.strip()) is not None


class PublicationStage(StrEnum):
    """What a publication is of."""

    APPLICATION = "申请公布"
    GRANT = "授权公告"


_PUBLICATION = re.compile(r"(?:(?:公开号|公告号)[:.]?)?([A-Z]{2})?[:.\-]?(\d{4,14})[:.\-]?\(?([A-Z]\d?)?\)?")
_KINDS = {
    "A": PatentType.INVENTION,
    "B": PatentType.INVENTION,
    "C": PatentType.INVENTION,
    "U": PatentType.UTILITY_MODEL,
    "Y": PatentType.UTILITY_MODEL,
    "S": PatentType.DESIGN,
    "D": PatentType.DESIGN,
}


@dataclass(frozen=True, slots=True)
class PublicationNumber:
    """A publication number (ZC 0007-2012): country, digits, kind code or ""."""

    country: str
    digits: str
    kind: str = ""

    def __str__(self) -> str:
        return self.country + self.digits + self.kind

    @property
    def id(self) -> str:
        """The identity without the kind, so that an application and its grant are one: PNCN105123456."""
        return f"PN{self.country}{self.digits}"

    @property
    def stage(self) -> PublicationStage | None:
        """Application (A) or grant (B, C, U, Y, S, D); None where the kind is not stated or not Chinese."""
        if self.country != "CN" or not self.kind:
            return None
        return PublicationStage.APPLICATION if self.kind[0] == "A" else PublicationStage.GRANT

    @property
    def type(self) -> PatentType | None:
        """The type of right by the kind letter; None where it is not stated or not Chinese."""
        return _KINDS.get(self.kind[:1]) if self.country == "CN" else None


def parse_publication(text: str) -> PublicationNumber:
    """CN105123456B, CN 1002345 C, 105123456 A …; Chinese ones have 7, 8 or 9 digits. Raises InputError."""
    match = _PUBLICATION.fullmatch(squeezed(text))
    if match is not None:
        number = PublicationNumber(match[1] or "CN", match[2], match[3] or "")
        if number.country not in ("CN", "ZL"):
            return number
        if len(number.digits) in (7, 8, 9) and (not number.kind or number.kind[0] in _KINDS):
            return PublicationNumber("CN", number.digits, number.kind)
    raise InputError(f"“{text}”不是有效的公开（公告）号。应如 CN105123456A、CN105123456B。")


def patent_id(application: str, publication: str, source: str, own_id: str) -> str:
    """Identity of a patent, in order: application number's base digits, publication number, the source's own id.

    CN201610123456 · PNCN105123456 · source:own_id. A foreign or unreadable application number stands as it is.
    """
    if application:
        try:
            return parse_application(application).id
        except InputError:
            return squeezed(application)
    if publication:
        try:
            return parse_publication(publication).id
        except InputError:
            return "PN" + squeezed(publication)
    return own_key(source, own_id)


def own_key(source: str, own_id: str) -> str:
    """source:own_id, or the own id alone where the source has no name."""
    return f"{source}:{own_id}" if source and own_id else own_id


def enterprise_id(credit_code: str, name: str) -> str:
    """Identity of an enterprise: its 统一社会信用代码, else its name without regard to widths and blanks."""
    return credit_code or (f"name:{squeezed(name).casefold()}" if name else "")


_CREDIT_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CREDIT = re.compile(rf"[{_CREDIT_SIGNS}]{{2}}\d{{6}}[{_CREDIT_SIGNS}]{{10}}")


def parse_credit_code(text: str) -> str:
    """A 统一社会信用代码 of 18 signs with the right check sign (GB 32100-2015). Raises InputError."""
    value = squeezed(text).replace("-", "")
    if not _CREDIT.fullmatch(value):
        raise InputError(f"“{text}”不是统一社会信用代码：应为 18 位数字和大写字母（不含 I、O、S、V、Z）。")
    expected = credit_check(value[:17])
    if value[17] != expected:
        raise InputError(f"统一社会信用代码“{text}”的校验位不符：末位应为 {expected}，请核对。")
    return value


def credit_check(first: str) -> str:
    """The 18th sign: (31 − Σ value·3^i mod 31) mod 31 over the first 17 signs."""
    total = sum(_CREDIT_SIGNS.index(sign) * pow(3, place, 31) for place, sign in enumerate(first))
    return _CREDIT_SIGNS[-total % 31]


_IPC = re.compile(
    r"(?:INT\.?CL\.?\d*[:.]?)?([A-H]\d{2}[A-Z])(?:0*(\d{1,4})(?:/(\d{2,6}))?)?(?:[(\[]?\d{4}[.\-]\d{2}[)\]]?)?[A-Z]{0,2}"
)
_IPC_PADDED = re.compile(r"([A-H]\d{2}[A-Z])(\d{4})(\d{6})")
_LOCARNO = re.compile(r"(?:LOC)?(?:\(\d+\))?(?:CL\.?)?[:.]?(\d{2})-(\d{2})(?:-?\(?([A-Z]?\d+)\)?)?")


@lru_cache(maxsize=65536)
def parse_ipc(text: str) -> str:
    """`G01C21/00(2006.01)I`, `G06F 16/68`, `G06F0016680000` → `G06F 16/68`; a subclass alone stays. Raises InputError."""
    value = squeezed(text)
    padded = _IPC_PADDED.fullmatch(value)
    if padded is not None:
        rest = padded[3].rstrip("0")
        return f"{padded[1]} {int(padded[2])}/{rest.ljust(2, '0')}"
    match = _IPC.fullmatch(value)
    if match is None:
        raise InputError(f"“{text}”不是有效的 IPC 分类号。应如 G06F 16/68。")
    return f"{match[1]} {match[2]}/{match[3] or '00'}" if match[2] else match[1]


@lru_cache(maxsize=8192)
def parse_locarno(text: str) -> str:
    """`21-01-C0293`, `LOC(12)Cl.12-08`, `14-03` → as `21-01-C0293`, `12-08`. Raises InputError."""
    match = _LOCARNO.fullmatch(squeezed(text))
    if match is None or not 1 <= int(match[1]) <= 32:
        raise InputError(f"“{text}”不是有效的洛迦诺分类号。应如 14-03。")
    return "-".join(part for part in match.groups() if part)
