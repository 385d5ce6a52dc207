"""Invented workers of two enterprises. Birth dates lie in the nineteenth century, phones in an unused range."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time
from itertools import count

from pingzhan.domain.people import api
from pingzhan.domain.people.enums import DocumentKind
from pingzhan.domain.people.models import Employment, Individual
from pingzhan.domain.territory import api as territory
from pingzhan.domain.territory.enums import SiteKind, UnitKind
from pingzhan.domain.territory.models import Shift, Site, Team, Unit
from pingzhan.foundation.access.actor import Actor, system_actor
from pingzhan.foundation.access.roles import Role
from pingzhan.kernel.idnumber import check_character

DAY = date(2026, 3, 2)
_numbers = count(50_001)
"""Far from the numbers that tests name themselves."""


def id_number(n: int, *, year: int = 1880, region: str = "371621") -> str:
    """The n'th number of a region and year; the check character is right."""
    first = f"{region}{year}{1 + n // 28 % 12:02d}{1 + n % 28:02d}{n // 336 % 1000:03d}"
    return first + check_character(first)


def person(
    name: str = "谷一鸣", number: str | None = None, phone: str | None = None, address: str | None = None
) -> api.Personal:
    """The checked data of somebody."""
    document = api.read_document(DocumentKind.ID_CARD, number or id_number(next(_numbers)))
    return api.Personal(api.read_name(name), document, api.read_phone(phone), api.read_address(address))


@dataclass
class Firm:
    """An enterprise with two teams, a room and a canteen, and the actor of its contact."""

    unit: Unit
    teams: list[Team]
    room: Site
    canteen: Site
    contact: Actor


@dataclass
class Park:
    """Two enterprises in one area of one zone."""

    zone: Unit
    area: Unit
    firms: list[Firm]
    root: Actor


def acting(role: Role, path: str) -> Actor:
    """An actor with one role for one unit path."""
    return Actor(kind="user", user_id=None, person_id=None, name="某人", grants=((role, path),))


def build_firm(area: Unit, n: int, root: Actor) -> Firm:
    """An enterprise with its places, written straight into the tables."""
    unit = territory.create_unit(
        kind=UnitKind.ENTERPRISE, code=f"P{n}", name=f"试验{n}厂", parent=area, by=root, headcount=9
    )
    shop = Site.objects.create(enterprise=unit, kind=SiteKind.WORKSHOP, code="W1", name="一车间")
    shift = Shift.objects.create(enterprise=unit, name="白班", start=time(8), end=time(20))
    teams = [
        Team.objects.create(enterprise=unit, name=name, workshop=shop, shift=shift)
        for name in ("甲班", "乙班")
    ]
    house = Site.objects.create(enterprise=unit, kind=SiteKind.DORMITORY, code="D1", name="一号楼")
    room = Site.objects.create(
        enterprise=unit, kind=SiteKind.ROOM, parent=house, code="D1-101", name="101", capacity=6
    )
    canteen = Site.objects.create(enterprise=unit, kind=SiteKind.CANTEEN, code="C1", name="职工食堂")
    return Firm(unit, teams, room, canteen, acting(Role.COMPANY, unit.path))


def build_park() -> Park:
    """The whole park."""
    root = system_actor("测试")
    zone = territory.create_unit(kind=UnitKind.ZONE, code="PZ", name="试验开发区", parent=None, by=root)
    area = territory.create_unit(kind=UnitKind.AREA, code="PZ-E", name="东片区", parent=zone, by=root)
    return Park(zone, area, [build_firm(area, n, root) for n in (1, 2)], root)


def hire(firm: Firm, who: api.Personal | None = None, *, no: str = "", joined: date = DAY) -> Employment:
    """Register somebody at an enterprise, in its first team."""
    return api.register_worker(
        enterprise=firm.unit,
        person=who or person(),
        terms=api.Terms(employee_no=no, job="装配工"),
        joined=joined,
        place=api.Place(team=firm.teams[0]),
        by=firm.contact,
    )


def texts_of(individual: Individual) -> api.Opened:
    """The opened texts of a person as stored now."""
    return api.opened([Individual.objects.get(pk=individual.pk)])[individual.pk]
