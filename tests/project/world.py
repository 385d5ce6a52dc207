"""One object of every kind that an address can name, all in the zone or in its first enterprise."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import timezone

from pingzhan.domain.command import api as command
from pingzhan.domain.command.models import Seat, Task
from pingzhan.domain.organisation import api as organisation
from pingzhan.domain.organisation.enums import AbsenceKind
from pingzhan.domain.organisation.models import Contact, Group
from pingzhan.domain.people import api as people
from pingzhan.domain.territory import api as territory
from pingzhan.domain.territory.enums import SiteKind
from pingzhan.domain.territory.models import Enterprise
from pingzhan.foundation.access.models import Device, DeviceKind, Invitation, RoleGrant
from pingzhan.foundation.access.roles import Role
from pingzhan.foundation.accounts.models import SignIn
from pingzhan.foundation.exports.models import ExportJob
from pingzhan.foundation.imports.models import ImportJob
from pingzhan.foundation.runs.models import RunRow
from tests.domain.people.crowd import person as somebody
from tests.factories import SmallZone, account, small_zone


@dataclass(frozen=True)
class World:
    """Numbers of objects as they stand in addresses, and the two paths the test grants roles for."""

    zone_path: str
    other_path: str
    user: int
    grant: int
    session: int
    key: int
    ack: str
    invitation: int
    device: int
    seat: int
    task: int
    person: int
    contact: int
    absence: int
    version: int
    draft: int
    group: int
    enterprise: int
    site: int
    run: int
    import_job: int
    export_job: int
    worker: int
    paper: int


def build() -> World:
    """Build the zone in an emergency, and one of everything."""
    small: SmallZone = small_zone()
    command.reconcile_zone(zone=small.zone, cause="\u8bd5\u9a8c", by=small.root)
    order = command.SwitchOrder(
        key="doors", unit=small.zone, level=2, reason="\u8bd5\u9a8c", basis="\u8bd5\u53d11\u53f7"
    )
    command.order_switch(order=order, by=small.root)
    first, second = small.firms
    user = account(Role.OFFICIAL, name="\u522b\u4eba")
    seat = Seat.objects.filter(closed_at=None, post__code="leading.head").get()
    person = seat.person
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
    file = Enterprise.objects.create(unit=first, credit_code="91110000600037341L", industry="34")
    site = territory.create_site(
        enterprise=first, kind=SiteKind.WORKSHOP, code="W1", name="\u4e00\u8f66\u95f4", by=small.root
    )
    worker = people.register_worker(
        enterprise=first,
        person=somebody(),
        terms=people.Terms(employee_no="1"),
        joined=date(2026, 3, 2),
        by=small.root,
    )
    return World(
        zone_path=small.zone.path,
        other_path=second.path,
        user=user.pk,
        grant=RoleGrant.objects.get(user=user).pk,
        session=SignIn.objects.create(user=user, session_key="x" * 32).pk,
        key=0,
        ack="wrong",
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
        enterprise=file.pk,
        site=site.pk,
        run=RunRow.objects.create(kind="doors", title="\u8bd5\u9a8c", by_name="\u522b\u4eba").pk,
        import_job=ImportJob.objects.create(
            spec="no-such", scope_code="F1", scope_label="F1", unit_path=first.path, form="xlsx", by_user=user
        ).pk,
        worker=worker.pk,
        paper=0,
        export_job=ExportJob.objects.create(listing="staff.accounts", form="xlsx", by_user=user).pk,
    )
