"""Pages of 包保 and 下沉一线: who sees and does what, what stands in them, how many queries they take."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from pingzhan.domain.command import api as command
from pingzhan.domain.frontline import api
from pingzhan.domain.frontline.models import Adoption, Place, Posting, SiteVisit
from pingzhan.domain.frontline.tasks import settle
from pingzhan.domain.organisation.api import add_contact
from pingzhan.domain.organisation.enums import Channel, PersonKind
from pingzhan.domain.organisation.models import Person, Responsibility
from pingzhan.domain.territory import api as territory
from pingzhan.domain.territory.enums import UnitKind
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.roles import Permission, Role, roles_with
from tests.factories import SmallZone
from tests.pages.console.conftest import HTMX, SignIn

READERS = {*roles_with(Permission.ASSIGN_OFFICIALS), *roles_with(Permission.VIEW_CONSOLE)}
MINE = 24
SEEN = ("frontline:index", "frontline:officials", "frontline:map", "frontline:places", "frontline:presence")


def text(answer: Any) -> str:
    return str(answer.content.decode())


def firm(world: SmallZone, n: int) -> Unit:
    return territory.create_unit(
        kind=UnitKind.ENTERPRISE,
        code=f"F{n}",
        name=f"试验{n}厂",
        parent=world.area,
        by=world.root,
        headcount=10 * n,
    )


@pytest.fixture
def placed(world: SmallZone) -> SmallZone:
    settle(world.zone)
    return world


@pytest.mark.parametrize("role", list(Role))
def test_who_sees_the_pages(placed: SmallZone, sign_in: SignIn, role: Role) -> None:
    client = sign_in(role)
    for name in SEEN:
        assert client.get(reverse(name)).status_code == (200 if role in READERS else 403), name


@pytest.mark.parametrize("role", [one for one in Role if one not in roles_with(Permission.ASSIGN_OFFICIALS)])
def test_who_may_not_assign(placed: SmallZone, sign_in: SignIn, role: Role) -> None:
    client, unit = sign_in(role), placed.firms[0]
    person = placed.people["谈云起"]
    for answer in (
        client.get(reverse("frontline:propose")),
        client.post(reverse("frontline:adopt"), {"line": f"{unit.pk}:1:", f"person-{unit.pk}-1": person.pk}),
        client.get(reverse("frontline:enterprise", args=[unit.pk])),
        client.post(reverse("frontline:place", args=[person.pk]), {"unit": unit.pk}),
    ):
        assert answer.status_code == 403
    assert not Adoption.objects.exists()
    assert not Place.objects.filter(source="chosen").exists()


def test_pages_need_as_many_queries_for_three_as_for_one(
    placed: SmallZone, sign_in: SignIn, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = sign_in(Role.DUTY_OFFICER)
    wanted = {"frontline:index": 14, "frontline:officials": 14, "frontline:places": 12}
    for name in wanted:
        client.get(reverse(name))
    for n in (3, 4, 5):
        firm(placed, n)
        if n == 4:
            continue
        for name, queries in wanted.items():
            with django_assert_num_queries(queries):
                client.get(reverse(name))


def test_worst_first_and_filters(placed: SmallZone, sign_in: SignIn) -> None:
    client = sign_in(Role.DUTY_OFFICER)
    firm(placed, 3)
    page = text(client.get(reverse("frontline:index")))
    assert page.index("试验3厂") < page.index("试验2厂") < page.index("试验1厂")
    gaps = text(client.get(reverse("frontline:index"), {"cover": "gap"}, headers=HTMX))
    assert (gaps.count("没有替补</span>"), gaps.count("没有责任人</span>")) == (2, 1)
    part = text(client.get(reverse("frontline:index"), {"cover": "nobody"}, headers=HTMX))
    assert "试验3厂" in part
    assert "试验2厂" not in part
    assert "<html" not in part
    assert "试验1厂" in text(client.get(reverse("frontline:index"), {"q": "梅映雪"}, headers=HTMX))


def test_proposal_is_explained_edited_and_adopted(placed: SmallZone, sign_in: SignIn) -> None:
    unit = firm(placed, 3)
    client = sign_in(Role.ORGANISER)
    found = api.propose(placed.zone)
    page = text(client.get(reverse("frontline:propose")))
    assert page.count('name="line"') == len(found.lines) == 4
    first = next(one for one in found.lines if (one.firm.code, one.rank) == ("F3", 0))
    assert f"负担由 {first.load_before} 变为 {first.load_after}" in page
    other = first.others[0].person
    assert f'<option value="{other}">' in page
    answer = client.post(
        reverse("frontline:adopt"),
        {"line": [f"{unit.pk}:0:"], f"person-{unit.pk}-0": other, "zone": placed.zone.pk},
        follow=True,
    )
    assert "已采用 1 处调整" in text(answer)
    assert list(Responsibility.objects.filter(unit=unit).values_list("person_id", "rank")) == [(other, 0)]
    answer = client.post(
        reverse("frontline:adopt"),
        {"line": [f"{unit.pk}:0:"], f"person-{unit.pk}-0": first.person},
        follow=True,
    )
    assert "已有变动" in text(answer)
    assert "请先勾选" in text(client.post(reverse("frontline:adopt"), follow=True))


def test_rebalancing_has_nothing_to_do(placed: SmallZone, sign_in: SignIn) -> None:
    api.adopt(
        zone=placed.zone,
        lines=[
            api.ResponsibleChange(one.firm.id, one.rank, one.person, one.former)
            for one in api.propose(placed.zone).lines
        ],
        by=placed.root,
    )
    client = sign_in(Role.DUTY_OFFICER)
    assert "不需要调整" in text(client.get(reverse("frontline:propose")))
    assert "不需要调整" in text(client.get(reverse("frontline:propose"), {"mode": "all"}))


def test_one_enterprise_by_hand(placed: SmallZone, sign_in: SignIn) -> None:
    client, unit = sign_in(Role.ORGANISER), placed.firms[0]
    mei, pan = placed.people["梅映雪"].pk, placed.people["潘怀远"].pk
    address = reverse("frontline:enterprise", args=[unit.pk])
    assert f'<option value="{mei}" selected>' in text(client.get(address))
    same = client.post(address, {"first": mei, "second": mei, "was_first": mei})
    assert same.status_code == 422
    stale = client.post(address, {"first": pan, "was_first": pan})
    assert (stale.status_code, "已有变动" in text(stale)) == (422, True)
    done = client.post(address, {"first": mei, "second": pan, "was_first": mei}, follow=True)
    assert "有关人员已收到通知" in text(done)
    assert list(
        Responsibility.objects.filter(unit=unit).order_by("rank").values_list("person_id", flat=True)
    ) == [
        mei,
        pan,
    ]
    assert client.get(reverse("frontline:enterprise", args=[placed.area.pk])).status_code == 404


def test_place_by_hand(placed: SmallZone, sign_in: SignIn) -> None:
    client, tan = sign_in(Role.DUTY_OFFICER), placed.people["谈云起"]
    address = reverse("frontline:place", args=[tan.pk])
    assert client.get(address).status_code == 200
    assert client.post(address, {"unit": placed.area.pk}).status_code == 422
    client.post(address, {"unit": placed.firms[0].pk, "duty": "守大门", "leads": "on"})
    place = Place.objects.get(person=tan)
    assert (place.unit_id, place.duty, place.rank, place.source) == (
        placed.firms[0].pk,
        "守大门",
        0,
        "chosen",
    )
    stranger = Person.objects.create(name="厂里人", home_unit=placed.firms[0], kind=PersonKind.COMPANY)
    assert client.get(reverse("frontline:place", args=[stranger.pk])).status_code == 404


def switched(zone: SmallZone, **more: Any) -> None:
    command.order_switch(
        order=command.SwitchOrder(key="t", unit=zone.zone, level=2, reason="试验", basis="试发1号", **more),
        by=zone.root,
    )


def test_presence_says_who_is_missing(placed: SmallZone, sign_in: SignIn) -> None:
    client = sign_in(Role.DUTY_OFFICER)
    address = reverse("frontline:presence")
    assert "现在是平时" in text(client.get(address))
    unit = firm(placed, 3)
    switched(placed)
    page = text(client.get(address))
    assert page.index("试验3厂") < page.index("试验2厂")
    assert "没有派人" in page
    one = Posting.objects.filter(unit=placed.firms[0]).first()
    assert one is not None
    back = client.post(reverse("frontline:arrive", args=[one.pk]))
    assert back["Location"] == address
    found = api.presence(placed.zone)
    assert (found.arrived, next(line.state for line in found.lines if line.unit == unit)) == (1, "nobody")
    part = client.get(address, headers=HTMX)
    version = part.context["version"]
    assert "<html" not in text(part)
    assert client.get(address, {"v": version}, headers=HTMX).status_code == 204


def test_presence_of_a_drill_is_marked(placed: SmallZone, sign_in: SignIn) -> None:
    switched(placed, world=3)
    client = sign_in(Role.DUTY_OFFICER)
    page = text(client.get(reverse("frontline:presence"), {"world": "3"}))
    assert "以下内容均为演练" in page
    assert "试验1厂" in page
    assert "现在是平时" in text(client.get(reverse("frontline:presence")))


def test_my_enterprises_only_mine(placed: SmallZone, sign_in: SignIn) -> None:
    contact = Person.objects.create(
        name="厂里人", home_unit=placed.firms[0], kind=PersonKind.COMPANY, active=True
    )
    add_contact(person=contact, channel=Channel.PHONE, address="13955550000", by=placed.root)
    client = sign_in(placed.person_account("梅映雪"))
    page = text(client.get(reverse("frontline:mine")))
    assert "试验1厂" in page
    assert "试验2厂" not in page
    assert "139****0000" in page
    assert 'href="tel:13955550000"' in page
    assert "我的企业" in page
    for name in SEEN:
        assert client.get(reverse(name)).status_code == 403


def test_my_arrival(placed: SmallZone, sign_in: SignIn) -> None:
    switched(placed)
    client = sign_in(placed.person_account("谈云起"))
    mine = Posting.objects.get(person=placed.people["谈云起"])
    other = Posting.objects.exclude(pk=mine.pk).first()
    assert other is not None
    assert "我已到达" in text(client.get(reverse("frontline:mine")))
    assert client.post(reverse("frontline:arrive", args=[other.pk])).status_code == 404
    done = client.post(reverse("frontline:arrive", args=[mine.pk]), follow=True)
    assert "已登记您到达一线" in text(done)
    mine.refresh_from_db()
    assert mine.arrived_at is not None


def test_nobody_without_enterprises_finds_the_page_in_his_navigation(
    placed: SmallZone, sign_in: SignIn
) -> None:
    link = reverse("frontline:mine")
    with_firm = text(sign_in(placed.person_account("梅映雪")).get(reverse("roster:index")))
    without = text(sign_in(placed.person_account("谈云起")).get(reverse("roster:index")))
    assert f'href="{link}"' in with_firm
    assert f'href="{link}"' not in without


def own_firms(world: SmallZone, *units: Unit) -> None:
    """Let the first official answer for these enterprises too."""
    person = world.people["梅映雪"]
    for unit in units:
        Responsibility.objects.create(unit=unit, person=person)


def test_where_to_go_next_takes_as_many_queries_for_three_as_for_one(
    placed: SmallZone, sign_in: SignIn, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = sign_in(placed.person_account("梅映雪"))
    client.get(reverse("frontline:mine"))
    with django_assert_num_queries(MINE):
        page = text(client.get(reverse("frontline:mine")))
    assert page.count("还没有走访记录") == 1
    own_firms(placed, *(firm(placed, n) for n in (3, 4, 5)))
    with django_assert_num_queries(MINE):
        page = text(client.get(reverse("frontline:mine")))
    assert "接下来去哪里" in page
    # Never visited, three a day: the fourth is another day's.
    assert page.count("还没有走访记录") == 4
    assert page.count('<ul class="front-round">') == 2


def test_a_visit_is_written_and_taken_back_on_the_page(placed: SmallZone, sign_in: SignIn) -> None:
    client, unit = sign_in(placed.person_account("梅映雪")), placed.firms[0]
    address = reverse("frontline:visit", args=[unit.pk])
    assert f'href="{address}"' in text(client.get(reverse("frontline:mine")))
    day = timezone.localdate()
    for data, words in (
        ({"day": f"{day:%Y-%m-%d}", "seen": " "}, "请写明看到的情况。"),
        ({"day": f"{day + timedelta(days=1):%Y-%m-%d}", "seen": "好"}, "不能晚于今天。"),
    ):
        answer = client.post(address, data)
        assert answer.status_code == 422
        assert words in text(answer)
    assert not SiteVisit.objects.exists()
    page = text(client.post(address, {"day": f"{day:%Y-%m-%d}", "seen": "消杀记录齐全"}, follow=True))
    assert "已登记对试验1厂的走访" in page
    assert "消杀记录齐全" in page
    assert "还没有走访记录" not in text(client.get(reverse("frontline:mine")))
    again = client.post(address, {"day": f"{day:%Y-%m-%d}", "seen": "好"})
    assert (again.status_code, "已经登记过" in text(again)) == (422, True)
    made = SiteVisit.objects.get()
    undo = reverse("frontline:void_visit", args=[made.pk])
    assert "请写明撤回的理由" in text(client.post(undo, {"reason": ""}, follow=True))
    assert "已撤回走访记录" in text(client.post(undo, {"reason": "记错了"}, follow=True))
    made.refresh_from_db()
    assert made.void_reason == "记错了"


def test_visits_are_for_those_who_answer_or_watch(placed: SmallZone, sign_in: SignIn) -> None:
    address = reverse("frontline:visit", args=[placed.firms[0].pk])
    stranger = sign_in(placed.person_account("谈云起"))
    assert stranger.get(address).status_code == 404
    assert stranger.post(address, {"day": "2026-01-01", "seen": "好"}).status_code == 404
    checks = roles_with(Permission.CHECK_ORDERS)
    for role in READERS - set(checks):
        client = sign_in(role)
        page = client.get(address)
        assert (page.status_code, "记一次走访" in text(page)) == (200, False)
        assert client.post(address, {"seen": ""}).status_code == 403
        assert client.post(address, {"day": f"{timezone.localdate()}", "seen": "好"}).status_code == 403
    for role in checks:
        assert "记一次走访" in text(sign_in(role).get(address))
