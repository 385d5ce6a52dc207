"""Training: whole teams without some, coverage by team, the duty closed once everybody was told."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from pingzhan.domain.premises import api
from pingzhan.domain.premises.models import Training
from pingzhan.foundation import clock
from pingzhan.foundation.access.actor import Actor
from pingzhan.kernel.errors import Conflict, Invalid, NotFound, Refused
from tests.domain.people.crowd import Firm, hire
from tests.domain.premises.conftest import waiting
from tests.domain.premises.samples import crew


def held(firm: Firm, workers: list[int], topic: str = "\u9632\u63a7\u77e5\u8bc6", ago: int = 0) -> Training:
    data = api.TrainingData(topic, clock.today() - timedelta(days=ago))
    return api.hold_training(enterprise=firm.unit, data=data, workers=workers, by=firm.contact)


@pytest.mark.usefixtures("in_force")
def test_the_duty_is_closed_when_everybody_was_told(mill: Firm) -> None:
    crew(mill, 3)
    before = waiting(mill, "training")
    assert before
    first = held(mill, api.audience(mill.unit, [mill.teams[0]], without=["N3"]))
    assert first.attendances.count() == 2
    (line,) = api.covers([mill.unit.pk], 90)
    assert (line.team_id, line.expected, line.done, line.missing) == (mill.teams[0].pk, 3, 2, 1)
    assert [one.employee_no for one in api.untold(mill.unit.pk, 90)] == ["N3"]
    assert waiting(mill, "training") == before - 1, "what asks for publicity is met by a session"
    last = held(mill, api.audience(mill.unit, [mill.teams[1]], besides=["N3"]), topic="\u8865\u8bfe")
    assert waiting(mill, "training") == 0
    api.void_training(training_id=last.pk, by=mill.contact)
    assert waiting(mill, "training") == before - 1, "the first session still stands"
    api.void_training(training_id=first.pk, by=mill.contact)
    assert waiting(mill, "training") == before
    assert api.share_of(mill.unit.pk, 90) == (3, 0)


def test_what_is_long_ago_does_not_count(mill: Firm) -> None:
    (one,) = crew(mill, 1)
    held(mill, [one.pk], ago=40)
    assert api.share_of(mill.unit.pk, 90) == (1, 1)
    assert api.share_of(mill.unit.pk, 30) == (1, 0)


def test_wrong_input_is_refused_with_its_place(mill: Firm, forge: Firm) -> None:
    (one,) = crew(mill, 1)
    stranger = hire(forge, no="F1")
    tomorrow = clock.today() + timedelta(days=1)
    cases = [
        (api.TrainingData("", clock.today()), [one.pk], "topic"),
        (api.TrainingData("\u7532", tomorrow), [one.pk], "held_on"),
        (api.TrainingData("\u7532", clock.today() - timedelta(days=500)), [one.pk], "held_on"),
        (api.TrainingData("\u7532", clock.today()), [], "teams"),
        (api.TrainingData("\u7532", clock.today()), [stranger.pk], "teams"),
        (api.TrainingData("\u7532", clock.today(), hours=Decimal(0)), [one.pk], ""),
    ]
    for data, workers, place in cases:
        with pytest.raises(Invalid) as caught:
            api.hold_training(enterprise=mill.unit, data=data, workers=workers, by=mill.contact)
        assert caught.value.place == place
    for arguments, place in (({"without": ["X"]}, "without"), ({"besides": ["F1"]}, "besides")):
        with pytest.raises(Invalid) as caught:
            api.audience(mill.unit, [], **arguments)
        assert caught.value.place == place
    with pytest.raises(Invalid, match="\u4f8b\u5916"):
        api.audience(mill.unit, [mill.teams[1]], without=["N1"])
    with pytest.raises(Invalid):
        api.audience(mill.unit, [forge.teams[0]])
    assert not Training.objects.exists()


def test_a_session_once_and_only_by_its_enterprise(mill: Firm, forge: Firm, duty_officer: Actor) -> None:
    (one,) = crew(mill, 1)
    row = held(mill, [one.pk])
    with pytest.raises(Conflict):
        held(mill, [one.pk])
    with pytest.raises(NotFound):
        api.void_training(training_id=row.pk, by=forge.contact)
    with pytest.raises(Refused):
        api.void_training(training_id=row.pk, by=duty_officer)
    data = api.TrainingData("\u7532", clock.today())
    for actor in (forge.contact, duty_officer):
        with pytest.raises(Refused):
            api.hold_training(enterprise=mill.unit, data=data, workers=[one.pk], by=actor)
    api.void_training(training_id=row.pk, by=mill.contact)
    with pytest.raises(Conflict):
        api.void_training(training_id=row.pk, by=mill.contact)
    held(mill, [one.pk])
