"""Identity numbers, credit codes, phones, plates, and the folding of what people type."""

from __future__ import annotations

from datetime import date

import pytest
import stdnum.cn.ric
import stdnum.cn.uscc
from hypothesis import given, settings
from hypothesis import strategies as st

from pingzhan.kernel import creditcode, idnumber, phone, plate
from pingzhan.kernel.creditcode import CreditCode
from pingzhan.kernel.errors import Invalid
from pingzhan.kernel.folding import compact, fold, tidy
from pingzhan.kernel.formulas import protect, unprotect
from pingzhan.kernel.idnumber import IdNumber
from pingzhan.kernel.phone import Phone
from pingzhan.kernel.plate import Plate
from pingzhan.kernel.regions import PROVINCES

#: The example of GB 11643-1999.
EXAMPLE = "11010519491231002X"


def reason(parse: object, text: str, **options: object) -> str:
    with pytest.raises(Invalid) as refusal:
        parse(text, **options)  # type: ignore[operator]
    return refusal.value.code


def made(region: str, birth: date, order: int) -> str:
    digits = f"{region}{birth:%Y%m%d}".replace(f"{birth:%Y}", f"{birth.year:04d}") + f"{order:03d}"
    return digits + idnumber.check_character(digits)


def test_the_example_of_the_standard() -> None:
    number = IdNumber.parse(EXAMPLE)
    assert (number.value, number.birth, number.sex, number.region) == (
        EXAMPLE,
        date(1949, 12, 31),
        "f",
        "110105",
    )
    assert (number.province, number.known_region) == ("北京市", True)
    assert number.masked == "110*************2X"
    assert EXAMPLE not in repr(number)


@settings(deadline=None)
@given(
    st.dates(date(1800, 1, 1), date(1899, 12, 31)), st.integers(0, 999), st.sampled_from(sorted(PROVINCES))
)
def test_every_made_number_is_read_back(birth: date, order: int, province: str) -> None:
    number = IdNumber.parse(made(f"{province}0101", birth, order))
    assert (number.birth, number.sex, number.known_region) == (birth, "m" if order % 2 else "f", True)


@settings(deadline=None)
@given(
    st.dates(date(1800, 1, 1), date(1899, 12, 31)), st.integers(0, 999), st.integers(0, 17), st.integers(1, 9)
)
def test_one_wrong_digit_is_always_found(birth: date, order: int, place: int, step: int) -> None:
    good = made("371621", birth, order)
    if good[place] == "X":
        wrong = good[:place] + str(step)
    else:
        wrong = good[:place] + str((int(good[place]) + step) % 10) + good[place + 1 :]
    with pytest.raises(Invalid):
        IdNumber.parse(wrong, allow_future=True)


@settings(deadline=None)
@given(st.dates(date(1800, 1, 1), date(1899, 12, 31)), st.integers(0, 999))
def test_an_outside_library_agrees_on_the_check_character(birth: date, order: int) -> None:
    good = made("110101", birth, order)
    assert stdnum.cn.ric.calc_check_digit(good) == good[17]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "idnumber_length"),
        ("11010519491231002", "idnumber_length"),
        ("110105491231002", "idnumber_fifteen"),
        ("1101051949123100AX", "idnumber_character"),
        ("11010519490231002X", "idnumber_date"),
        ("110105194912310021", "idnumber_check"),
    ],
)
def test_reasons_of_identity_numbers(text: str, code: str) -> None:
    assert reason(IdNumber.parse, text) == code
    assert code in idnumber.REASONS


def test_a_birth_after_today_is_for_tests_only() -> None:
    future = made("371621", date(2199, 5, 6), 7)
    assert reason(IdNumber.parse, future) == "idnumber_future"
    assert reason(IdNumber.parse, EXAMPLE, today=date(1949, 12, 30)) == "idnumber_future"
    assert IdNumber.parse(EXAMPLE, today=date(1949, 12, 31)).value == EXAMPLE
    assert IdNumber.parse(future, allow_future=True).birth == date(2199, 5, 6)


def test_full_width_blanks_and_small_x_are_accepted() -> None:
    assert IdNumber.parse(" １１０１０５ 19491231 002ｘ\u200b").value == EXAMPLE


@pytest.mark.parametrize(
    ("region", "known", "province"),
    [
        ("371621", True, "山东省"),
        ("372321", True, "山东省"),
        ("830000", True, None),
        ("911234", True, None),
        ("990000", True, None),
        ("010101", False, None),
    ],
)
def test_regions_only_warn(region: str, known: bool, province: str | None) -> None:
    number = IdNumber.parse(made(region, date(1890, 1, 2), 3))
    assert (number.known_region, number.province) == (known, province)


def test_the_provinces_are_those_of_the_outside_table() -> None:
    from stdnum import numdb

    table = numdb.get("cn/loc")
    assert {
        code for code in (f"{n:02d}" for n in range(100)) if table.info(code)[0][1].get("province")
    } <= set(PROVINCES)


def test_the_example_credit_code() -> None:
    code = CreditCode.parse("9111 0000-6000 3734 1l")
    assert (code.value, code.region, code.organisation) == ("91110000600037341L", "110000", "600037341")


@settings(deadline=None)
@given(st.text(alphabet=creditcode.SYMBOLS, min_size=17, max_size=17))
def test_an_outside_library_agrees_on_credit_codes(body: str) -> None:
    code = body + creditcode.check_character(body)
    assert CreditCode.parse(code).value == code
    assert stdnum.cn.uscc.calc_check_digit(body) == code[17]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("9111000060003734", "creditcode_length"),
        ("9111000060003734IL", "creditcode_character"),
        ("91110000600037341M", "creditcode_check"),
    ],
)
def test_reasons_of_credit_codes(text: str, code: str) -> None:
    assert reason(CreditCode.parse, text) == code


@pytest.mark.parametrize(
    ("text", "value", "extension"),
    [
        ("13800000001", "13800000001", ""),
        ("+86 138-0000-0001", "13800000001", ""),
        ("0086 13800000001", "13800000001", ""),
        ("8613800000001", "13800000001", ""),
        ("１３８００００００ ０１", "13800000001", ""),
        ("0543-5000001", "05435000001", ""),
        ("（0543）5000001转12", "05435000001", "12"),
        ("010-50000001", "01050000001", ""),
        ("400-800-0001", "4008000001", ""),
    ],
)
def test_phones_are_read_in_many_spellings(text: str, value: str, extension: str) -> None:
    number = Phone.parse(text)
    assert (number.value, number.extension) == (value, extension)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "phone_empty"),
        ("见名片", "phone_character"),
        ("1380000000", "phone_mobile_length"),
        ("12800000001", "phone_form"),
        ("5000001", "phone_area"),
        ("0543123", "phone_form"),
    ],
)
def test_reasons_of_phones(text: str, code: str) -> None:
    assert reason(Phone.parse, text) == code
    assert code in phone.REASONS


def test_unusual_ranges_warn_and_numbers_are_masked() -> None:
    assert Phone.parse("14800000001").usual is False
    assert Phone.parse("19700000001").usual is True
    assert Phone.parse("13800005678").masked == "138****5678"
    assert Phone.parse("0543-5000567").masked == "0543****567"
    assert "5678" in repr(Phone.parse("13800005678"))
    assert "00005678" not in repr(Phone.parse("13800005678"))


@pytest.mark.parametrize(
    ("text", "value", "green"),
    [
        ("鲁m·12345", "鲁M12345", False),
        ("鲁M D12345", "鲁MD12345", True),
        ("鲁M12345F", "鲁M12345F", True),
        ("鲁M1234挂", "鲁M1234挂", False),
        ("粤Z1234港", "粤Z1234港", False),
    ],
)
def test_plates(text: str, value: str, green: bool) -> None:
    found = Plate.parse(text)
    assert (found.value, found.new_energy) == (value, green)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("M12345", "plate_province"),
        ("鲁M1234", "plate_length"),
        ("鲁MI2345", "plate_form"),
        ("鲁M123456", "plate_form"),
    ],
)
def test_reasons_of_plates(text: str, code: str) -> None:
    assert reason(Plate.parse, text) == code
    assert code in plate.REASONS


def test_folding_keeps_chinese_punctuation_only_where_it_should() -> None:
    assert tidy("　鲁北（化工）  Ａ１ 号\u200b楼\x07 ") == "鲁北（化工） A1 号楼"
    assert fold("（Ａ１）—２") == "(A1)-2"
    assert compact(" a　b\tc ") == "abc"


@settings(deadline=None)
@given(st.text())
def test_protecting_can_always_be_undone(text: str) -> None:
    assert unprotect(protect(text)) == text


@settings(deadline=None)
@given(st.sampled_from("=+-@\t\r"), st.text(), st.integers(0, 3))
def test_no_protected_text_begins_like_a_formula(mark: str, rest: str, quotes: int) -> None:
    safe = protect("'" * quotes + mark + rest)
    assert safe.startswith("'")
    assert unprotect(safe) == "'" * quotes + mark + rest
