"""Search by keyed hashes finds exactly what a look into every name would find."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pingzhan.domain.people import api, tokens
from pingzhan.domain.people.models import Employment, SearchTokens
from pingzhan.domain.people.readings import clean, reading, syllables
from tests.domain.people.crowd import Firm, hire, id_number, person

NAMES = ["\u8c37\u4e00\u9e23", "\u8c37\u9e23", "\u66fe\u5fd7\u5f3a", "\u5355\u96ea", "\u4efb\u957f\u5b89",
         "\u6b27\u9633\u660e", "\u963f\u4f9d\u53e4\u4e3d\u00b7\u4e70\u4e70\u63d0", "Ana Lima"]  # fmt: skip


@pytest.fixture
def crowd(mill: Firm) -> dict[int, tuple[str, str, str]]:
    found = {}
    for n, name in enumerate(NAMES, 1):
        phone = f"154{n:04d}{n * 7:04d}"
        job = hire(mill, person(name, id_number(n), phone), no=f"K{n}")
        found[job.pk] = (name, id_number(n), phone)
    return found


def brute(name: str, number: str, phone: str, no: str, query: str) -> bool:
    """Look into the texts themselves."""
    if no.startswith(query):
        return True
    if len(query) == 4 and query[:3].isdecimal() and (query[3].isdecimal() or query[3] in "xX"):
        return number.endswith(query.upper()) or phone.endswith(query)
    plain, asked = clean(name), clean(query)
    if not asked:
        return False
    if any("\u3400" <= mark <= "\u9fff" for mark in asked):
        pairs = [asked[n : n + 2] for n in range(len(asked) - 1)] if len(asked) > 2 else [asked]
        if len(asked) == 1:
            return plain.startswith(asked)
        return all(pair in plain for pair in pairs)
    if not asked.isalpha() or len(asked) < 2:
        return False
    spoken = syllables(plain) if any("\u3400" <= mark <= "\u9fff" for mark in plain) else [[plain]]
    texts = ["".join(one) for one in spoken] + [
        "".join(part[0] for part in one) for one in spoken if len(one) > 1
    ]
    return any(
        text == asked or (text.startswith(asked) and len(asked) <= tokens.MAX_LETTERS) for text in texts
    )


QUERIES = ["\u8c37", "\u8c37\u4e00", "\u4e00\u9e23", "\u9e23", "\u8c37\u4e00\u9e23", "gu", "guyi", "gym", "GYM", "g",
           "zzq", "zengzhi", "cengzhi", "shanxue", "danxue", "dx", "sx", "rca", "renchangan", "oym", "ouyang",
           "analima", "ana", "\u963f\u4f9d", "\u4e70\u4e70\u63d0", "K1", "k", "\u738b", "", "  ", "12", "0007",
           "\uff27\uff39\uff2d"]  # fmt: skip


@pytest.mark.parametrize("query", QUERIES)
def test_against_the_texts_themselves(crowd: dict[int, tuple[str, str, str]], query: str) -> None:
    everyone = Employment.objects.all()
    numbers = dict(everyone.values_list("pk", "employee_no"))
    found = {one.pk for one in api.roster(everyone, api.RosterFilter(words=query))}
    folded = query.strip()
    wanted = {pk for pk, texts in crowd.items() if not folded or brute(*texts, numbers[pk], folded)}
    assert found == wanted


def test_four_digits_of_number_and_of_phone(crowd: dict[int, tuple[str, str, str]]) -> None:
    everyone = Employment.objects.all()
    for pk, (_name, number, phone) in crowd.items():
        for four in (number[-4:], number[-4:].lower(), phone[-4:]):
            found = {one.pk for one in api.roster(everyone, api.RosterFilter(words=four))}
            assert pk in found


def test_several_conditions_must_all_hold(crowd: dict[int, tuple[str, str, str]]) -> None:
    everyone = Employment.objects.all()
    (first, *_rest) = crowd
    four = crowd[first][2][-4:]
    assert [one.pk for one in api.roster(everyone, api.RosterFilter(words=f"gym {four}"))] == [first]
    assert not api.roster(everyone, api.RosterFilter(words=f"zzq {four}")).exists()


def test_filters_and_pages(mill: Firm, forge: Firm) -> None:
    jobs = [hire(mill, no=f"{n:02d}") for n in range(5)]
    other = hire(forge)
    api.transfer(employment=jobs[4], place=api.Place(team=mill.teams[1]), by=mill.contact)
    api.change_employment(employment=jobs[3], terms=api.Terms("03", groups=("canteen",)), by=mill.contact)
    everyone = Employment.objects.all()

    def found(**wanted: object) -> list[int]:
        return [one.pk for one in api.roster(everyone, api.RosterFilter(**wanted))]  # type: ignore[arg-type]

    assert found() == [*(job.pk for job in jobs), other.pk]
    assert found(enterprise_id=forge.unit.pk) == [other.pk]
    assert found(team_id=mill.teams[1].pk) == [jobs[4].pk]
    assert found(group="canteen") == [jobs[3].pk]
    assert found(status="left") == []
    assert found(status="all", words="0") == [job.pk for job in jobs]
    seen: list[int] = []
    after = None
    while True:
        rows = api.page_of(api.roster(everyone, api.RosterFilter()), size=2, after=after)
        seen += [one.pk for one in rows[:2]]
        if len(rows) <= 2:
            break
        after = seen[-1]
    assert seen == found()
    assert api.capped_count(everyone) == 6
    assert api.headcounts([mill.unit.pk, forge.unit.pk]) == {mill.unit.pk: 5, forge.unit.pk: 1}


def test_the_stored_words_are_hashes_only(mill: Firm) -> None:
    hire(mill, person("\u8c37\u4e00\u9e23"))
    row = SearchTokens.objects.get()
    assert len(row.tokens) == len(set(row.tokens)) > 10
    assert all(0 <= token < 2**63 for token in row.tokens)


@settings(max_examples=80, deadline=None)
@given(query=st.text(max_size=30))
def test_no_query_breaks_the_search(query: str) -> None:
    for alternative in tokens.asked(query):
        assert alternative
        assert all(word[1] == ":" for word in alternative)
    assert len(tokens.asked(query)) <= 16


def test_surnames_are_read_as_surnames() -> None:
    assert syllables("\u5355\u96ea") == [["shan", "xue"]]
    assert ["piao", "zhi"] in syllables("\u6734\u667a")
    assert reading("A") == "a"
