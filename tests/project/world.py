"""One object of every kind that an address can name, all in the zone or in its first enterprise.

``owner`` is the account that owns what belongs to one person alone: seat and task, sessions and keys, files.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from pingzhan.domain.command import api as command
from pingzhan.domain.command.models import Activation, Seat, Task
from pingzhan.domain.frontline.models import Posting, SiteVisit
from pingzhan.domain.organisation import api as organisation
from pingzhan.domain.organisation.enums import AbsenceKind, FindingKind, FindingSource, Severity
from pingzhan.domain.organisation.models import Contact, Finding, Group
from pingzhan.domain.people import api as people
from pingzhan.domain.people.enums import LeaveReason
from pingzhan.domain.territory import api as territory
from pingzhan.domain.territory.enums import SiteKind
from pingzhan.domain.territory.models import Enterprise
from pingzhan.foundation.access.models import Device, DeviceKind, Invitation, RoleGrant
from pingzhan.foundation.access.roles import Role
from pingzhan.foundation.audit.models import AuditRecord
from pingzhan.foundation.runs.models import RunRow
from pingzhan.pages.console.sheet import files as sheet_files
from tests.domain.people.crowd import person as somebody
from tests.factories import SmallZone, account, small_zone
from tests.project import belongings
from tests.project.cleaned import cleaned
from tests.project.cooked import cooked
from tests.project.drilled import drilled
from tests.project.duties import duties
from tests.project.gated import gated
from tests.project.handed import handed
from tests.project.ill import ill
from tests.project.measured import measured
from tests.project.owed import owed
from tests.project.planned import planned
from tests.project.reports import reports
from tests.project.returning import returning
from tests.project.stocked import stocked
from tests.project.swabbed import swabbed
from tests.project.taught import taught


@dataclass(frozen=True)
class World:
    """Numbers of objects as they stand in addresses, and the two paths the test grants roles for."""

    zone_path: str
    other_path: str
    user: int
    owner: int
    grant: int
    session: int
    key: int
    ack: str
    arrive: str
    setup: str
    session_held: int
    team_member: int
    exercise: int
    join: str
    enrol: str
    reading: str
    report: str
    invitation: int
    device: int
    seat: int
    health_case: int
    symptom_report: int
    feeling: str
    task: int
    person: int
    contact: int
    absence: int
    posting: int
    site_visit: int
    shift: int
    swap: int
    member: int
    roster: int
    drill: int
    held_drill: int
    inject: int
    review: int
    handover: int
    holiday: int
    feed: str
    version: int
    draft: int
    group: int
    finding: int
    order: int
    enterprise: int
    site: int
    closed_site: int
    dormitory: int
    run: int
    import_job: int
    import_done: int
    export_job: int
    work_order: int
    order_photo: int
    order_batch: int
    meeting: int
    sitrep_due: int
    sitrep: int
    sitrep_signed: int
    zero_day: int
    zero_line: int
    zero_own: int
    worker: int
    second_worker: int
    individuals: tuple[int, int]
    left_worker: int
    organ: int
    template: int
    paper: int
    plan: int
    notice: int
    letter: int
    channel: int
    erasure: int
    destroyed: int
    record: int
    returnee: int
    invited_returnee: int
    returning: str
    obligation: int
    attended: int
    declaration: int
    waiver: int
    sheet: str
    own_key: str
    team: int
    key_region: int
    firm_unit: int
    clean_area: int
    clean_record: int
    testing_round: int
    told_round: int
    sampling_member: int
    exemption: int
    tube: int
    sample_box: int
    sampling_doubt: int
    testing_plan: int
    sampling_team: int
    sampling_phone: int
    laboratory: int
    pursuit: int
    hold: int
    switch_proposal: int
    gate_visit: int
    gate_vehicle: int
    appointment: int
    visitor_pass: str
    permit: int
    gate_meeting: int
    lot: int
    canteen_meal: int
    sitting_plan: int
    sitting_line: int
    kitchen_check: int
    firm_plan: int
    incident: int
    supply_entry: int
    supply_purchase: int
    measure_version: int
    measure_draft: int
    measure_row: int
    measure_parameter: int
    measure_force: int
    held_restriction: int
    restriction: int


def build() -> World:
    """Build the zone in an emergency, and one of everything."""
    small: SmallZone = small_zone()
    first, second = small.firms
    sheets = belongings.spreadsheets(first.code)
    command.reconcile_zone(zone=small.zone, cause="\u8bd5\u9a8c", by=small.root)
    command.order_switch(
        order=command.SwitchOrder(
            key="doors", unit=small.zone, level=2, reason="\u8bd5\u9a8c", basis="\u8bd5\u53d11\u53f7"
        ),
        by=small.root,
    )
    user = account(Role.OFFICIAL, name="\u522b\u4eba")
    seat = Seat.objects.filter(closed_at=None, post__code="leading.head").get()
    person = seat.person
    owner = small.person_account(person.name, Role.CLERK)
    now = timezone.now()
    absence = organisation.register_absence(
        person=person,
        kind=AbsenceKind.LEAVE,
        t0=now + timedelta(days=30),
        t1=now + timedelta(days=31),
        basis="\u8bd5\u9a8c",
        by=small.root,
    )
    draft = organisation.clone_version(version=small.version, by=small.root)
    group = Group.objects.filter(version=draft).first()
    task = Task.objects.filter(owner_seat=seat).first()
    contact = Contact.objects.filter(person=person).first()
    assert group is not None
    assert task is not None
    assert contact is not None
    finding = Finding.objects.create(
        version=draft,
        key="doors",
        kind=FindingKind.NO_LEVEL_NO_TIME,
        source=FindingSource.DOCUMENT,
        severity=Severity.INFO,
        sentence="\u8bd5\u9a8c",
    )
    file = Enterprise.objects.create(unit=first, credit_code="91110000600037341L", industry="34")
    sites = [
        territory.create_site(enterprise=first, kind=kind, code=code, name=code, by=small.root)
        for kind, code in (
            (SiteKind.WORKSHOP, "W1"),
            (SiteKind.WORKSHOP, "W2"),
            (SiteKind.DORMITORY, "D1"),
        )
    ]
    territory.close_site(site=sites[1], by=small.root)
    shapes = [_plot(first.code, 0), _plot(second.code, 200)]
    for _version in range(2):
        plan = territory.import_plan(
            zone=small.zone, geojson={"type": "FeatureCollection", "features": shapes}, by=small.root
        )
    team = territory.create_team(enterprise=first, name="\u7532\u73ed", by=small.root)
    workers = [
        people.register_worker(
            enterprise=first,
            person=somebody(),
            terms=people.Terms(employee_no=number),
            joined=date(2026, 3, 2),
            place=people.Place(team=team),
            by=small.root,
        )
        for number in ("1", "2", "3")
    ]
    people.leave(employment=workers[2], on=date(2026, 4, 1), reason=LeaveReason.RESIGNED, by=small.root)
    sheet_files.make(zone=small.zone, by=small.root)
    return World(
        zone_path=small.zone.path,
        other_path=second.path,
        user=user.pk,
        owner=owner.pk,
        grant=RoleGrant.objects.get(user=user).pk,
        ack=command.ack_link(seat).rpartition("/")[2],
        arrive=command.check_in_token(small.zone),
        invitation=Invitation.objects.create(
            name="\u67d0\u4eba", username="mouren", role=Role.COMPANY.value, unit_path=first.path
        ).pk,
        device=Device.objects.create(
            name="\u91c7\u68371",
            kind=DeviceKind.SAMPLING,
            unit_path=first.path,
            issued_by=user,
            expires_at=now + timedelta(days=1),
        ).pk,
        seat=seat.pk,
        task=task.pk,
        person=person.pk,
        contact=contact.pk,
        absence=absence.pk,
        version=small.version.pk,
        draft=draft.pk,
        group=group.pk,
        finding=finding.pk,
        order=Activation.objects.get(unit=small.zone, world=0).pk,
        enterprise=file.pk,
        site=sites[0].pk,
        closed_site=sites[1].pk,
        dormitory=sites[2].pk,
        plan=plan.n,
        team=team.pk,
        sheet=sheet_files.kept(small.zone)[0].name,
        run=RunRow.objects.create(kind="doors", title="\u8bd5\u9a8c", by_name="\u522b\u4eba").pk,
        worker=workers[0].pk,
        second_worker=workers[1].pk,
        individuals=(workers[0].individual_id, workers[1].individual_id),
        left_worker=workers[2].pk,
        posting=Posting.objects.create(zone=small.zone, person=person, unit=first).pk,
        site_visit=SiteVisit.objects.create(
            unit=first,
            day=timezone.localdate(),
            visited_at=timezone.now(),
            seen="-",
            by_user=owner,
            by_name="-",
        ).pk,
        record=AuditRecord.objects.filter(verb="people.registered").latest("pk").pk,
        **duties(small, person),
        **handed(small, person),
        **drilled(small),
        **reports(small),
        **returning(small, workers),
        **owed(first, small.root),
        **measured(small.zone, small.root),
        **gated(workers[0].enterprise, small.root),
        **cooked(workers[0].enterprise, small.root),
        **planned(workers[0].enterprise, small.root),
        **swabbed(small.zone, workers[0], person, user),
        **stocked(workers[0].enterprise, small.root),
        **cleaned(workers[0].enterprise, small.root),
        **taught(workers[0], small.root),
        **ill(workers[0], small.root),
        **sheets,
        **belongings.owned(owner),
        **belongings.links(user, first.path),
        **belongings.documents(first.path),
        **belongings.messages(first.path, owner),
        **belongings.erasures(workers[0], user),
    )


def _plot(code: str, x: int) -> dict[str, Any]:
    ring = [[x, 0], [x + 100, 0], [x + 100, 100], [x, 100], [x, 0]]
    return {
        "type": "Feature",
        "geometry": {"type": "Polygon", "coordinates": [ring]},
        "properties": {"code": code, "name": code},
    }
