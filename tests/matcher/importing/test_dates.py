from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.errors import InputError
from matcher.importing.dates import parse_date


@pytest.mark.parametrize(
    "text",
    [
        "2019.07.09", "2019-07-09", "2019/7/9", "20190709", "2019年7月9日", "2019年07月09号", "２０１９．７．９", "2019-07-09 00:00:00",
        "2019/7/9 8:30", "2019-07-09T03:04:05.5", "43655", "43655.5", " 2019 年 7 月 9 日 ", "2019.7.9.",
    ],
)  # fmt: skip
def test_one_day_in_many_forms(text):
    assert parse_date(text) == date(2019, 7, 9)


def test_months_begin_or_end():
    assert parse_date("2020-02") == parse_date("2020年2月") == date(2020, 2, 1)
    assert parse_date("2020-02", deadline=True) == date(2020, 2, 29)


@pytest.mark.parametrize("text", ["2019-02-30", "2019-13-01", "2019-13", "20190732", "2019年2月29日"])
def test_impossible_days(text):
    with pytest.raises(InputError, match="不是存在的日期"):
        parse_date(text)


@pytest.mark.parametrize(
    "text", ["", "2019", "7/9/2019", "19-7-9", "12345", "明年", "2019-07-09-10", "99999"]
)
def test_what_is_no_date(text):
    with pytest.raises(InputError, match="不是能识别的日期"):
        parse_date(text)


@given(st.dates(date(1954, 10, 3), date(2099, 12, 31)))
def test_every_day_reads_back_in_every_form(day):
    serial = (day - date(1900, 1, 1)) // timedelta(days=1) + 2
    forms = [
        day.isoformat(),
        f"{day:%Y%m%d}",
        f"{day.year}年{day.month}月{day.day}日",
        f"{day:%Y.%m.%d}",
        str(serial),
    ]
    assert [parse_date(form) for form in forms] == [day] * 5
