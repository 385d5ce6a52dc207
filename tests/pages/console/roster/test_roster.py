"""The roster's pages: who sees and does what, what stands in them, and how many queries they take."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from pingzhan.domain.organisation.models import Absence, Person
from pingzhan.domain.roster import api
from pingzhan.domain.roster.enums import RosterStatus, ShiftRole, SwapState
from pingzhan.domain.roster.models import Handover, Holiday, PoolMember, Roster, Shift, SwapRequest
from pingzhan.foundation.access.roles import Permission, Role, roles_with
from pingzhan.foundation.live import announce
from tests.factories import SmallZone, kept, small_zone
from tests.pages.console.conftest import SignIn

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
Lay = Callable[..., Shift]


@pytest.fixture
def park(db: None) -> SmallZone:
    return kept(small_zone)


@pytest.fixture
def lay(park: SmallZone) -> Lay:
    def shift(person: str | None, start: float = -1, end: float = 23, seat: int = 1) -> Shift:
        now = timezone.now().replace(minute=0, second=0, microsecond=0) + HOUR / 2
        return Shift.objects.create(
            zone=park.zone, seat=seat, day=timezone.localdate(now + start * HOUR), t0=now + start * HOUR,
            t1=now + end * HOUR, person=park.people[person] if person else None, in_force=True,
        )  # fmt: skip

    return shift


@pytest.fixture
def pool(park: SmallZone) -> None:
    for role, names in (
        (ShiftRole.LEAD, ("安若水", "白景行")),
        (ShiftRole.DUTY, ("梅映雪", "倪清和", "欧阳溪")),
    ):
        for name in names:
            api.add_member(zone=park.zone, role=role, person=park.people[name], by=park.root)


def without(permission: Permission) -> list[Role]:
    return [role for role in Role if role not in roles_with(permission)]


def text(answer: Any) -> str:
    return str(answer.content.decode())


def draft_of(park: SmallZone, days: int = 3) -> Roster:
    first = timezone.localdate() + 2 * DAY
    return api.generate(zone=park.zone, first=first, until=first + days * DAY, by=park.root)


@pytest.mark.parametrize("role", without(Permission.VIEW_STRUCTURE))
def test_roles_that_do_not_see_the_roster(park: SmallZone, sign_in: SignIn, role: Role) -> None:
    client = sign_in(role)
    names = ("index", "sheet", "balance", "absences", "holidays", "mine", "handovers")
    assert {client.get(reverse(f"roster:{name}")).status_code for name in names} == {403}


@pytest.mark.parametrize("role", without(Permission.MANAGE_ROSTER))
def test_roles_that_do_not_make_the_roster(
    park: SmallZone, pool: None, lay: Lay, sign_in: SignIn, role: Role
) -> None:
    client, shift, draft = sign_in(role), lay("任知秋", 5, 20), draft_of(park)
    member = PoolMember.objects.earliest("pk")
    gets = [reverse(f"roster:{name}") for name in ("drafts", "new", "pool", "swaps", "add")]
    gets.append(reverse("roster:draft", args=[draft.pk]))
    posts = [
        reverse("roster:shift", args=[shift.pk]),
        reverse("roster:cancel", args=[shift.pk]),
        reverse("roster:publish", args=[draft.pk]),
        reverse("roster:discard", args=[draft.pk]),
        reverse("roster:member", args=[member.pk, "remove"]),
    ]
    assert {client.get(url).status_code for url in gets} == {403}
    data = {"reason": "试验", "person": park.people["桑晓风"].pk}
    assert {client.post(url, data).status_code for url in posts} == {403}
    assert Shift.objects.get(pk=shift.pk).person == park.people["任知秋"]
    assert PoolMember.objects.filter(pk=member.pk).exists()


def test_another_zone_shows_nothing(park: SmallZone, pool: None, lay: Lay, sign_in: SignIn) -> None:
    """Objects by their number, asked for by somebody of a unit that is not theirs."""
    shift, draft = lay("任知秋", 5, 20), draft_of(park)
    handover = api.open_handover(zone=park.zone, at=timezone.now(), by=park.root)
    client = sign_in(Role.ORGANISER, Role.DUTY_OFFICER, path=park.firms[0].path)
    urls = [
        reverse("roster:shift", args=[shift.pk]),
        reverse("roster:draft", args=[draft.pk]),
        reverse("roster:handover", args=[handover.pk]),
    ]
    assert {client.get(url).status_code for url in urls} == {404}
    member = PoolMember.objects.earliest("pk")
    assert client.post(reverse("roster:member", args=[member.pk, "remove"])).status_code == 404


def test_who_is_on_duty_with_numbers_for_the_desk_only(park: SmallZone, lay: Lay, sign_in: SignIn) -> None:
    lay("安若水", seat=0)
    lay("梅映雪")
    number = "13900000009"
    for role in (Role.DUTY_OFFICER, Role.LEADER):
        assert f'href="tel:{number}"' in text(sign_in(role).get("/roster/"))
    for role in (Role.OFFICIAL, Role.ORGANISER, Role.SYSTEM_ADMIN, Role.CLERK):
        shown = text(sign_in(role).get("/roster/"))
        assert "梅映雪" in shown
        assert number not in shown
        assert f"{number[:3]}****" not in shown


def test_the_page_follows_what_others_do(park: SmallZone, lay: Lay, sign_in: SignIn) -> None:
    lay("安若水", seat=0)
    client = sign_in(Role.DUTY_OFFICER)
    for address in ("/roster/", "/roster/?view=week"):
        live = client.get(address).context["live"]
        assert client.get(live, headers={"HX-Request": "true"}).status_code == 204
        name = "梅映雪" if "week" not in address else "倪清和"
        lay(name, seat=1 if "week" not in address else 2)
        announce("roster", {"shifts": 1})
        shown = text(client.get(live, headers={"HX-Request": "true"}))
        assert (name in shown, "<html" in shown) == (True, False)


def test_gaps_are_shown_with_the_way_to_mend_them(park: SmallZone, lay: Lay, sign_in: SignIn) -> None:
    lay("安若水", -1, 90, seat=0)
    hole = lay(None, -1, 90)
    shown = text(sign_in(Role.DUTY_OFFICER).get("/roster/"))
    assert "班次无人" in shown
    assert reverse("roster:shift", args=[hole.pk]) in shown
    assert "没有缺口" not in shown


def test_the_calendar_takes_the_same_queries_for_one_and_three_shifts(
    park: SmallZone, lay: Lay, sign_in: SignIn, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = sign_in(Role.OFFICIAL)
    lay("安若水", seat=0)
    client.get("/roster/")
    for more in ((), ("梅映雪", "倪清和")):
        for n, name in enumerate(more, start=1):
            lay(name, seat=n)
        for address in ("/roster/", "/roster/?view=week"):
            with django_assert_num_queries(QUERIES["index"]):
                client.get(address)


#: Queries of the pages, session, account and frame included.
QUERIES = {"index": 17, "handovers": 9, "absences": 14}


def test_lists_take_the_same_queries_for_one_and_three_rows(
    park: SmallZone, sign_in: SignIn, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = sign_in(Role.DUTY_OFFICER)
    now = timezone.now()
    for n in range(3):
        api.open_handover(zone=park.zone, at=now - n * DAY, by=park.root)
        Absence.objects.create(
            person=park.people["梅映雪"], kind="ill", t0=now + n * HOUR, t1=now + (n + 1) * HOUR
        )
        if n in (0, 2):
            client.get("/roster/handovers/")
            with django_assert_num_queries(QUERIES["handovers"]):
                client.get("/roster/handovers/")
            with django_assert_num_queries(QUERIES["absences"]):
                client.get("/roster/absences/")


def test_a_table_is_made_edited_and_published(park: SmallZone, pool: None, sign_in: SignIn) -> None:
    client = sign_in(Role.ORGANISER)
    first = timezone.localdate() + 2 * DAY
    made = client.post(reverse("roster:new"), {"first": first, "last": first + DAY})
    draft = Roster.objects.get()
    assert made.headers["Location"] == reverse("roster:draft", args=[draft.pk])
    page = client.get(made.headers["Location"])
    assert (page.status_code, len(page.context["rows"])) == (200, 2)
    lead, duty = draft.shifts.filter(seat=0).order_by("t0")[0], draft.shifts.filter(seat=1).order_by("t0")[0]
    wrong = client.post(reverse("roster:draft", args=[draft.pk]), {f"shift-{duty.pk}": lead.person_id})
    assert wrong.status_code == 422
    assert "已有值班" in text(wrong)
    spare = park.people["桑晓风"].pk
    client.post(
        reverse("roster:draft", args=[draft.pk]), {f"shift-{duty.pk}": spare, f"shift-{lead.pk}": "9999999"}
    )
    duty.refresh_from_db()
    assert duty.person_id == spare
    assert Shift.objects.get(pk=lead.pk).person_id == lead.person_id
    client.post(reverse("roster:publish", args=[draft.pk]))
    assert Roster.objects.get().status == RosterStatus.PUBLISHED
    assert client.get(reverse("roster:draft", args=[draft.pk])).status_code == 409
    again = client.post(reverse("roster:publish", args=[draft.pk]), follow=True)
    assert "已经发布" in text(again)


def test_what_cannot_be_made_is_said_in_the_form(park: SmallZone, sign_in: SignIn) -> None:
    client = sign_in(Role.ORGANISER)
    first = timezone.localdate() + 2 * DAY
    answer = client.post(reverse("roster:new"), {"first": first, "last": first})
    assert answer.status_code == 422
    assert "轮值名单里还没有人" in text(answer)
    assert not Roster.objects.exists()


def test_a_draft_is_given_up(park: SmallZone, pool: None, sign_in: SignIn) -> None:
    draft = draft_of(park)
    sign_in(Role.ORGANISER).post(reverse("roster:discard", args=[draft.pk]))
    assert Roster.objects.get().status == RosterStatus.DISCARDED


def test_substitute_cancel_and_add(park: SmallZone, pool: None, lay: Lay, sign_in: SignIn) -> None:
    client, shift = sign_in(Role.DUTY_OFFICER), lay("梅映雪", 5, 29)
    url = reverse("roster:shift", args=[shift.pk])
    page = text(client.get(url))
    assert "倪清和（可替班" in page
    empty = client.post(url, {"person": park.people["倪清和"].pk, "reason": ""})
    assert empty.status_code == 422
    client.post(url, {"person": park.people["倪清和"].pk, "reason": "生病"})
    shift.refresh_from_db()
    assert shift.person == park.people["倪清和"]
    assert "生病" in text(client.get(url))
    client.post(reverse("roster:cancel", args=[shift.pk]), {"reason": "合并"})
    shift.refresh_from_db()
    assert not shift.in_force
    data = {
        "seat": "1", "person": park.people["欧阳溪"].pk, "reason": "补缺",
        "t0": f"{timezone.localtime(shift.t0):%Y-%m-%dT%H:%M}", "t1": f"{timezone.localtime(shift.t1):%Y-%m-%dT%H:%M}",
    }  # fmt: skip
    assert client.get(reverse("roster:add")).status_code == 200
    assert client.post(reverse("roster:add"), data).status_code == 302
    assert client.post(reverse("roster:add"), data).status_code == 422
    assert Shift.objects.filter(in_force=True).count() == 1


def test_the_rotation_is_kept_on_its_page(park: SmallZone, pool: None, sign_in: SignIn) -> None:
    client = sign_in(Role.ORGANISER)
    url = reverse("roster:pool")
    new = {"role": "duty", "duty-person": park.people["祁连山"].pk}
    assert client.post(url, new).status_code == 302
    assert "已在这一轮值名单里" in text(client.post(url, new))
    last = PoolMember.objects.get(person=park.people["祁连山"])
    client.post(reverse("roster:member", args=[last.pk, "up"]))
    order = PoolMember.objects.filter(role="duty").order_by("position").values_list("person__name", flat=True)
    assert list(order) == ["梅映雪", "倪清和", "祁连山", "欧阳溪"]
    client.post(reverse("roster:member", args=[last.pk, "down"]))
    client.post(reverse("roster:member", args=[last.pk, "remove"]))
    assert client.post(reverse("roster:member", args=[last.pk, "up"])).status_code == 404
    assert list(order.all()) == ["梅映雪", "倪清和", "欧阳溪"]


def test_a_swap_from_page_to_page(park: SmallZone, pool: None, lay: Lay, sign_in: SignIn) -> None:
    mine, his = lay("梅映雪", 30, 54), lay("倪清和", 102, 126)
    me = sign_in(park.person_account("梅映雪"))
    him = sign_in(park.person_account("倪清和"))
    maker = sign_in(Role.ORGANISER)
    ask = reverse("roster:ask", args=[mine.pk])
    assert him.get(ask).status_code == 403
    assert "互换班次" in text(me.get(ask))
    assert me.post(ask, {"whom": "s999999", "reason": "培训"}).status_code == 422
    assert me.post(ask, {"whom": f"s{his.pk}", "reason": "培训"}).status_code == 302
    swap = SwapRequest.objects.get()
    assert "同意" in text(him.get(reverse("roster:mine")))
    stranger = sign_in(park.person_account("欧阳溪"))
    assert stranger.post(reverse("roster:answer", args=[swap.pk, "agree"])).status_code == 404
    him.post(reverse("roster:answer", args=[swap.pk, "agree"]))
    assert "培训" in text(maker.get(reverse("roster:swaps")))
    assert him.post(reverse("roster:answer", args=[swap.pk, "approve"])).status_code == 403
    assert maker.post(reverse("roster:answer", args=[swap.pk, "nonsense"])).status_code == 404
    maker.post(reverse("roster:answer", args=[swap.pk, "approve"]))
    swap.refresh_from_db()
    assert swap.state == SwapState.DONE
    mine.refresh_from_db()
    assert mine.person == park.people["倪清和"]


def test_one_s_own_calendar(park: SmallZone, lay: Lay, sign_in: SignIn, client: Client) -> None:
    lay("梅映雪", 5, 29)
    lay("倪清和", 30, 50)
    me = sign_in(park.person_account("梅映雪"))
    assert "您的账号还没有关联" in text(sign_in(Role.CLERK).get(reverse("roster:mine")))
    me.post(reverse("roster:make_feed"))
    page = me.get(reverse("roster:mine"))
    address = page.context["feed"]
    assert address
    # It is shown once.
    assert me.get(reverse("roster:mine")).context["feed"] == ""
    answer = client.get(address.removeprefix("http://testserver"))
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    assert answer.content.count(b"BEGIN:VEVENT") == 1
    me.post(reverse("roster:end_feed"))
    assert client.get(address.removeprefix("http://testserver")).status_code == 404
    assert client.get(reverse("roster:feed", args=["wrong"])).status_code == 404


def test_a_handover_on_its_page(park: SmallZone, lay: Lay, sign_in: SignIn) -> None:
    lay("安若水", -10, 80, seat=0)
    first = lay("梅映雪", -23, 1)
    lay("倪清和", 1, 24)
    outgoing, incoming, leader = (
        sign_in(park.person_account(name)) for name in ("梅映雪", "倪清和", "安若水")
    )
    row = api.open_handover(zone=park.zone, at=first.t1, by=park.root)
    url = reverse("roster:handover", args=[row.pk])
    assert outgoing.post(url, {"summary": ""}).status_code == 422
    assert outgoing.post(url, {"summary": "无异常", "notes": "甲事\n乙事"}).status_code == 302
    assert row.lines.filter(source="note").count() == 2
    outgoing.post(reverse("roster:handover_act", args=[row.pk, "refresh"]))
    assert outgoing.post(reverse("roster:handover_act", args=[row.pk, "sign"])).status_code == 403
    assert "我已接班" in text(incoming.get(url))
    incoming.post(reverse("roster:handover_act", args=[row.pk, "sign"]), {"note": "已核对"})
    leader.post(reverse("roster:handover_act", args=[row.pk, "countersign"]))
    row.refresh_from_db()
    assert row.leader_at is not None
    assert sign_in(park.person_account("欧阳溪")).get(url).status_code == 404
    assert list(Handover.objects.all()) == [row]


@pytest.mark.parametrize("role", without(Permission.REGISTER_ABSENCE))
def test_roles_that_do_not_register_absences(park: SmallZone, sign_in: SignIn, role: Role) -> None:
    client, now = sign_in(role), timezone.now()
    row = Absence.objects.create(person=park.people["梅映雪"], kind="ill", t0=now, t1=now + DAY)
    assert client.post(reverse("roster:absences"), {}).status_code == 403
    assert client.post(reverse("roster:cancel_absence", args=[row.pk])).status_code == 403
    assert Absence.objects.exists()


def away(person: Person, **more: Any) -> dict[str, Any]:
    today = timezone.localdate()
    return {"person": person.pk, "kind": "leave", "first": today, "last": today + 2 * DAY, **more}


def test_absences_with_both_holders_of_a_post(park: SmallZone, sign_in: SignIn) -> None:
    url, clerk = reverse("roster:absences"), sign_in(Role.ORGANISER)
    first, second = park.people["安若水"], park.people["白景行"]
    assert clerk.post(url, away(first)).status_code == 302
    refused = clerk.post(url, away(second))
    assert refused.status_code == 422
    assert "AB 岗不能同时离岗" in text(refused)
    # The field of the leader's reason is not theirs, and a reason typed in all the same is no approval.
    assert 'name="override"' not in text(refused)
    assert clerk.post(url, away(second, override="急事")).status_code == 422
    leader = sign_in(Role.LEADER)
    assert 'name="override"' in text(leader.get(url))
    assert leader.post(url, away(second, override="省里开会")).status_code == 302
    shown = text(clerk.get(url))
    assert "AB 岗同时离岗" in shown
    assert "省里开会" in shown
    row = Absence.objects.get(person=second)
    clerk.post(reverse("roster:cancel_absence", args=[row.pk]))
    assert "is-both" not in text(clerk.get(url))


def test_holidays_say_what_is_not_known(park: SmallZone, sign_in: SignIn) -> None:
    admin, url = sign_in(Role.SYSTEM_ADMIN), reverse("roster:holidays")
    data = {"day": "2027-01-01", "kind": "off", "name": "元旦", "source": "试发〔2026〕1号"}
    shown = text(sign_in(Role.OFFICIAL).get(url))
    assert "国办发明电〔2025〕7号" in shown
    assert "没有可靠来源" in shown
    assert sign_in(Role.ORGANISER).post(url, data).status_code == 403
    assert admin.post(url, {**data, "source": ""}).status_code == 422
    assert admin.post(url, data).status_code == 302
    row = Holiday.objects.get()
    assert sign_in(Role.ORGANISER).post(reverse("roster:remove_holiday", args=[row.pk])).status_code == 403
    admin.post(reverse("roster:remove_holiday", args=[row.pk]))
    assert not Holiday.objects.exists()


def test_the_sheet_and_the_balance(park: SmallZone, pool: None, lay: Lay, sign_in: SignIn) -> None:
    lay("安若水", seat=0)
    shift = lay("梅映雪")
    client = sign_in(Role.OFFICIAL)
    sheet = client.get(reverse("roster:sheet"), {"on": f"{shift.day:%Y-%m-%d}"})
    assert "梅映雪" in text(sheet)
    assert sheet.context["heads"] == ["带班领导", "值班员"]
    roles = client.get(reverse("roster:balance")).context["roles"]
    assert [(one["spread"], one["shares"][0].person.name) for one in roles] == [(1, "安若水"), (1, "梅映雪")]


def test_what_was_typed_into_a_signed_handover_stays(park: SmallZone, lay: Lay, sign_in: SignIn) -> None:
    first = lay("梅映雪", -23, 1)
    lay("倪清和", 1, 24)
    row = api.open_handover(zone=park.zone, at=first.t1, by=park.root)
    url = reverse("roster:handover", args=[row.pk])
    outgoing, incoming = (sign_in(park.person_account(name)) for name in ("梅映雪", "倪清和"))
    outgoing.post(url, {"summary": "无异常"})
    incoming.post(reverse("roster:handover_act", args=[row.pk, "sign"]))
    late = outgoing.post(url, {"summary": "补记一件"})
    assert late.status_code == 422
    assert "接班人已签收" in text(late)
    assert "补记一件" in text(late)
    assert "<textarea" not in text(outgoing.get(url))


def test_a_substitute_for_a_shift_that_is_over_is_refused_in_words(
    park: SmallZone, lay: Lay, sign_in: SignIn
) -> None:
    over = lay("梅映雪", -23, -1)
    data = {"person": park.people["倪清和"].pk, "reason": "补记"}
    answer = sign_in(Role.ORGANISER).post(reverse("roster:shift", args=[over.pk]), data)
    assert answer.status_code == 409
    assert "已经结束" in text(answer)
