"""The lists of accounts, work, notices and erasures as files: the rows of the page, for whoever sees the page."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from pingzhan.domain.command.models import Activation
from pingzhan.domain.frontline.models import SiteVisit
from pingzhan.domain.frontline.rules import READERS
from pingzhan.domain.organisation import api as organisation
from pingzhan.domain.organisation.enums import Channel as Way
from pingzhan.domain.organisation.models import Person
from pingzhan.foundation.access.actor import actor_of
from pingzhan.foundation.access.models import Device, DeviceKind, Invitation, RoleGrant
from pingzhan.foundation.access.roles import Permission, Role, roles_with
from pingzhan.foundation.audit.models import AuditRecord
from pingzhan.foundation.exports.actions import export_now
from pingzhan.foundation.imports.models import ImportJob, ImportState
from pingzhan.foundation.messages.models import Letter, Notice, NoticeState
from pingzhan.foundation.privacy.models import Erasure, ErasureScope
from pingzhan.foundation.runs.models import RunRow, RunState
from pingzhan.pages.console.structure.listing import PEOPLE
from tests.factories import SmallZone, account
from tests.factories.accounts import actor_with
from tests.pages.console.conftest import SignIn
from tests.project.doors import IMPORTERS

P = Permission
Make = Callable[[SmallZone, str, str], object]
"""Makes one row of a list: (world, its name, the unit's path)."""


def device(world: SmallZone, name: str, path: str) -> object:
    return Device.objects.create(
        name=name, kind=DeviceKind.GATE, unit_path=path, issued_by=account(Role.DUTY_OFFICER, name="林知远"),
        expires_at=timezone.now() + timedelta(days=1),
    )  # fmt: skip


def invitation(world: SmallZone, name: str, path: str) -> object:
    return Invitation.objects.create(
        name=name, username=f"u-{Invitation.objects.count()}", role=Role.COMPANY.value, unit_path=path,
        proposed_by=account(Role.ORGANISER, name="林知远"),
    )  # fmt: skip


def upload(world: SmallZone, name: str, path: str) -> object:
    return ImportJob.objects.create(
        spec="territory.sites", unit_path=path, scope_code="x", scope_label=name, state=ImportState.DONE,
        finished_at=timezone.now(),
    )  # fmt: skip


def run(world: SmallZone, name: str, path: str) -> object:
    return RunRow.objects.create(kind="test", title=name, unit_path=path, by_name="林知远")


def letter(world: SmallZone, name: str, path: str) -> Letter:
    return Letter.objects.create(title=name, unit_path=path, by_name="林知远")


def notice(world: SmallZone, name: str, path: str, *, subject: int = 1, **more: Any) -> Notice:
    usual = {
        "recipient": world.people["安若水"].pk, "kind": "letter", "channel": "in_app", "title": name,
        "unit_path": path, "subject_kind": "letter", "subject_id": subject, "state": NoticeState.DEAD,
        "dedupe": f"n-{Notice.objects.count()}",
    }  # fmt: skip
    return Notice.objects.create(**(usual | more))


def told(world: SmallZone, name: str, path: str) -> object:
    """A notice of the letter with the same name, of which each test makes one."""
    found = Letter.objects.filter(unit_path=path).first() or letter(world, "一封信", path)
    return notice(world, name, path, subject=found.pk, channel=name)


def erasure(world: SmallZone, name: str, path: str) -> object:
    return Erasure.objects.create(scope=ErasureScope.REQUEST, basis=name, unit_path=path)


def visit(world: SmallZone, name: str, path: str) -> object:
    unit = next(one for one in world.firms if one.path == path)
    return SiteVisit.objects.create(
        unit=unit, day=timezone.localdate(), visited_at=timezone.now(), seen=name, by_name="林知远"
    )


def person(world: SmallZone, name: str, path: str) -> object:
    unit = next(one for one in world.firms if one.path == path)
    made = organisation.add_person(home_unit=unit, name=name, by=world.root)
    organisation.add_contact(
        person=made, channel=Way.PHONE, address=f"1380000{Person.objects.count():04d}", by=world.root
    )
    return made


@dataclass(frozen=True)
class Case:
    page: str
    readers: frozenset[Role]
    make: Make
    column: str
    """The heading under which the name stands."""
    query: Callable[[], str] = field(default=lambda: "")
    placed: bool = True
    """Whether the rows belong to units; else they belong to whoever began them, or are seen whole."""


def roles(*permissions: Permission) -> frozenset[Role]:
    return frozenset(role for one in permissions for role in roles_with(one))


def _letter() -> str:
    return f"?letter={Letter.objects.earliest('pk').pk}"


SIGNED_IN = frozenset(Role)
VIEWS = roles(P.VIEW_MESSAGES)
CASES = {
    "staff.devices": Case("/devices/", roles(P.MANAGE_DEVICES), device, "名称"),
    "staff.invitations": Case(
        "/staff/invitations/",
        roles(P.MANAGE_ACCOUNTS, P.EDIT_STRUCTURE, P.EDIT_ENTERPRISE),
        invitation,
        "姓名",
    ),
    "jobs.runs": Case("/jobs/", SIGNED_IN, run, "名称", placed=False),
    "messages.failed": Case("/messages/", VIEWS, notice, "标题"),
    "messages.letters": Case("/messages/", VIEWS, letter, "标题"),
    "messages.recipients": Case("", VIEWS, told, "渠道", _letter),
    "privacy.erasures": Case(
        "/privacy/", roles(P.MANAGE_PRIVACY, P.ORDER_ERASURE, P.VERIFY_AUDIT), erasure, "依据"
    ),
    "imports.history": Case("/import/", roles(*IMPORTERS), upload, "单位"),
    "frontline.visits": Case("", roles(*READERS, P.CHECK_ORDERS), visit, "看到的情况"),
    "structure.people": Case("/structure/people/", roles(P.VIEW_STRUCTURE), person, "姓名"),
}


def table(data: bytes) -> list[dict[str, str]]:
    """Return the rows of a CSV file without the line that says who took it."""
    head, *rows, _note = csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""))
    return [dict(zip(head, row, strict=True)) for row in rows if row]


def names(case: Case, data: bytes) -> list[str]:
    return [row[case.column] for row in table(data)]


def reader(case: Case) -> Role:
    """Somebody who sees all rows: of background work who manages it."""
    if not case.placed:
        return Role.SYSTEM_ADMIN
    # A proposer sees his own invitations only, who manages accounts those of his units.
    return Role.SECURITY_ADMIN if case.make is invitation else min(case.readers)


@pytest.mark.parametrize("key", CASES)
def test_the_file_holds_what_the_page_shows(world: SmallZone, sign_in: SignIn, key: str) -> None:
    case = CASES[key]
    for name in ("甲某", "\x3d1+1"):
        case.make(world, name, world.firms[0].path)
    client = sign_in(reader(case))
    if case.page:
        assert f'href="/export/{key}/' in client.get(case.page).content.decode()
    found = names(case, client.get(f"/export/{key}.csv{case.query()}").content)
    assert {"甲某", "'\x3d1+1"} <= set(found)
    book = openpyxl.load_workbook(io.BytesIO(client.get(f"/export/{key}.xlsx{case.query()}").content))
    head, *rows = book.worksheets[0].iter_rows(values_only=True)
    assert "\x3d1+1" in [row[head.index(case.column)] for row in rows]
    assert AuditRecord.objects.filter(verb="export.made", body__listing=key).count() == 2


@pytest.mark.parametrize("key", CASES)
def test_whoever_may_not_open_the_page_gets_no_file(world: SmallZone, sign_in: SignIn, key: str) -> None:
    case = CASES[key]
    case.make(world, "甲某", world.firms[0].path)
    for role in Role:
        answer = sign_in(role).get(f"/export/{key}.csv{case.query()}")
        assert answer.status_code == (200 if role in case.readers else 404), role


@pytest.mark.parametrize("key", [key for key, case in CASES.items() if case.placed])
def test_nothing_of_another_unit_is_in_the_file(world: SmallZone, sign_in: SignIn, key: str) -> None:
    case = CASES[key]
    here, there = (one.path for one in world.firms)
    case.make(world, "甲某", here)
    client = sign_in(reader(case), path=there)
    answer = client.get(f"/export/{key}.csv{case.query()}")
    assert "甲某" not in answer.content.decode("utf-8-sig")
    if key == "structure.people":
        return  # its page is of a whole zone: who sees a part only gets neither page nor rows
    case.make(world, "乙某", there)
    query = f"?letter={Letter.objects.latest('pk').pk}" if case.query() and case.make is told else ""
    assert "乙某" in client.get(f"/export/{key}.csv{query}").content.decode("utf-8-sig")


@pytest.mark.parametrize("key", CASES)
def test_the_number_of_queries_does_not_grow_with_the_rows(
    world: SmallZone, key: str, settings: Any, tmp_path: Any
) -> None:
    settings.UPLOAD_DIR = tmp_path
    case = CASES[key]
    by = actor_with(reader(case))
    counts: list[int] = []
    for total in (1, 3):
        for n in range(total - len(counts)):
            case.make(
                world,
                f"{total}-{n}",
                world.firms[n % 2].path if case.make is not told else world.firms[0].path,
            )
        asked = case.query()
        params = dict([asked[1:].split("=")]) if asked else {}
        with CaptureQueriesContext(connection) as seen, export_now(key=key, form="csv", params=params, by=by):
            counts.append(len(seen))
    assert counts[0] == counts[1]


def test_only_what_one_began_is_in_the_file_of_background_work(world: SmallZone, sign_in: SignIn) -> None:
    user = account(Role.LEADER)
    RunRow.objects.create(kind="test", title="自己的", by_user=user)
    RunRow.objects.create(kind="test", title="别人的")
    dead = RunRow.objects.create(kind="test", title="没办成的", by_user=user)
    RunRow.objects.filter(pk=dead.pk).update(state=RunState.DEAD, finished_at=timezone.now())
    case, client = CASES["jobs.runs"], sign_in(user)
    assert names(case, client.get("/export/jobs.runs.csv").content) == ["没办成的", "自己的"]
    assert names(case, client.get("/export/jobs.runs.csv?state=dead").content) == ["没办成的"]
    assert "已失败" in client.get("/export/jobs.runs/?state=dead").content.decode()


def test_an_invitation_that_was_used_is_in_the_file_of_all(world: SmallZone, sign_in: SignIn) -> None:
    invitation(world, "甲某", "/")
    used = Invitation.objects.get()
    used.withdrawn_at = timezone.now()
    used.save()
    case, client = CASES["staff.invitations"], sign_in(Role.SECURITY_ADMIN)
    assert names(case, client.get("/export/staff.invitations.csv").content) == []
    (row,) = table(client.get("/export/staff.invitations.csv?all=1").content)
    assert (row["姓名"], row["范围"], row["状态"]) == ("甲某", "全部", "已撤回")
    assert "?all=1" in client.get("/staff/invitations/?all=1").content.decode()


def test_contacts_are_masked_unless_the_right_and_a_reason_open_them(
    world: SmallZone, sign_in: SignIn
) -> None:
    made = organisation.add_person(home_unit=world.zone, name="甲某", by=world.root)
    for way, address in (
        (Way.PHONE, "13800138000"),
        (Way.SMS, "13900139000"),
        (Way.EMAIL, "jia@example.org"),
    ):
        organisation.add_contact(person=made, channel=way, address=address, by=world.root)
    address = "/export/structure.people/?q=\u7532\u67d0"
    (row,) = table(
        sign_in(Role.LEADER).post(address, {"form": "csv", "whole": "on", "reason": "核对"}).content
    )
    assert row["电话"] == "138****8000、139****9000"
    assert "jia@" not in row["其他联系方式"]
    whole = sign_in(Role.PRIVACY_OFFICER, Role.DUTY_OFFICER)
    (row,) = table(whole.post(address, {"form": "csv", "whole": "on", "reason": "核对名单"}).content)
    assert (row["电话"], row["其他联系方式"]) == ("13800138000、13900139000", "jia@example.org")
    assert [
        one.body["whole"] for one in AuditRecord.objects.filter(verb__startswith="export.").order_by("pk")
    ] == [
        False,
        True,
    ]


def test_the_right_for_one_enterprise_opens_no_contacts_of_the_zone(world: SmallZone) -> None:
    user = account(Role.DUTY_OFFICER)
    RoleGrant.objects.create(user=user, role=Role.PRIVACY_OFFICER.value, unit_path=world.firms[0].path)
    assert not PEOPLE.whole_allowed(actor_of(user))
    RoleGrant.objects.create(user=user, role=Role.PRIVACY_OFFICER.value, unit_path=world.zone.path)
    assert not PEOPLE.whole_allowed(actor_of(user))
    RoleGrant.objects.create(user=user, role=Role.PRIVACY_OFFICER.value, unit_path="/")
    assert PEOPLE.whole_allowed(actor_of(user))


def table_of(client: Client) -> str:
    page = client.get("/audit/switches/").content.decode()
    return page[page.index("<tbody") : page.index("</tbody")]


def test_the_switches_of_ones_units_go_out(emergency: SmallZone, sign_in: SignIn) -> None:
    (row,) = table(sign_in(Role.AUDITOR).get("/export/audit.switches.csv").content)
    shown = ("试验开发区", "平时", "战时Ⅱ级", "试验", "试发〔2026〕1号")
    assert tuple(row[one] for one in ("范围", "转换前", "转换后", "理由", "依据")) == shown
    assert (row["结束"], row["说明"], row["实战或演练"]) == ("", "", "实战")
    client = sign_in(Role.AUDITOR)
    assert "status-drill" not in table_of(client)
    drill = Activation.objects.get()
    drill.pk, drill.world, drill.key = None, 7, "drill"
    drill.save(force_insert=True)
    assert table_of(client).count("status-drill") == 1
    rows = table(client.get("/export/audit.switches.csv").content)
    assert [row["实战或演练"] for row in rows] == ["演练", "实战"]
    elsewhere = sign_in(Role.AUDITOR, path=emergency.firms[0].path)
    assert table(elsewhere.get("/export/audit.switches.csv").content) == []
    assert 'href="/export/audit.switches/' in sign_in(Role.AUDITOR).get("/audit/switches/").content.decode()
    for role in set(Role) - set(roles_with(P.VIEW_AUDIT)):
        assert sign_in(role).get("/export/audit.switches.csv").status_code == 404, role


def test_the_visits_of_one_enterprise(world: SmallZone, sign_in: SignIn) -> None:
    for firm in world.firms:
        visit(world, f"看了{firm.name}", firm.path)
    client, first = sign_in(Role.DUTY_OFFICER), world.firms[0]
    page = client.get(f"/frontline/visits/{first.pk}/").content.decode()
    assert f"/export/frontline.visits/?unit={first.pk}" in page
    (row,) = table(client.get(f"/export/frontline.visits.csv?unit={first.pk}").content)
    assert row["看到的情况"] == f"看了{first.name}"
