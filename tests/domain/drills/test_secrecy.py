"""双盲: an attacker who takes part finds no trace of a blind drill before it starts, and his own part afterwards."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from pingzhan.domain.command.models import Seat
from pingzhan.domain.drills import api as drills
from pingzhan.domain.drills.models import Drill, Inject
from pingzhan.foundation.access.actor import Actor, actor_of
from pingzhan.foundation.access.models import RoleGrant
from pingzhan.foundation.access.roles import Role
from pingzhan.foundation.accounts.models import User
from pingzhan.foundation.audit.changes import histories
from pingzhan.foundation.audit.models import AuditRecord
from pingzhan.foundation.live.models import Change
from pingzhan.foundation.messages.models import Notice
from pingzhan.kernel.errors import NotFound
from tests.factories import SmallZone, account, actor_with

pytestmark = pytest.mark.django_db
SECRET = "\u79cb\u5b63\u7efc\u5408\u6f14\u7ec3"
"""The title of the drill."""


@pytest.fixture
def blind(park: SmallZone, duty: Actor, make: Callable[..., Drill]) -> Drill:
    return make(
        blind=True,
        leader=park.people["安若水"].pk,
        evaluator=park.people["谈云起"].pk,
        controllers=[park.people["桑晓风"].pk],
    )


def participants(park: SmallZone) -> dict[str, User]:
    """Those who would be called: with every role there is, over the whole site, tied to a person with a post."""
    found = {}
    for name, role in zip(
        ("白景行", "戴望舒", "方可行", "葛明达", "何以宁"),
        (Role.LEADER, Role.DUTY_OFFICER, Role.ORGANISER, Role.AUDITOR, Role.OFFICIAL),
        strict=True,
    ):
        found[name] = park.person_account(name, role)
    return found


def test_lists_and_numbers_show_nothing(park: SmallZone, blind: Drill) -> None:
    inject = blind.injects.first()
    assert inject is not None
    for user in participants(park).values():
        actor = actor_of(user)
        assert not drills.visible_to(actor).exists()
        assert drills.worlds_visible_to(actor) == []
        with pytest.raises(NotFound) as real:
            drills.find(actor, blind.pk)
        with pytest.raises(NotFound) as never:
            drills.find(actor, blind.pk + 1000)
        assert (str(real.value), real.value.code) == (str(never.value), never.value.code)
        for act in (
            lambda a: drills.start_drill(drill_id=blind.pk, by=a),
            lambda a: drills.cancel_drill(drill_id=blind.pk, by=a),
            lambda a: drills.fire_inject(inject_id=inject.pk, by=a),
            lambda a: drills.remove_inject(inject_id=inject.pk, by=a),
            lambda a: drills.score_inject(inject_id=inject.pk, score=1, remark="", by=a),
        ):
            with pytest.raises(NotFound):
                act(actor)


def test_pages_by_number_are_as_if_it_were_not_there(park: SmallZone, blind: Drill) -> None:
    inject = blind.injects.first()
    assert inject is not None
    for user in participants(park).values():
        client = Client()
        client.force_login(user)
        for path in (
            f"/drills/{blind.pk}/",
            f"/drills/{blind.pk}/live/",
            f"/drills/{blind.pk}/edit/",
            f"/drills/{blind.pk}/report/",
            f"/drills/{blind.pk}/report.docx",
            f"/drills/inject/{inject.pk}/score/",
        ):
            there = client.get(path)
            nowhere = client.get(
                path.replace(f"/{blind.pk}/", "/99999/").replace(f"/{inject.pk}/", "/99999/")
            )
            assert there.status_code in (403, 404), path
            assert there.status_code == nowhere.status_code, path
            assert SECRET not in there.content.decode()
        for path in ("/drills/", "/drills/reviews/", "/tasks/", "/duty/", "/inbox/", "/search/?q=" + SECRET):
            page = client.get(path)
            body = page.content.decode()
            assert SECRET not in body.replace(f'value="{SECRET}"', ""), path


def test_the_trail_says_nothing_but_a_hash(park: SmallZone, blind: Drill) -> None:
    lines = list(AuditRecord.objects.order_by("id").values("verb", "body", "subject_kind", "unit_path"))
    told = [one for one in lines if "drill" in str(one) or SECRET in str(one)]
    assert told == []
    sealed = [one for one in lines if one["verb"] == "sealed.keep"]
    assert len(sealed) == 3
    assert all(set(one["body"]) == {"sha"} and one["unit_path"] == "/" for one in sealed)
    assert not any(label.startswith(("drills.drill", "drills.inject")) for label in histories())


def test_nobody_is_told_and_no_page_is_woken(
    park: SmallZone, duty: Actor, make: Callable[..., Drill]
) -> None:
    notices, changes = Notice.objects.count(), Change.objects.count()
    blind = make(blind=True)
    drills.cancel_drill(drill_id=blind.pk, by=duty)
    assert (Notice.objects.count(), Change.objects.count()) == (notices, changes)
    assert not Seat.objects.filter(world__gt=0).exists()
    assert blind.world is None


def test_its_own_people_know_it(park: SmallZone, blind: Drill) -> None:
    for name in ("安若水", "谈云起", "桑晓风"):
        user = park.person_account(name, Role.ORGANISER)
        assert drills.find(actor_of(user), blind.pk).pk == blind.pk
    evaluator = actor_of(park.accounts["谈云起"])
    assert drills.can_evaluate(evaluator, blind)
    assert not drills.can_direct(evaluator, blind)
    assert drills.can_direct(actor_of(park.accounts["桑晓风"]), blind)


def test_after_the_start_everybody_sees_his_part_and_not_the_script(
    park: SmallZone, duty: Actor, blind: Drill
) -> None:
    drills.start_drill(drill_id=blind.pk, by=duty)
    started = AuditRecord.objects.get(verb="drills.start")
    last = AuditRecord.objects.filter(verb="sealed.keep").order_by("-id").first()
    assert last is not None
    assert started.body["sha"] == last.body["sha"]
    official = actor_of(park.person_account("何以宁", Role.OFFICIAL))
    assert [one.title for one in drills.worlds_visible_to(official)] == [SECRET]
    assert not drills.can_see_script(official, drills.find(official, blind.pk))
    client = Client()
    client.force_login(park.accounts["何以宁"])
    late = Inject.objects.get(drill=blind, offset_min=45)
    page = client.get(f"/drills/{blind.pk}/").content.decode()
    assert SECRET in page
    assert late.text not in page
    assert late.expected not in page
    # The leader takes part too: what is still to come is not his to read.
    leader = park.person_account("白景行", Role.LEADER)
    client.force_login(leader)
    assert late.text not in client.get(f"/drills/{blind.pk}/").content.decode()


@pytest.mark.parametrize("role", list(Role))
def test_who_must_not_know_of_another_zones_drill(prepared: Drill, role: Role) -> None:
    """IDOR: the same role for another place."""
    far = account(role, path="/999999/")
    assert not drills.visible_to(actor_of(far)).exists()
    with pytest.raises(NotFound):
        drills.find(actor_of(far), prepared.pk)


@pytest.mark.parametrize(
    "role", [one for one in Role if one not in {Role.DUTY_OFFICER, Role.LEADER, Role.ORGANISER}]
)
def test_who_must_not_prepare(park: SmallZone, role: Role) -> None:
    from pingzhan.kernel.errors import Refused

    with pytest.raises(Refused):
        drills.prepare_drill(
            unit=park.zone, data=drills.DrillData("演练", 3, "背景"), by=actor_with(role, path=park.zone.path)
        )
    assert not Drill.objects.exists()


def test_a_grant_for_one_firm_prepares_there_only(park: SmallZone) -> None:
    from pingzhan.kernel.errors import Refused

    user = account(Role.ORGANISER, path=park.firms[0].path)
    assert RoleGrant.objects.filter(user=user).count() == 1
    by = actor_of(user)
    drills.prepare_drill(unit=park.firms[0], data=drills.DrillData("演练", 3, "背景"), by=by)
    for unit in (park.zone, park.firms[1]):
        with pytest.raises(Refused):
            drills.prepare_drill(unit=unit, data=drills.DrillData("演练", 3, "背景"), by=by)
