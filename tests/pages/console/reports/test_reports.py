"""Pages of reports: who sees what, one report from due to signed and filed, zero reports, papers, alerts."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from docx import Document

from pingzhan.domain.command.models import Activation, LogLine
from pingzhan.domain.reporting import api
from pingzhan.domain.reporting.enums import Via
from pingzhan.domain.reporting.models import Due, Report, ZeroLine
from pingzhan.foundation.access.roles import Role
from pingzhan.foundation.audit.models import AuditRecord
from pingzhan.foundation.documents.actions.organs import save_organ
from pingzhan.foundation.exports.actions import export_now
from pingzhan.foundation.options import registry
from pingzhan.foundation.options.models import OptionValue
from pingzhan.kernel.errors import NotFound
from tests.factories import SmallZone, actor_with
from tests.pages.console.conftest import SignIn

pytestmark = pytest.mark.django_db
READERS = (Role.DUTY_OFFICER, Role.LEADER, Role.CLERK)
INDEX, ZERO, DETAIL = 18, 14, 9


@pytest.fixture
def zone(emergency: SmallZone) -> SmallZone:
    """The zone at level II with its reports listed and an issuing organ."""
    OptionValue.objects.create(key="reporting.zero_at", text="23:59")
    registry.forget()
    save_organ(name="试验开发区管理委员会", mark="", unit_path=emergency.zone.path, by=emergency.root)
    api.make_dues()
    return emergency


def due_of(kind: str) -> Due:
    return Due.objects.get(kind=kind, number=1)


def words(data: bytes) -> str:
    document = Document(io.BytesIO(data))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(one.text for one in document.paragraphs), *cells])


@pytest.mark.parametrize("name", ["index", "zero", "forms"])
@pytest.mark.parametrize("role", [role for role in Role if role not in READERS])
def test_who_reads_no_reports(zone: SmallZone, sign_in: SignIn, role: Role, name: str) -> None:
    assert sign_in(role).get(reverse(f"reports:{name}")).status_code == 403


@pytest.mark.parametrize("role", READERS)
def test_who_reads_them(zone: SmallZone, sign_in: SignIn, role: Role) -> None:
    client = sign_in(role)
    for name in ("index", "zero", "forms"):
        assert client.get(reverse(f"reports:{name}")).status_code == 200


def test_a_right_for_a_part_of_the_zone_opens_no_report(zone: SmallZone, sign_in: SignIn) -> None:
    draft = api.draft(due_id=due_of("initial").pk, by=zone.root)
    client = sign_in(Role.LEADER, path=zone.firms[0].path)
    assert client.get(reverse("reports:index")).status_code == 403
    for name in ("detail", "sign", "edit", "recount", "correct"):
        address = reverse(f"reports:{name}", args=[draft.pk])
        answer = client.get(address) if name == "detail" else client.post(address, {"edition": "1"})
        assert answer.status_code == 404, name
    for name in ("start", "drop"):
        assert client.post(reverse(f"reports:{name}", args=[draft.due_id])).status_code == 404
    assert client.post(reverse("reports:urge", args=[due_of("zero").pk])).status_code == 404
    assert client.get(reverse("reports:alert", args=[Activation.objects.get().pk])).status_code == 404


def test_a_report_from_due_to_signed_and_filed(zone: SmallZone, sign_in: SignIn) -> None:
    clerk, leader = sign_in(Role.CLERK), sign_in(Role.LEADER)
    page = clerk.get(reverse("reports:index")).content.decode()
    assert "初报" in page
    answer = clerk.post(reverse("reports:start", args=[due_of("initial").pk]))
    report = Report.objects.get()
    assert answer["Location"] == reverse("reports:detail", args=[report.pk])
    saved = clerk.post(
        reverse("reports:edit", args=[report.pk]),
        {"situation": "一家企业食堂发生聚集性腹泻。", "next_steps": "继续排查。", "edition": "1"},
        follow=True,
    )
    assert "已保存" in saved.content.decode()
    assert "继续排查" in saved.content.decode()
    refused = clerk.post(reverse("reports:sign", args=[report.pk]), {"edition": "2"})
    assert refused.status_code == 403
    signed = leader.post(reverse("reports:sign", args=[report.pk]), {"edition": "2"}, follow=True)
    assert "已签发" in signed.content.decode()
    report.refresh_from_db()
    assert report.number == 1
    assert report.number_text in clerk.get(reverse("reports:index")).content.decode()
    for suffix, magic in (("docx", b"PK"), ("pdf", b"%PDF")):
        address = reverse("reports:paper", args=[report.pk, suffix])
        file, again = clerk.get(address), clerk.get(address)
        assert file.status_code == 200
        assert file.content.startswith(magic)
        assert file.content == again.content
    text = words(clerk.get(reverse("reports:paper", args=[report.pk, "docx"])).content)
    assert report.number_text in text
    assert "食堂发生聚集性腹泻" in text
    figures = {row["label"]: row["value"] for row in report.figures}
    assert re.search(rf"已安排岗位（人）\n{figures['已安排岗位']}\n", text)


def test_a_draft_has_no_file(zone: SmallZone, sign_in: SignIn) -> None:
    report = api.draft(due_id=due_of("initial").pk, by=zone.root)
    assert sign_in(Role.CLERK).get(reverse("reports:paper", args=[report.pk, "pdf"])).status_code == 409


def test_a_stale_edition_is_told_and_changes_nothing(zone: SmallZone, sign_in: SignIn) -> None:
    report = api.draft(due_id=due_of("initial").pk, by=zone.root)
    api.recount(report_id=report.pk, edition=1, by=zone.root)
    page = sign_in(Role.DUTY_OFFICER).post(
        reverse("reports:sign", args=[report.pk]), {"edition": "1"}, follow=True
    )
    assert "刚被别人修改过" in page.content.decode()
    report.refresh_from_db()
    assert report.state == "draft"


def test_recount_correct_drop_and_the_daily_report(zone: SmallZone, sign_in: SignIn) -> None:
    client = sign_in(Role.DUTY_OFFICER)
    report = api.draft(due_id=due_of("initial").pk, by=zone.root)
    client.post(reverse("reports:recount", args=[report.pk]), {"edition": "1"})
    report.refresh_from_db()
    assert report.edition == 2
    client.post(reverse("reports:sign", args=[report.pk]), {"edition": "2"})
    client.post(reverse("reports:correct", args=[report.pk]), {"reason": "人数误记"})
    assert Report.objects.filter(due=report.due, version=2, correction="人数误记").exists()
    client.post(reverse("reports:drop", args=[due_of("follow").pk]), {"reason": "由日报代替"})
    assert due_of("follow").dropped_why == "由日报代替"
    client.post(reverse("reports:daily"))
    assert Due.objects.filter(kind="daily").count() == 1


def test_zero_reports_are_urged_phoned_and_given_by_one_tap(zone: SmallZone, sign_in: SignIn) -> None:
    duty = sign_in(Role.DUTY_OFFICER)
    day = due_of("zero")
    line = ZeroLine.objects.get(due=day, unit=zone.firms[0])
    page = duty.get(reverse("reports:zero")).content.decode()
    assert zone.firms[0].name in page
    urged = duty.post(reverse("reports:urge", args=[day.pk]), follow=True).content.decode()
    assert "已催报 7 家" in urged
    company = sign_in(Role.COMPANY, path=zone.firms[0].path)
    assert line.name in company.get(reverse("reports:mine")).content.decode()
    given = company.post(reverse("reports:tap", args=[line.pk]), follow=True).content.decode()
    assert "已零报告" in given
    other = ZeroLine.objects.get(due=day, unit=zone.firms[1])
    assert company.post(reverse("reports:tap", args=[other.pk])).status_code == 404
    duty.post(
        reverse("reports:phone", args=[other.pk]), {"caller": "某厂长", "value": "2", "note": "两人发热"}
    )
    other.refresh_from_db()
    assert (other.value, other.via) == (2, Via.PHONE)
    line.refresh_from_db()
    assert line.value == 0


def test_a_refused_zero_report_is_shown_again_as_it_was_typed(zone: SmallZone, sign_in: SignIn) -> None:
    duty = sign_in(Role.DUTY_OFFICER)
    line = ZeroLine.objects.get(due=due_of("zero"), unit=zone.firms[1])
    address = reverse("reports:phone", args=[line.pk])
    for typed, wanted in (
        ({"caller": "某厂长", "value": "两个", "note": "两人发热"}, "报告数应为 0 或正整数。"),
        ({"caller": "", "value": "2", "note": "两人发热"}, "请写明谁打来的电话。"),
        ({"caller": "某厂长", "value": "2", "note": " "}, "有情况的要写明情况。"),
    ):
        answer = duty.post(address, typed)
        assert answer.status_code == 422
        page = answer.content.decode()
        assert wanted in page
        assert all(f'value="{one}"' in page for one in typed.values() if one.strip())
    line.refresh_from_db()
    assert line.value is None
    company = sign_in(Role.COMPANY, path=zone.firms[1].path)
    own = company.post(reverse("reports:tap", args=[line.pk]), {"value": "-1", "note": "两人发热"})
    assert own.status_code == 422
    assert "两人发热" in own.content.decode()


def test_zero_reports_are_asked_for_in_routine(world: SmallZone, sign_in: SignIn) -> None:
    duty = sign_in(Role.DUTY_OFFICER)
    assert "要求今天零报告" in duty.get(reverse("reports:zero")).content.decode()
    duty.post(reverse("reports:ask_zero"))
    assert ZeroLine.objects.count() == 9


@pytest.mark.parametrize("suffix", ["docx", "pdf"])
@pytest.mark.parametrize("key", ["briefing", "appointments", "missions", "log"])
def test_papers_from_the_rows_of_the_screens(zone: SmallZone, sign_in: SignIn, key: str, suffix: str) -> None:
    LogLine.objects.create(zone=zone.zone, text="县疾控到场", by_name="值班甲")
    client = sign_in(Role.DUTY_OFFICER)
    answer = client.get(reverse("reports:form", args=[key, suffix]))
    assert answer.status_code == 200
    assert AuditRecord.objects.filter(verb="reporting.paper").count() == 1
    if suffix == "docx":
        text = words(answer.content)
        wanted = {
            "briefing": ("试发〔2026〕1号", "安若水", "医疗保障组"),
            "appointments": ("安若水", "白景行", "医疗保障组组长"),
            "missions": ("简而清", "负责医疗保障组的日常工作"),
            "log": ("县疾控到场", "值班甲"),
        }[key]
        for one in wanted:
            assert one in text, one


def test_a_mission_sheet_of_one_group_names_no_other(zone: SmallZone, sign_in: SignIn) -> None:
    client = sign_in(Role.DUTY_OFFICER)
    answer = client.get(reverse("reports:form", args=["missions", "docx"]), {"group": "medical"})
    text = words(answer.content)
    assert "医疗保障组组长" in text
    assert "核酸检测组" not in text


def test_there_is_no_briefing_in_routine(world: SmallZone, sign_in: SignIn) -> None:
    assert (
        sign_in(Role.DUTY_OFFICER).get(reverse("reports:form", args=["briefing", "pdf"])).status_code == 404
    )


def test_an_order_goes_out_as_an_alert(zone: SmallZone, sign_in: SignIn) -> None:
    activation = Activation.objects.get()
    answer = sign_in(Role.DUTY_OFFICER).get(reverse("reports:alert", args=[activation.pk]))
    assert answer["Content-Type"].startswith("application/xml")
    assert "PZ-TZ-A" in answer["Content-Disposition"]
    assert b"urn:oasis:names:tc:emergency:cap:1.2" in answer.content
    end = sign_in(Role.DUTY_OFFICER).get(reverse("reports:alert", args=[activation.pk]), {"end": "1"})
    assert end.status_code == 409


def test_the_history_of_orders_links_the_alert(zone: SmallZone, sign_in: SignIn) -> None:
    address = reverse("reports:alert", args=[Activation.objects.get().pk])
    assert address in sign_in(Role.DUTY_OFFICER).get(reverse("audit:switches")).content.decode()
    assert address not in sign_in(Role.AUDITOR).get(reverse("audit:switches")).content.decode()


def _queries(client: Client, address: str, django_assert_num_queries: Any, number: int) -> None:
    client.get(address)
    with django_assert_num_queries(number):
        assert client.get(address).status_code == 200


def _sign(zone: SmallZone, count: int) -> None:
    for n in range(count):
        Due.objects.create(
            zone=zone.zone,
            unit=zone.zone,
            kind="daily",
            key=f"daily:x{n}",
            on=due_of("zero").on,
            due_at=due_of("zero").due_at,
        )
    for due in Due.objects.filter(key__startswith="daily:x", done_at=None):
        draft = api.draft(due_id=due.pk, by=zone.root)
        api.sign(report_id=draft.pk, edition=1, by=zone.root)


@pytest.mark.parametrize("count", [1, 3])
def test_queries_of_the_pages(
    zone: SmallZone, sign_in: SignIn, django_assert_num_queries: Any, count: int
) -> None:
    _sign(zone, count)
    client = sign_in(Role.DUTY_OFFICER)
    _queries(client, reverse("reports:index"), django_assert_num_queries, INDEX)
    _queries(client, reverse("reports:zero"), django_assert_num_queries, ZERO)
    report = Report.objects.order_by("-pk").first()
    assert report is not None
    _queries(client, reverse("reports:detail", args=[report.pk]), django_assert_num_queries, DETAIL)


def test_exports_show_the_rows_of_the_reader(zone: SmallZone) -> None:
    _sign(zone, 2)
    file = export_now(key="reporting.reports", form="csv", params={}, by=actor_with(Role.LEADER))
    text = file.read().decode("utf-8-sig")
    assert text.count("信报〔") == 2
    contact = actor_with(Role.COMPANY, path=zone.firms[0].path)
    with pytest.raises(NotFound):
        export_now(key="reporting.zero", form="csv", params={}, by=contact)


def test_a_day_that_is_none_shows_today(zone: SmallZone, sign_in: SignIn) -> None:
    client = sign_in(Role.DUTY_OFFICER)
    assert client.get(reverse("reports:zero"), {"on": "2026-02-30"}).context["is_today"]
    assert client.get("/reports/forms/log.docx", {"on": "2026-02-30"}).status_code in (200, 404)


def test_what_was_typed_stays_when_somebody_was_faster(zone: SmallZone, sign_in: SignIn) -> None:
    report = api.draft(due_id=due_of("initial").pk, by=zone.root)
    api.edit(report_id=report.pk, edition=1, texts={"situation": "别人写的"}, by=zone.root)
    client = sign_in(Role.DUTY_OFFICER)
    address = reverse("reports:edit", args=[report.pk])
    answer = client.post(address, {"situation": "我写的半页", "edition": "1"})
    assert answer.status_code == 409
    text = answer.content.decode()
    assert ("我写的半页" in text, "别人写的" in text, "刚被别人修改过" in text) == (True, True, True)
    report.refresh_from_db()
    assert report.situation == "别人写的"
    edition = answer.context["form"]["edition"].value()
    client.post(address, {"situation": "我写的半页", "edition": edition})
    report.refresh_from_db()
    assert report.situation == "我写的半页"


def test_whoever_acts_in_a_drill_stays_in_it(world: SmallZone, sign_in: SignIn) -> None:
    due = api.ask_zero(zone=world.zone, world=0, by=world.root)
    Due.objects.filter(pk=due.pk).update(world=5)
    client = sign_in(Role.DUTY_OFFICER)
    line = due.lines.first()
    assert line is not None
    for answer in (
        client.post(reverse("reports:urge", args=[due.pk])),
        client.post(reverse("reports:phone", args=[line.pk]), {"value": "0", "caller": "某厂长"}),
        client.post(reverse("reports:ask_zero"), {"world": "5"}),
    ):
        assert answer.headers["Location"] == "/reports/zero/?world=5"
    gone = client.post(reverse("reports:drop", args=[due.pk]), {"reason": "演练不报"})
    assert gone.headers["Location"] == "/reports/?world=5"
