"""研判会: the record, decisions that never change, orders made of them, minutes as an official paper."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from pingzhan.domain.orders import api
from pingzhan.domain.orders.models import Decision, Meeting
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.access.roles import Role
from pingzhan.foundation.documents.actions.issuing import docx_of
from pingzhan.foundation.documents.actions.organs import add_series, save_organ
from pingzhan.foundation.documents.enums import NumberForm
from pingzhan.foundation.documents.papers import PaperKind
from pingzhan.kernel.errors import Invalid, NotFound, Refused
from tests.domain.orders.conftest import Give, him
from tests.factories import SmallZone, actor_with

MAY_RECORD = {Role.DUTY_OFFICER, Role.LEADER}
MAY_READ = MAY_RECORD | {Role.CLERK}


@pytest.fixture
def data(park: SmallZone, now: datetime) -> api.MeetingData:
    people = park.people
    return api.MeetingData(
        title="形势研判会",
        held_at=now,
        points="听取监测情况。\n研究食堂管控。",
        place="三楼",
        chair=people["安若水"].pk,
        people=[people["安若水"].pk, people["戴望舒"].pk],
        guests="县疾控",
    )


@pytest.fixture
def meeting(park: SmallZone, duty: Actor, data: api.MeetingData) -> Meeting:
    return api.record_meeting(zone=park.zone, data=data, by=duty)


def decide(park: SmallZone, meeting: Meeting, by: Actor, **more: Any) -> Decision:
    values = {
        "text": "全面检查食堂。",
        "decided_by": "安若水",
        "options": "全面或抽查",
        "basis": "简报",
        **more,
    }
    return api.record_decision(zone=park.zone, meeting=meeting, by=by, **values)


@pytest.mark.parametrize("role", list(Role))
def test_who_records_and_who_reads(
    park: SmallZone, meeting: Meeting, data: api.MeetingData, role: Role
) -> None:
    by = actor_with(role)
    if role in MAY_RECORD:
        api.record_meeting(zone=park.zone, data=data, by=by)
        decide(park, meeting, by)
    else:
        for act in (
            lambda: api.record_meeting(zone=park.zone, data=data, by=by),
            lambda: api.change_meeting(meeting=meeting, data=data, by=by),
            lambda: decide(park, meeting, by),
        ):
            with pytest.raises(Refused):
                act()
    assert api.meetings_visible_to(by).filter(pk=meeting.pk).exists() == (role in MAY_READ)
    far = actor_with(role, path=park.firms[0].path)
    assert not api.meetings_visible_to(far).exists()
    assert not api.decisions_visible_to(far).exists()


def test_participants_read_it(park: SmallZone, meeting: Meeting, duty: Actor) -> None:
    decision = decide(park, meeting, duty)
    assert set(api.decisions_visible_to(him(park, "戴望舒"))) == {decision}
    assert not api.meetings_visible_to(him(park, "方可行")).exists()


@pytest.mark.parametrize("missing", ["title", "points"])
def test_a_meeting_needs_words(park: SmallZone, duty: Actor, data: api.MeetingData, missing: str) -> None:
    with pytest.raises(Invalid):
        api.record_meeting(zone=park.zone, data=api.MeetingData(**{**data.__dict__, missing: " "}), by=duty)
    with pytest.raises(Invalid):
        api.record_meeting(
            zone=park.zone, data=api.MeetingData(**{**data.__dict__, "people": [10**9]}), by=duty
        )


def test_a_decision_is_never_changed(park: SmallZone, meeting: Meeting, duty: Actor) -> None:
    decision = decide(park, meeting, duty)
    for write in (
        lambda: Decision.objects.filter(pk=decision.pk).update(text="改"),
        lambda: Decision.objects.filter(pk=decision.pk).delete(),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            write()
    with pytest.raises(Invalid):
        decide(park, meeting, duty, decided_by=" ")


def test_an_order_of_a_decision_belongs_to_its_meeting(
    park: SmallZone, meeting: Meeting, duty: Actor, give: Give
) -> None:
    order = give(decision=decide(park, meeting, duty), source="decision")
    assert (order.meeting, list(meeting.orders.all())) == (meeting, [order])
    drill = api.record_meeting(
        zone=park.zone, data=api.MeetingData("演练会", order.issued_at, "议"), by=duty, world=3
    )
    with pytest.raises(Invalid):
        give(meeting=drill)


def test_minutes_are_a_paper_with_the_decisions_and_who_does_what(
    park: SmallZone, meeting: Meeting, duty: Actor, give: Give
) -> None:
    clerk = actor_with(Role.CLERK, name="文秘")
    with pytest.raises(Invalid):
        api.draft_minutes(meeting=meeting, by=clerk)
    organ = save_organ(name="试验管委会", mark="", printer="", unit_path=park.zone.path, by=park.root)
    add_series(organ=organ, code="试纪", form=NumberForm.NUMBER, kinds=(PaperKind.MINUTES,), by=park.root)
    give(decision=decide(park, meeting, duty), source="decision", title="查食堂|全部")
    for role in Role:
        if role not in MAY_READ:
            with pytest.raises((Refused, NotFound)):
                api.draft_minutes(meeting=meeting, by=actor_with(role))
    with pytest.raises(Refused):
        api.draft_minutes(meeting=meeting, by=duty)
    paper = api.draft_minutes(meeting=meeting, by=clerk)
    assert (paper.title, paper.kind, paper.source_kind) == ("形势研判会纪要", "minutes", "meeting")
    text = str(paper.content)
    for words in ("安若水主持召开", "全面检查食堂", "查食堂 全部", "医疗保障组", "县疾控", "戴望舒"):
        assert words in text
    assert docx_of(paper.paper, paper.template)[:2] == b"PK"
    drill = api.record_meeting(
        zone=park.zone, data=api.MeetingData("演练会", meeting.held_at, "议"), by=duty, world=3
    )
    with pytest.raises(Refused) as error:
        api.draft_minutes(meeting=drill, by=clerk)
    assert error.value.code == "drill_paper"
