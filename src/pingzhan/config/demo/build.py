"""Fill an empty database with the demo zone, through the same actions that people use."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from django.db import connection, transaction
from django.utils import timezone, translation

from pingzhan.config.demo import data
from pingzhan.config.demo.canteen import demo_canteen
from pingzhan.config.demo.drills import demo_drill
from pingzhan.config.demo.firms import demo_firms, small_zone_firms
from pingzhan.config.demo.frontline import demo_frontline
from pingzhan.config.demo.gate import demo_gate, demo_goods
from pingzhan.config.demo.health import demo_health
from pingzhan.config.demo.layout import layout
from pingzhan.config.demo.measures import demo_measures
from pingzhan.config.demo.names import phone_of
from pingzhan.config.demo.obligations import demo_duties, demo_week
from pingzhan.config.demo.orders import demo_orders
from pingzhan.config.demo.papers import demo_papers
from pingzhan.config.demo.people import hire_workers
from pingzhan.config.demo.premises import demo_premises
from pingzhan.config.demo.reports import demo_reports
from pingzhan.config.demo.returnees import demo_returnees
from pingzhan.config.demo.roster import demo_roster
from pingzhan.config.demo.sanitation import demo_sanitation
from pingzhan.config.demo.screening import demo_screening
from pingzhan.config.demo.supplies import demo_supplies
from pingzhan.config.demo.visits import demo_visits
from pingzhan.config.demo.workplace import demo_workplace
from pingzhan.domain.command import api as command
from pingzhan.domain.organisation import api as organisation
from pingzhan.domain.organisation.enums import (
    AbsenceKind,
    Channel,
    FindingKind,
    FindingState,
    PersonKind,
    PostRole,
    Severity,
)
from pingzhan.domain.organisation.models import Contact, Finding, Person, Post, StructureVersion
from pingzhan.domain.territory import api as territory
from pingzhan.domain.territory.enums import UnitKind
from pingzhan.domain.territory.models import Site, Unit
from pingzhan.foundation.access.actor import Actor, system_actor
from pingzhan.foundation.access.models import RoleGrant
from pingzhan.foundation.access.roles import Role
from pingzhan.foundation.accounts.models import User

NOTICE = Path(__file__).with_name("notice.txt")
_LOCK = 0x70_7A_0D
SMALL_CREW = 25
"""Workers registered at each enterprise of the small zone, so that a first start takes no longer."""

PHONE_SALT = 5_000_003
"""Keeps the invented phones of officials apart from those of workers."""


def ensure_demo(*, enterprises: int = 0, workers: int = 0, seed: int = 7) -> bool:
    """Build the demo zone when the database holds no unit yet; return whether it was built.

    Without ``enterprises`` it is the small zone of data.ENTERPRISES; with it, that many whose headcounts add
    up to ``workers``, always the same for the same ``seed``.
    Two starts at once build it once. Everything is made in one transaction.
    """
    with transaction.atomic(), translation.override("zh-hans"):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        if Unit.objects.exists():
            return False
        by = system_actor("演示数据")
        zone = _territory(
            by,
            demo_firms(enterprises=enterprises, workers=workers, seed=seed)
            if enterprises
            else small_zone_firms(),
        )
        version = organisation.import_notice(
            zone=zone, filename=NOTICE.name, content=NOTICE.read_bytes(), by=by
        )
        _people(zone, by)
        _answer(version, by)
        organisation.add_enterprise_posts(version=version, by=by)
        _company_people(version, by)
        _waive_rest(version, by)
        organisation.publish(version=version, by=by)
        _accounts(zone, by)
        demo_papers(zone, by)
        if not enterprises:
            demo_goods(zone, by)
        demo_measures(zone, by)
        demo_frontline(zone, by)
        demo_roster(zone, by)
        command.ensure_defaults(by=by)
        # Orders are answered by whoever sits on a seat, and publishing opens the seats only at commit.
        command.reconcile_zone(zone=zone, cause="演示数据", by=by)
        if not enterprises:
            demo_orders(zone)
            hire_workers(zone=zone, seed=seed, by=by, most=SMALL_CREW)
            demo_drill(zone, by)
            # What the ledgers of today hold closes what is due today, so that has to be there first.
            demo_duties(zone, by)
            demo_returnees(zone, by)
            demo_gate(zone, by)
            demo_canteen(zone, by)
            demo_premises(zone, by)
            demo_health(zone, by)
            demo_supplies(zone, by)
            demo_visits(zone, by)
            demo_week(zone, by, seed=seed)
            demo_sanitation(zone, by)
            demo_screening(zone, by, seed=seed)
            demo_workplace(zone, by)
            # Seats are opened after the commit of the structure; reports count them.
            transaction.on_commit(lambda: demo_reports(zone))
        return True


def build_crowd(*, seed: int = 7) -> str:
    """Register all declared workers of the demo zone and return the hash of their facts.

    Returns an empty text when the zone has workers already.
    """
    zone = Unit.objects.get(kind=UnitKind.ZONE, code=data.ZONE_CODE)
    with translation.override("zh-hans"):
        return hire_workers(zone=zone, seed=seed, by=system_actor("演示数据"))


def _territory(by: Actor, firms: Sequence[territory.FirmSpec]) -> Unit:
    zone = territory.create_unit(
        kind=UnitKind.ZONE, code=data.ZONE_CODE, name=data.ZONE_NAME, parent=None, by=by
    )
    for code, name in data.AREAS:
        territory.create_unit(kind=UnitKind.AREA, code=code, name=name, parent=zone, by=by)
    territory.bulk_register(zone=zone, firms=firms, by=by)
    territory.import_plan(zone=zone, geojson={"type": "FeatureCollection", "features": layout(firms)}, by=by)
    for enterprise, code in data.SCOPES:
        site = Site.objects.filter(enterprise__code=enterprise, code=code).first()
        if site is not None:
            territory.make_scope(site=site, by=by)
    return zone


def _people(zone: Unit, by: Actor) -> None:
    spare = [(name, title) for _group, name, title in data.SUBSTITUTES]
    for name, title in (*spare, *data.UNPOSTED):
        person = organisation.add_person(home_unit=zone, name=name, title=title, by=by)
        organisation.add_contact(person=person, channel=Channel.IN_APP, address=name, by=by)


def _answer(version: StructureVersion, by: Actor) -> None:
    """Answer what the demo notice leaves open, as its clerk would."""
    for finding in Finding.objects.filter(version=version, kind=FindingKind.CLASS_UNRESOLVED):
        organisation.resolve_class(finding=finding, by=by, queries=["responsible:enterprise"])
    for group, name, _title in data.SUBSTITUTES:
        organisation.add_holding(
            post=Post.objects.get(version=version, group__code=group, role=PostRole.HEAD),
            person=Person.objects.get(home_unit=version.zone, name=name),
            seat_no=1,
            by=by,
        )
    organisation.deputies_stand_in(version=version, by=by)


def _company_people(version: StructureVersion, by: Actor) -> None:
    """Fill the posts of the enterprises, and give every enterprise a responsible official."""
    wanted = (PostRole.FIRM_LEAD, PostRole.FIRM_CONTACT, PostRole.FIRM_TEAM)
    holders: dict[str, Person] = {}
    for post in Post.objects.filter(version=version, role__in=wanted).select_related("unit").order_by("code"):
        person = organisation.add_person(
            home_unit=post.unit, name=data.company_name(len(holders)), kind=PersonKind.COMPANY, by=by
        )
        holders[post.code] = person
    organisation.add_contacts(
        rows=[(person, Channel.IN_APP, code) for code, person in holders.items()], by=by
    )
    organisation.fill_posts(version=version, holders=holders, by=by)
    officials = list(
        Person.objects.filter(
            kind=PersonKind.OFFICIAL, holdings__post__version=version, holdings__post__role=PostRole.MEMBER
        )
        .exclude(holdings__post__group__code="leading")
        .distinct()
        .order_by("id")
    )
    firms = Unit.objects.filter(kind=UnitKind.ENTERPRISE).order_by("code")
    for index, unit in enumerate(firms):
        organisation.set_responsible(unit=unit, person=officials[index % len(officials)], by=by)
    silent = Person.objects.filter(home_unit=version.zone, contacts__isnull=True).select_related("home_unit")
    organisation.add_contacts(rows=[(person, Channel.IN_APP, person.name) for person in silent], by=by)
    _telephones(version, by)
    away = officials[-1]
    now = timezone.now()
    organisation.register_absence(
        person=away,
        kind=AbsenceKind.LEAVE,
        t0=now - timedelta(days=1),
        t1=now + timedelta(days=6),
        by=by,
        basis="年休假",
    )


def _telephones(version: StructureVersion, by: Actor) -> None:
    """Give everybody but the last official a mobile phone; two of three have been verified."""
    zone = version.zone
    people = list(
        Person.objects.filter(home_unit__path__startswith=zone.path)
        .select_related("home_unit")
        .order_by("kind", "id")
    )
    rows = [(person, Channel.PHONE, phone_of(person.pk, salt=PHONE_SALT)) for person in people]
    organisation.add_contacts(rows=rows[:-1], by=by)
    for contact in Contact.objects.filter(channel=Channel.PHONE, person__kind=PersonKind.OFFICIAL):
        if contact.person_id % 3:
            organisation.verify_contact(contact=contact, by=by)


def _waive_rest(version: StructureVersion, by: Actor) -> None:
    left = Finding.objects.filter(version=version, state=FindingState.OPEN, severity=Severity.CRITICAL)
    for finding in left:
        organisation.waive(finding=finding, reason="演示数据，保留待处理的情形", by=by)


def _accounts(zone: Unit, by: Actor) -> None:
    for persona in data.PERSONAS:
        user = User.objects.create_user(persona.username, name=persona.name, is_demo=True)
        # The trail of sign-ins belongs to no unit, so the auditor's right covers everything.
        path = "/" if persona.role == Role.AUDITOR else zone.path
        person: Person | None = None
        if persona.unit:
            unit = Unit.objects.get(code=persona.unit)
            path = unit.path
        if persona.unit and persona.role == Role.COMPANY:
            post = Post.objects.get(unit=unit, role=PostRole.FIRM_CONTACT, version__zone=zone)
            person = Person.objects.get(holdings__post=post)
            User.objects.filter(pk=user.pk).update(name=person.name)
        elif persona.person is not None:
            person = Person.objects.get(name=persona.person, home_unit=zone)
        RoleGrant.objects.create(user=user, role=persona.role, unit_path=path)
        if person is not None:
            organisation.link_account(person=person, user=user, by=by)
