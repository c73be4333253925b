"""The few cell formats of our workbooks, made once each; fonts are those every Excel and WPS has."""

from __future__ import annotations

from typing import Any

from matcher.matches import Grade
from matcher.matchlists.exports.columns import Setting

BODY_SIZE = 9
LINE_HEIGHT = 12.4
"""Points that one wrapped line of body text takes."""
_BODY = {"font_name": "宋体", "font_size": BODY_SIZE, "valign": "vcenter", "text_wrap": True}
_FRAME = {"border": 1, "border_color": "#BFC5CC"}
_GRADE_FILLS = {
    Grade.STRONG: "#DCEBDD",
    Grade.RECOMMENDED: "#E3ECF6",
    Grade.POSSIBLE: "#FBF3DC",
    Grade.NOT_RECOMMENDED: "#EEEEEE",
}
_SETTINGS: dict[Setting, dict[str, Any]] = {
    Setting.TEXT: {"align": "left"},
    Setting.CENTRE: {"align": "center"},
    Setting.DATE: {"align": "center", "num_format": "yyyy-mm-dd"},
    Setting.ENTRY: {"align": "left", "bg_color": "#FFFBE6"},
    Setting.NUMBER: {"align": "right", "num_format": "0.0000"},
    Setting.AMOUNT: {"align": "right", "num_format": "#,##0.####"},
    Setting.SHARE: {"align": "right", "num_format": "0.0%"},
    Setting.GRADE: {"align": "center", "bold": True},
}
_NAMED: dict[str, dict[str, Any]] = {
    "title": {"font_name": "黑体", "font_size": 16, "align": "center", "valign": "vcenter"},
    "cover title": {
        "font_name": "黑体",
        "font_size": 24,
        "align": "center",
        "valign": "vcenter",
        "text_wrap": True,
    },
    "entry title": {"font_name": "黑体", "font_size": 13, "valign": "vcenter"},
    "note": {"font_name": "宋体", "font_size": 9, "font_color": "#555555", "valign": "vcenter"},
    "header": {
        **_FRAME,
        "font_name": "黑体",
        "font_size": BODY_SIZE,
        "align": "center",
        "valign": "vcenter",
        "text_wrap": True,
        "bg_color": "#DDE4EC",
    },
    "mandatory": {"font_color": "#B00020"},
    "label": {
        **_FRAME,
        "font_name": "黑体",
        "font_size": 11,
        "align": "center",
        "valign": "vcenter",
        "text_wrap": True,
        "bg_color": "#F2F4F7",
    },
    "text": {**_FRAME, **_BODY, "font_size": 11, "indent": 1},
    "quoted text": {**_FRAME, **_BODY, "font_size": 11, "indent": 1, "quote_prefix": True},
    "entry": {**_BODY, "font_size": 10, "num_format": "@"},
    "entry date": {**_BODY, "font_size": 10, "num_format": "yyyy-mm-dd", "align": "center"},
    "entry number": {**_BODY, "font_size": 10, "num_format": "General", "align": "right"},
}
_NAMED["mandatory"] = {**_NAMED["header"], **_NAMED["mandatory"]}


class Styles:
    """Formats of one workbook by name or by setting; each is added to the book when first used."""

    def __init__(self, book: Any) -> None:  # noqa: ANN401 (xlsxwriter is untyped)
        self._book = book
        self._formats: dict[tuple[str, str, bool], Any] = {}

    def named(self, name: str) -> Any:  # noqa: ANN401
        """One of the formats that are not those of list cells."""
        return self._format((f"named {name}", "", False), _NAMED[name])

    def cell(self, setting: Setting, grade: str = "", quoted: bool = False) -> Any:  # noqa: ANN401
        """A list cell; `quoted` marks its content as text for good, as a leading apostrophe does."""
        properties = {**_BODY, **_FRAME, **_SETTINGS[setting]}
        if setting is Setting.GRADE and grade:
            properties["bg_color"] = _GRADE_FILLS[Grade(grade)]
        if quoted:
            properties["quote_prefix"] = True
        return self._format((setting, grade if setting is Setting.GRADE else "", quoted), properties)

    def _format(self, key: tuple[str, str, bool], properties: dict[str, Any]) -> Any:  # noqa: ANN401
        if key not in self._formats:
            self._formats[key] = self._book.add_format(properties)
        return self._formats[key]
