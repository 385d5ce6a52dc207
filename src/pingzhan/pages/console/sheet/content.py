"""What the sheet says: who commands, who is on duty for three days, every post with its person and telephone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from pingzhan.domain.command import api as command
from pingzhan.domain.command.models import Seat
from pingzhan.domain.organisation import api as organisation
from pingzhan.domain.organisation.enums import ENTERPRISE_GROUP
from pingzhan.domain.organisation.models import Person
from pingzhan.domain.roster import api as roster
from pingzhan.domain.territory.models import Unit
from pingzhan.pages.console.wording import group_name, level_word

HOURS = 72


@dataclass(frozen=True)
class Section:
    """One table of the sheet: its title, the heads of its columns, its rows. Every row has as many cells."""

    title: str
    head: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]


@dataclass(frozen=True)
class Sheet:
    """The whole sheet of one zone at a moment."""

    zone: str
    posture: str
    at: datetime
    sections: list[Section]

    @property
    def made(self) -> str:
        """Return the moment in words, local time."""
        return date_format(timezone.localtime(self.at), "Y-m-d H:i")

    @property
    def people(self) -> int:
        """Return how many rows name somebody."""
        return sum(len(one.rows) for one in self.sections)


def sheet(zone: Unit, at: datetime) -> Sheet:
    """Return the sheet of a zone. The number of queries does not depend on its size."""
    active = command.in_force(zone)
    seats = list(
        command.open_seats(zone)
        .select_related("person", "unit", "post__group")
        .order_by("post__group__sort", "post__sort", "seat_no", "pk")
    )
    shifts = roster.timetable(zone, at, at + timedelta(hours=HOURS))
    people = {seat.person_id for seat in seats} | {one.person_id for one in shifts if one.person_id}
    phones = organisation.phones_of(people)
    leads = [(one.post or _("领导小组"), one.name, one.phone) for one in command.leads(zone)[:4]]
    head = (_("岗位"), _("姓名"), _("职务"), _("电话"))
    duty = [
        (roster.when(one.t0, one.t1), str(one.role.label), *_person(one.person, phones)) for one in shifts
    ]
    return Sheet(
        zone=zone.name,
        posture=level_word(active[0].level if active else None),
        at=at,
        sections=[
            Section(_("指挥顺序"), (_("岗位"), _("姓名"), _("电话")), leads),
            Section(_("今后 72 小时值班"), (_("时间"), _("角色"), _("姓名"), _("职务"), _("电话")), duty),
            *(Section(name, head, rows) for name, rows in _groups(seats, phones)),
            Section(_("企业联系人"), (_("企业"), *head), _firms(seats, phones)),
        ],
    )


def _person(person: Person | None, phones: dict[int, str]) -> tuple[str, str, str]:
    if person is None:
        return _("无人"), "", ""
    return person.name, person.title, phones.get(person.pk, "") or _("没有登记电话")


def _groups(seats: Sequence[Seat], phones: dict[int, str]) -> list[tuple[str, list[tuple[str, ...]]]]:
    found: dict[str, list[tuple[str, ...]]] = {}
    for seat in seats:
        if seat.post is None:
            found.setdefault(group_name(command.POOL_CODE, ""), []).append(
                (_("机动"), *_person(seat.person, phones))
            )
        elif seat.post.group.code != ENTERPRISE_GROUP:
            name = group_name(seat.post.group.code, seat.post.group.name)
            found.setdefault(name, []).append((seat.post.name, *_person(seat.person, phones)))
    return list(found.items())


def _firms(seats: Sequence[Seat], phones: dict[int, str]) -> list[tuple[str, ...]]:
    rows = [
        (seat.unit.name, seat.post.name, *_person(seat.person, phones))
        for seat in seats
        if seat.post is not None and seat.post.group.code == ENTERPRISE_GROUP
    ]
    return sorted(rows, key=lambda row: row[0])
