"""Reminders, leave that hits a shift, the words of notices, and the calendar by the rules of RFC 5545."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pingzhan.domain.organisation import api as organisation
from pingzhan.domain.organisation.enums import AbsenceKind
from pingzhan.domain.organisation.models import Person
from pingzhan.domain.roster import api, ical
from pingzhan.domain.roster.models import FeedToken, Shift
from pingzhan.foundation.messages.models import Notice
from pingzhan.foundation.messages.registry import render
from pingzhan.kernel.errors import Conflict
from tests.domain.roster.conftest import Lay, himself, later
from tests.factories import SmallZone


def told(kind: str) -> list[str]:
    return list(Notice.objects.filter(kind=kind).order_by("pk").values_list("title", flat=True))


def test_reminded_the_day_before_and_an_hour_before(park: SmallZone, lay: Lay) -> None:
    shift = lay("梅映雪", 30, 54)
    assert api.remind() == 0
    for hours, new in ((23, 1), (22, 0), (0.9, 1), (0.5, 0), (-0.1, 0)):
        Shift.objects.filter(pk=shift.pk).update(t0=later(hours))
        assert api.remind() == new, hours
    assert [title.startswith("即将值班") for title in told("roster_reminder")] == [False, True]
    assert set(Notice.objects.values_list("recipient", flat=True)) == {park.people["梅映雪"].pk}


def test_who_comes_in_late_is_reminded_all_the_same(park: SmallZone, lay: Lay) -> None:
    shift = lay("梅映雪", 20, 44)
    api.remind()
    api.substitute(shift_id=shift.pk, person=park.people["倪清和"], reason="生病", by=park.root)
    assert api.remind() == 1
    lay(None, 10, 15, seat=2)
    assert api.remind() == 0


@pytest.mark.django_db(transaction=True)
def test_leave_that_hits_a_shift_is_told_to_who_is_on_duty(park: SmallZone, lay: Lay) -> None:
    lay("安若水", -1, 23, seat=0)
    lay("梅映雪", -1, 23)
    lay("倪清和", 23, 47)
    organisation.register_absence(
        person=park.people["倪清和"], kind=AbsenceKind.ILL, t0=later(30), t1=later(90), by=park.root
    )
    assert len(told("roster_gap")) == 2
    assert set(Notice.objects.filter(kind="roster_gap").values_list("recipient", flat=True)) == {
        park.people["安若水"].pk, park.people["梅映雪"].pk,
    }  # fmt: skip
    organisation.register_absence(
        person=park.people["欧阳溪"], kind=AbsenceKind.ILL, t0=later(30), t1=later(90), by=park.root
    )
    assert len(told("roster_gap")) == 2


def test_notices_have_words_and_a_way_to_go(park: SmallZone, lay: Lay) -> None:
    shift = lay("梅映雪", 20, 44)
    api.remind()
    api.ask_swap(shift_id=shift.pk, asked=park.people["倪清和"], reason="培训", by=himself(park, "梅映雪"))
    lay("欧阳溪", -20, 0.2)
    api.open_handovers()
    words = render(list(Notice.objects.order_by("pk")))
    assert len(words) == 3
    links = sorted(getattr(one, "link", "") for one in words.values())
    assert links[0].startswith("/roster/handovers/")
    assert links[1:] == ["/roster/mine/", "/roster/mine/"]
    assert all(
        "试验开发区" in getattr(one, "body", "") or "培训" in getattr(one, "body", "")
        for one in words.values()
    )


def parse(body: bytes) -> list[tuple[str, str, str]]:
    """Read a calendar by the rules: CRLF, lines of at most 75 octets, unfolded, name;parameters:value."""
    assert body.endswith(b"\r\n")
    lines = body.split(b"\r\n")[:-1]
    assert all(len(line) <= 75 and b"\n" not in line and b"\r" not in line for line in lines)
    unfolded: list[bytes] = []
    for line in lines:
        if line.startswith(b" "):
            unfolded[-1] += line[1:]
        else:
            unfolded.append(line)
    found = []
    for line in unfolded:
        match = re.fullmatch(r"([A-Z-]+)((?:;[A-Z-]+=[^:;]+)*):(.*)", line.decode())
        assert match is not None, line
        found.append((match[1], match[2], match[3]))
    return found


def unescape(text: str) -> str:
    return re.sub(r"\\(.)", lambda m: {"n": "\n"}.get(m[1], m[1]), text)


def test_the_calendar_obeys_the_rules(park: SmallZone, lay: Lay) -> None:
    park.zone.name = "试验，开发区;A,B\\C" + "很长的名称" * 12
    park.zone.save()
    shift = lay("梅映雪", 20, 44)
    now = datetime(2026, 11, 26, 1, 2, 3, tzinfo=UTC)
    shifts = api.shifts_of_person(park.people["梅映雪"].pk)
    read = parse(api.calendar(shifts, title="梅映雪的值班", host="zone.example", now=now))
    assert read[0] == ("BEGIN", "", "VCALENDAR")
    assert read[-1] == ("END", "", "VCALENDAR")
    values = {name: value for name, _more, value in read}
    assert values["VERSION"] == "2.0"
    assert values["PRODID"]
    assert values["UID"] == f"shift-{shift.pk}-{shift.person_id}@zone.example"
    assert values["DTSTAMP"] == "20261126T010203Z"
    assert values["DTSTART"] == shift.t0.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    assert values["DTEND"] == shift.t1.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    assert unescape(values["LOCATION"]) == park.zone.name
    opened: list[str] = []
    for name, _more, value in read:
        if name == "BEGIN":
            opened.append(value)
        elif name == "END":
            assert opened.pop() == value
    assert opened == []
    assert [value for name, _more, value in read if name == "TRIGGER"] == ["-PT1440M", "-PT60M"]


def test_a_calendar_without_duties_has_a_component() -> None:
    read = parse(api.calendar([], title="x", host="h", now=datetime(2026, 1, 1, tzinfo=UTC)))
    assert ("BEGIN", "", "VTIMEZONE") in read


@given(st.text())
def test_any_text_is_folded_and_comes_back(text: str) -> None:
    line = f"SUMMARY:{ical.escape(text)}"
    folded = ical.fold(line).encode()
    assert all(len(part) <= 75 for part in folded.split(b"\r\n"))
    assert folded.decode().replace("\r\n ", "") == line
    kept = "".join(mark for mark in text.replace("\r\n", "\n") if mark == "\n" or mark >= " ")
    assert unescape(line.removeprefix("SUMMARY:")) == kept


def test_the_feed_is_ones_own_and_can_be_stopped(park: SmallZone) -> None:
    me = himself(park, "梅映雪")
    token = api.make_feed(by=me)
    assert api.person_of_feed(token) == park.people["梅映雪"]
    assert token.encode() not in bytes(FeedToken.objects.get().digest)
    fresh = api.make_feed(by=me)
    assert api.person_of_feed(token) is None
    assert api.person_of_feed(fresh) == park.people["梅映雪"]
    Person.objects.filter(name="梅映雪").update(active=False)
    assert api.person_of_feed(fresh) is None
    Person.objects.filter(name="梅映雪").update(active=True)
    api.end_feed(by=me)
    assert api.person_of_feed(fresh) is None
    with pytest.raises(Conflict):
        api.make_feed(by=park.root)


def test_the_minute_does_all_of_it(park: SmallZone, lay: Lay) -> None:
    lay("梅映雪", -20, 0.2)
    lay("倪清和", 0.2, 20)
    api.minute()
    kinds = set(Notice.objects.values_list("kind", flat=True))
    assert kinds == {"roster_reminder", "roster_handover"}
    before = Notice.objects.count()
    api.minute()
    assert Notice.objects.count() == before
