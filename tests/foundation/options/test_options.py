"""Settings: what each kind takes, and that a stored value of another version does no harm."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pingzhan.foundation.access.actor import system_actor
from pingzhan.foundation.access.options import change_option
from pingzhan.foundation.access.roles import Role
from pingzhan.foundation.options import registry
from pingzhan.foundation.options.models import OptionValue
from pingzhan.foundation.options.registry import Option, register_option, value
from pingzhan.kernel.errors import Invalid, NotFound, Refused
from tests.factories import actor_with

SAMPLES = [
    Option("test.int", "数", "试", "int", 5, minimum=1, maximum=9),
    Option("test.bool", "是否", "试", "bool", True),
    Option("test.text", "文字", "试", "text", "甲"),
    Option("test.choice", "选择", "试", "choice", "a", choices=(("a", "甲"), ("b", "乙"))),
    Option("test.time", "时间", "试", "time", "03:10"),
]


@pytest.fixture(autouse=True)
def samples() -> None:
    for sample in SAMPLES:
        register_option(sample)


@given(sample=st.sampled_from(SAMPLES), text=st.text(max_size=12))
def test_whatever_is_typed_is_a_value_or_refused(sample: Option, text: str) -> None:
    try:
        taken = sample.parse(text)
    except Invalid:
        return
    assert sample.parse(sample.text_of(taken)) == taken


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda s: s.key)
def test_a_default_is_among_its_values(sample: Option) -> None:
    assert sample.parse(sample.text_of(sample.default)) == sample.default


@pytest.mark.parametrize("text", ["24:00", "3:10", "03:60", "0310", "03:10:00"])
def test_times_are_of_the_clock(text: str) -> None:
    with pytest.raises(Invalid):
        SAMPLES[4].parse(text)


def test_a_meaning_is_registered_once() -> None:
    with pytest.raises(ValueError, match="twice"):
        register_option(Option("test.int", "数", "试", "int", 6))
    with pytest.raises(ValueError, match="'test\\.new'"):
        register_option(Option("test.new", "数", "试", "int", 99, maximum=9))


@pytest.mark.django_db
def test_a_change_is_seen_by_the_next_question_and_an_unknown_value_counts_as_unset() -> None:
    root = system_actor("测试")
    assert value("test.int") == 5
    assert change_option(key="test.int", text="7", by=root)
    assert value("test.int") == 7
    assert not change_option(key="test.int", text="7", by=root)
    OptionValue.objects.update(text="70")
    registry.forget()
    assert value("test.int") == 5
    with pytest.raises(NotFound):
        value("test.unknown")


@pytest.mark.django_db
def test_who_may_not() -> None:
    for role in Role:
        if role is not Role.SYSTEM_ADMIN:
            with pytest.raises(Refused):
                change_option(key="test.int", text="7", by=actor_with(role))
    assert value("test.int") == 5
