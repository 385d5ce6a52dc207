"""就绪检查: the four levels, each finding once, with its place in the notice."""

from __future__ import annotations

import pytest
from django.core.cache import caches
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from pingzhan.domain.organisation.models import Contact, Finding
from pingzhan.foundation.access.roles import Role
from tests.factories import SmallZone
from tests.pages.console.conftest import HTMX, SignIn

READERS = {
    role for role in Role if role not in (Role.COMPANY, Role.GATE_GUARD, Role.SAMPLER, Role.LABORATORY)
}


@pytest.mark.parametrize("role", list(Role))
def test_who_reads(world: SmallZone, sign_in: SignIn, role: Role) -> None:
    assert sign_in(role).get("/readiness/").status_code == (200 if role in READERS else 403)


def test_visitor(client: Client, world: SmallZone) -> None:
    assert client.get("/readiness/").status_code == 302


def test_levels_and_people_without_post(world: SmallZone, sign_in: SignIn) -> None:
    answer = sign_in(Role.DUTY_OFFICER).get("/readiness/")
    assert [(one.level, one.needed, one.filled) for one in answer.context["levels"]] == [
        (level, 15, 15) for level in (1, 2, 3, 4)
    ]
    pool = [row.sentence for row in answer.context["page"] if row.kind == "person_without_post"]
    assert [name in "".join(pool) for name in ("桑晓风", "谈云起")] == [True, True]
    assert len(pool) == 2


def test_critical_post_empty_is_red(world: SmallZone, sign_in: SignIn) -> None:
    from pingzhan.domain.organisation.models import Person

    Person.objects.filter(name__in=["安若水", "白景行"]).update(active=False)
    answer = sign_in(Role.DUTY_OFFICER).get("/readiness/")
    assert {one.word for one in answer.context["levels"]} == {"关键岗缺人"}
    assert answer.context["page"][0].severity_key == "critical"


def test_finding_of_the_notice_shows_its_words(world: SmallZone, sign_in: SignIn) -> None:
    Finding.objects.create(
        version=world.version,
        key="no_level",
        kind="no_level_no_time",
        source="document",
        severity="info",
        sentence="",
        places=[{"start": 0, "end": 9, "text": "立即进行平战转换"}],
    )
    text = sign_in(Role.DUTY_OFFICER).get("/readiness/").content.decode()
    assert ("立即进行平战转换" in text, "看原文" in text) == (True, True)


def test_what_stood_at_publishing_gives_way_to_what_is_true_today(world: SmallZone, sign_in: SignIn) -> None:
    for kind in ("no_verified_contact", "head_and_member_conflict"):
        Finding.objects.create(
            version=world.version, key=f"then:{kind}", kind=kind, source="structure", severity="info",
            sentence="", subject={"count": 37, "name": "某人", "group": "某组", "labels": ["组长", "成员"]},
        )  # fmt: skip
    answer = sign_in(Role.DUTY_OFFICER).get("/readiness/")
    text = " ".join(row.sentence for row in answer.context["page"])
    assert ("37" in text, "某组" in text) == (False, False)


@pytest.mark.parametrize("removed", [1, 3])
def test_query_count(
    world: SmallZone, sign_in: SignIn, removed: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    people = [world.people[name] for name in ("葛明达", "何以宁", "简而清")[:removed]]
    Contact.objects.filter(person__in=people).delete()
    client = sign_in(Role.DUTY_OFFICER)
    with django_assert_num_queries(32):
        client.get("/readiness/", headers=HTMX)


def test_filter_answers_htmx_with_the_table_only(world: SmallZone, sign_in: SignIn) -> None:
    Contact.objects.filter(person=world.people["葛明达"]).delete()
    client = sign_in(Role.DUTY_OFFICER)
    answer = client.get("/readiness/", {"kind": "no_contact", "level": "2"}, headers=HTMX)
    assert answer.content.decode().lstrip().startswith('<div id="findings">')
    assert [row.kind for row in answer.context["page"]] == ["no_contact"]
    nothing = client.get("/readiness/", {"kind": "no_contact", "severity": "info"}, headers=HTMX)
    assert "没有符合条件的问题" in nothing.content.decode()


def test_zone_without_structure(db: None, sign_in: SignIn) -> None:
    from pingzhan.domain.territory import api as territory
    from pingzhan.domain.territory.enums import UnitKind
    from pingzhan.foundation.access.actor import system_actor

    territory.create_unit(kind=UnitKind.ZONE, code="N", name="新开发区", parent=None, by=system_actor("测试"))
    assert "还没有已发布的组织架构" in sign_in(Role.ORGANISER).get("/readiness/").content.decode()


def test_answer_comes_first(world: SmallZone, sign_in: SignIn) -> None:
    from pingzhan.domain.organisation.models import Person

    client = sign_in(Role.DUTY_OFFICER)
    answer = client.get("/readiness/")
    text = answer.content.decode()
    assert answer.context["answer"].tone == "warn"
    assert text.index("现在能不能转换") < text.index("level-card")
    assert "\u8fd8\u6ca1\u6709\u6bcf\u665a\u68c0\u67e5\u7684\u8bb0\u5f55" in text
    Person.objects.filter(name__in=["安若水", "白景行"]).update(active=False)
    caches["local"].clear()
    answer = client.get("/readiness/")
    assert answer.context["answer"].tone == "bad"
    assert "严重缺口" in answer.context["answer"].sentence


def test_what_is_new_since_the_night_and_what_others_add(world: SmallZone, sign_in: SignIn) -> None:
    from pingzhan.domain.command import api as command
    from pingzhan.domain.command.actions.readiness import keep_readiness
    from pingzhan.domain.command.queries import readiness

    keep_readiness(world.zone, nightly=True)
    note = command.ReadinessNote("上次演练", "2026-11-01\uff0c未办结 2 项", "warn", "/readiness/", "去看")
    command.register_readiness_source("test", lambda _zone: [note])
    try:
        Contact.objects.filter(person=world.people["葛明达"]).delete()
        answer = sign_in(Role.DUTY_OFFICER).get("/readiness/")
        text = answer.content.decode()
        assert [sentence for sentence in answer.context["news"].fresh if "葛明达" in sentence]
        assert note.sentence in text
    finally:
        readiness._sources.pop("test")


def test_each_finding_has_its_button(world: SmallZone, sign_in: SignIn) -> None:
    Contact.objects.filter(person=world.people["葛明达"]).delete()
    rows = {row.kind: row for row in sign_in(Role.DUTY_OFFICER).get("/readiness/").context["page"]}
    person = world.people["葛明达"].pk
    assert rows["no_contact"].link == f"/structure/people/{person}/"
    assert rows["no_verified_contact"].link.startswith("/structure/people/")
    assert rows["roster_hole_72h"].link.startswith("/roster/")
    for kind in ("no_contact", "no_verified_contact", "roster_hole_72h", "person_without_post"):
        assert rows[kind].fix
