"""A set from draft to force: who is refused, what never changes, what the law asks of restrictions, on every path."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import Error, connection, transaction
from django.utils import timezone

from pingzhan.domain.measures import api as measures
from pingzhan.domain.measures import listeners
from pingzhan.domain.measures.models import Force, Measure, Restriction, SetVersion
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.access.roles import Permission, Role, roles_with
from pingzhan.foundation.documents.actions.organs import add_series, save_organ
from pingzhan.foundation.documents.enums import PaperKind
from pingzhan.foundation.documents.models import Paper
from pingzhan.kernel.errors import Conflict, DomainError, Invalid, Refused
from tests.domain.measures.conftest import COUNTY, COVID, put
from tests.factories import SmallZone, actor_with

DRAFTERS = set(roles_with(Permission.MANAGE_MEASURES))
PUBLISHERS = set(roles_with(Permission.PUBLISH_MEASURES))


@pytest.fixture
def loaded(park: SmallZone) -> SetVersion:
    return measures.load_shipped(zone=park.zone, key=COVID, by=park.root)


@pytest.fixture
def organiser(db: None) -> Actor:
    return actor_with(Role.ORGANISER, name="编制甲")


@pytest.fixture
def leader(db: None) -> Actor:
    return actor_with(Role.LEADER, name="领导甲")


def thrice(draft: SetVersion, by: Actor) -> None:
    """Raise the temperature checks from two to three a day."""
    row = draft.parameters.get(key="temperature_slots")
    spec = next(one for one in measures.content_of(draft).parameters if one.key == "temperature_slots")
    slots = ["07:30", "13:30", "19:30"]
    measures.save_parameter(version=draft, spec=replace(spec, value=slots, at={}), row_id=row.pk, by=by)


def test_the_difference_is_told_in_words(loaded: SetVersion, organiser: Actor) -> None:
    draft = measures.start_draft(version=loaded, by=organiser)
    thrice(draft, organiser)
    changes = measures.compare(measures.content_of(loaded), measures.content_of(draft))
    found = {(one.key, one.clause): one.sentence for one in changes}
    sentence = found["health.temperature", "\u9644\u4ef62\uff08\u4e09\uff09"]
    assert "2 \u6b21" in sentence
    assert "\u6539\u4e3a\u6bcf\u65e5 3 \u6b21" in sentence
    assert {one.key for one in changes} == {"temperature_slots", "health.temperature"}


def test_equal_contents_have_no_difference(loaded: SetVersion, organiser: Actor) -> None:
    draft = measures.start_draft(version=loaded, by=organiser)
    assert measures.compare(measures.content_of(loaded), measures.content_of(draft)) == []


def test_the_drafter_does_not_publish_and_somebody_else_does(loaded: SetVersion) -> None:
    both = actor_with(Role.ORGANISER, Role.LEADER, name="兼任甲")
    draft = measures.start_draft(version=loaded, by=both)
    thrice(draft, both)
    with pytest.raises(Refused, match="\u8d77\u8349\u4eba"):
        measures.publish(version=draft, by=both)
    published = measures.publish(version=draft, by=actor_with(Role.LEADER, name="领导乙"))
    assert published.state == "published"
    assert published.sha256 != loaded.sha256
    with pytest.raises(Conflict):
        measures.save_measure(
            version=draft, spec=measures.content_of(draft).measures[0], key="plan.responsibility", by=both
        )


def test_a_draft_without_a_difference_is_not_published(
    loaded: SetVersion, organiser: Actor, leader: Actor
) -> None:
    draft = measures.start_draft(version=loaded, by=organiser)
    with pytest.raises(Conflict, match="\u6ca1\u6709\u5dee\u522b"):
        measures.publish(version=draft, by=leader)


def test_a_set_has_one_draft_at_a_time(loaded: SetVersion, organiser: Actor) -> None:
    measures.start_draft(version=loaded, by=organiser)
    with pytest.raises(Conflict, match="\u7f16\u5236\u7532"):
        measures.start_draft(version=loaded, by=organiser)


@pytest.mark.parametrize("role", sorted(set(Role) - DRAFTERS))
def test_who_may_not_draft(loaded: SetVersion, role: Role) -> None:
    with pytest.raises(Refused):
        measures.start_draft(version=loaded, by=actor_with(role))


@pytest.mark.parametrize("role", sorted(set(Role) - PUBLISHERS))
def test_who_may_not_publish_put_in_force_decide_or_withdraw(
    park: SmallZone, loaded: SetVersion, role: Role
) -> None:
    put(park.zone, COVID, "routine", park.root)
    force = Force.objects.get()
    held = force.restrictions.filter(state="held")[0]
    by = actor_with(role)
    order = measures.ForceOrder(version=loaded, posture="emergency", basis="x", document="x", reason="x")
    for act in (
        lambda: measures.publish(version=loaded, by=by),
        lambda: measures.load_shipped(zone=park.zone, key="norovirus", by=by),
        lambda: measures.put_in_force(order=order, by=by),
        lambda: measures.withdraw(force=force, reason="x", by=by),
        lambda: measures.propose(force=force, explanation="x", recipient="x", by=by),
        lambda: measures.record_decision(restriction=held, decision=COUNTY, by=by),
        lambda: measures.refuse_restriction(restriction=held, reason="x", by=by),
        lambda: measures.lift_restriction(restriction=held, notice="x", by=by),
    ):
        with pytest.raises(Refused), transaction.atomic():
            act()


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE measures_measure SET title = 'x' WHERE version_id = {version}",
        "DELETE FROM measures_measure WHERE version_id = {version}",
        "UPDATE measures_parameter SET verified = true WHERE version_id = {version}",
        "DELETE FROM measures_parameter WHERE version_id = {version}",
        "INSERT INTO measures_parameter (version_id, sort, key, title, title_en, unit, value, at, source, verified)"
        " VALUES ({version}, 99, 'x', 'x', '', '', '1', '{{}}', 'x', false)",
        "UPDATE measures_setversion SET title = 'x' WHERE id = {version}",
        "UPDATE measures_setversion SET state = 'draft' WHERE id = {version}",
        "DELETE FROM measures_setversion WHERE id = {version}",
        "UPDATE measures_force SET basis = 'x'",
        "UPDATE measures_force SET version_id = version_id + 1",
        "DELETE FROM measures_force",
        "DELETE FROM measures_restriction",
    ],
)
def test_what_is_published_or_was_in_force_never_changes_in_plain_sql(
    park: SmallZone, loaded: SetVersion, sql: str
) -> None:
    put(park.zone, COVID, "routine", park.root)
    with pytest.raises(Error), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql.format(version=loaded.pk))


def test_two_versions_never_hold_one_place_at_once(park: SmallZone, loaded: SetVersion) -> None:
    put(park.zone, COVID, "routine", park.root)
    first = Force.objects.get()
    with pytest.raises(Error, match="force_one_at_a_time"), transaction.atomic():
        Force.objects.create(
            slot=first.slot, version=loaded, basis="x", document="x", reason="x", put_by_name="x"
        )
    with pytest.raises(Conflict):
        put(park.zone, COVID, "routine", park.root)


def test_a_new_version_takes_the_place_and_the_old_one_stays_in_the_history(
    park: SmallZone, loaded: SetVersion, organiser: Actor, leader: Actor
) -> None:
    put(park.zone, COVID, "routine", park.root)
    draft = measures.start_draft(version=loaded, by=organiser)
    thrice(draft, organiser)
    published = measures.publish(version=draft, by=leader)
    order = measures.ForceOrder(version=published, posture="routine", basis="x", document="x", reason="x")
    measures.put_in_force(order=order, by=leader)
    old, new = Force.objects.order_by("pk")
    assert (old.end_kind, old.ended_at) == ("replaced", new.starts_at)
    assert not old.restrictions.filter(state="in_force").exists()
    assert len(measures.parameter(park.zone, "temperature_slots").value) == 3
    before = measures.in_force(park.zone, new.starts_at - timedelta(microseconds=1))
    assert before.set_versions[0].version_id == loaded.pk


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Zones that a listener was told of."""
    found: list[int] = []
    monkeypatch.setattr(
        listeners, "_listeners", [*listeners._listeners, lambda zone, at: found.append(zone.pk)]
    )
    return found


def test_what_a_listener_raises_undoes_the_change(
    park: SmallZone, loaded: SetVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(zone: Unit, at: datetime) -> None:
        raise ZeroDivisionError(zone.pk, at)

    monkeypatch.setattr(listeners, "_listeners", [fail])
    with pytest.raises(ZeroDivisionError):
        put(park.zone, COVID, "routine", park.root)
    assert not Force.objects.exists()


def test_withdrawal_ends_measures_and_restrictions_and_tells_the_listeners(
    park: SmallZone, loaded: SetVersion, heard: list[int]
) -> None:
    put(park.zone, COVID, "routine", park.root)
    force = Force.objects.get()
    heard.clear()
    with pytest.raises(Invalid):
        measures.withdraw(force=force, reason=" ", by=park.root)
    measures.withdraw(force=force, reason="x", by=park.root)
    assert heard == [park.zone.pk]
    assert measures.in_force(park.zone).measures == ()
    assert not Restriction.objects.filter(state="in_force").exists()
    with pytest.raises(Conflict):
        measures.withdraw(force=force, reason="x", by=park.root)


def held(park: SmallZone, key: str, posture: str = "emergency") -> Restriction:
    put(park.zone, COVID, posture, park.root)
    return Restriction.objects.select_related("measure").get(measure__key=key)


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"body": ""}, "body"),
        ({"document": ""}, "document"),
        ({"decider": "zone"}, "decider"),
    ],
)
def test_a_decision_without_what_the_law_asks_for_is_refused_with_the_place(
    park: SmallZone, change: dict[str, Any], place: str
) -> None:
    row = held(park, "production.stop")
    with pytest.raises(measures.Unlawful) as caught:
        measures.record_decision(restriction=row, decision=replace(COUNTY, **change), by=park.root)
    assert caught.value.place == place


@pytest.mark.parametrize("field", ["law", "body", "scope", "reason", "ends_at", "document"])
def test_plain_sql_cannot_put_a_restriction_in_force_without_its_basis(park: SmallZone, field: str) -> None:
    row = held(park, "production.stop")
    values = {"law": "x", "body": "x", "scope": "x", "reason": "x", "document": "x"}
    values.pop(field, "")
    sets = ", ".join(f"{name} = '{value}'" for name, value in values.items())
    empty = "ends_at = NULL" if field == "ends_at" else f"{field} = ''"
    with pytest.raises(Error), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE measures_restriction SET state = 'in_force', decider = 'county', {sets}, {empty}"
            " WHERE id = %s",
            [row.pk],
        )
    with pytest.raises(Error), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE measures_restriction SET state = 'in_force', decider = 'zone', document = 'x', body = 'x'"
            " WHERE id = %s",
            [row.pk],
        )


def test_a_class_a_measure_needs_a_class_a_disease_or_its_decision(park: SmallZone) -> None:
    row = held(park, "incident.isolate")
    hospital = replace(COUNTY, decider="hospital_cdc")
    with pytest.raises(measures.Unlawful) as caught:
        measures.record_decision(restriction=row, decision=hospital, by=park.root)
    assert caught.value.place == "class_decision"
    with pytest.raises(Error), transaction.atomic():
        Restriction.objects.filter(pk=row.pk).update(
            state="in_force", body="x", document="x", decider="hospital_cdc"
        )
    decided = replace(hospital, class_decision="国家卫生健康委公告")
    measures.record_decision(restriction=row, decision=decided, by=park.root)
    assert Restriction.objects.get(pk=row.pk).state == "in_force"


def test_what_the_county_decided_holds_for_its_term_and_no_longer(park: SmallZone) -> None:
    row = held(park, "test.everyone", "routine")
    late = replace(COUNTY, ends_at=timezone.now() + timedelta(days=200))
    with pytest.raises(Invalid):
        measures.record_decision(restriction=row, decision=late, by=park.root)
    until = timezone.now() + timedelta(days=5)
    measures.record_decision(restriction=row, decision=replace(COUNTY, ends_at=until), by=park.root)
    keys = {one.key for one in measures.in_force(park.zone).measures}
    assert "test.everyone" in keys
    later = {one.key for one in measures.in_force(park.zone, until + timedelta(seconds=1)).measures}
    assert "test.everyone" not in later
    assert "health.temperature" in later
    measures.lift_restriction(restriction=row, notice="公告", by=park.root)
    assert "test.everyone" not in {one.key for one in measures.in_force(park.zone).measures}


def test_terms_end_by_themselves_and_are_announced_before(park: SmallZone) -> None:
    row = held(park, "test.everyone", "routine")
    soon = timezone.now() + timedelta(days=1)
    measures.record_decision(restriction=row, decision=replace(COUNTY, ends_at=soon), by=park.root)
    park.person_account("白景行", Role.LEADER)
    assert measures.warn_ending() == 1
    assert measures.warn_ending() == 0
    assert measures.expire_terms() == 0
    Restriction.objects.filter(pk=row.pk).update(
        starts_at=timezone.now() - timedelta(days=2), ends_at=timezone.now() - timedelta(seconds=1)
    )
    assert measures.expire_terms() == 1
    assert Restriction.objects.get(pk=row.pk).state == "ended"


def test_what_the_zone_may_not_decide_becomes_a_request_with_its_explanation(park: SmallZone) -> None:
    put(park.zone, COVID, "emergency", park.root)
    force = Force.objects.get()
    organ = save_organ(name="试验开发区管理委员会", mark="", unit_path="/", by=park.root)
    add_series(organ=organ, code="试管发", kinds=[PaperKind.REQUEST], by=park.root)
    with pytest.raises(Invalid):
        measures.propose(force=force, explanation=" ", recipient="试验县人民政府", by=park.root)
    paper = measures.propose(
        force=force, explanation="较轻的措施不足以阻断传播。", recipient="试验县人民政府", by=park.root
    )
    stored = Paper.objects.get(pk=paper.pk)
    assert (stored.kind, stored.state) == ("request", "draft")
    assert stored.title.startswith("\u5173\u4e8e")
    assert stored.title.endswith("\u7684\u8bf7\u793a")
    text = str(stored.content)
    waiting = Restriction.objects.filter(force=force, state="held").select_related("measure")
    assert waiting
    for one in waiting:
        assert one.measure.title in text
        assert one.paper_id == paper.pk
        assert one.explanation == "较轻的措施不足以阻断传播。"


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("every = 180", 'every = "no_such"', "cadence"),
        ('party = "employer"', 'party = "nobody"', "party"),
        ("item = 1", "item = 11", "item"),
        ('clause = "\u9644\u4ef62\uff08\u4e00\uff09"', 'clause = ""', "clause"),
        ('key = "plan.responsibility"', 'key = "Plan"', "key"),
        ('evidence = "plan_review"', 'evidence = "rumour"', "evidence"),
        ("restricts = true\npower", "power", "restricts"),
        ("term_days = 90", "", "term_days"),
        ("every = 180", "sometimes = 1", "cadence"),
        ('title = "\u5efa\u7acb', 'titel = "x"\ntitle = "\u5efa\u7acb', "titel"),
    ],
)
def test_a_wrong_file_is_refused_with_file_measure_and_field(old: str, new: str, place: str) -> None:
    text = measures.write_sheet(measures.shipped(COVID))
    assert old in text
    with pytest.raises(measures.SheetFault) as caught:
        measures.read_sheet(text.replace(old, new, 1), "mine.toml")
    assert caught.value.place.startswith("mine.toml / ")
    assert caught.value.place.split(" / ")[-1] == place


def test_a_file_that_is_no_toml_is_refused() -> None:
    with pytest.raises(measures.SheetFault):
        measures.read_sheet("key = = 1", "mine.toml")


def test_an_exported_set_comes_back_as_a_draft_and_equal_content_is_refused(
    park: SmallZone, loaded: SetVersion, organiser: Actor
) -> None:
    text = measures.write_sheet(measures.content_of(loaded))
    with pytest.raises(Conflict):
        measures.import_draft(zone=park.zone, text=text, by=organiser)
    changed = text.replace("every = 180", "every = 90", 1)
    draft = measures.import_draft(zone=park.zone, text=changed, by=organiser)
    assert measures.write_sheet(measures.content_of(draft)) == changed
    assert draft.based_on_id == loaded.pk


def test_a_draft_stays_complete_at_every_step(loaded: SetVersion, organiser: Actor) -> None:
    draft = measures.start_draft(version=loaded, by=organiser)
    used = draft.parameters.get(key="fever_line")
    with pytest.raises(DomainError):
        measures.remove_parameter(version=draft, row_id=used.pk, by=organiser)
    measures.remove_measure(version=draft, key="drill", by=organiser)
    assert not Measure.objects.filter(version=draft, key="drill").exists()
    measures.discard_draft(version=draft, by=organiser)
    with pytest.raises(Conflict):
        measures.remove_measure(version=draft, key="ventilate", by=organiser)
