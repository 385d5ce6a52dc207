"""From the application to the post: what each step does, who is refused, what the database refuses."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.utils import InternalError

from pingzhan.domain.people.models import Employment
from pingzhan.domain.returnees import api
from pingzhan.domain.returnees.actions.regions import decide_again
from pingzhan.domain.returnees.enums import DecidedBy, Outcome, State
from pingzhan.domain.returnees.models import Application, Decision
from pingzhan.foundation.access.roles import Role
from pingzhan.foundation.audit.models import AuditRecord
from pingzhan.kernel.errors import Conflict, Invalid, NotFound, Refused
from tests.domain.people.crowd import Firm, Park, acting
from tests.domain.returnees.conftest import CITY, stay

Applied = Callable[..., Application]
NORMAL, HOT = Decimal("36.5"), Decimal("37.3")
LONG = "\u533b\u7597\u4fdd\u969c\u7ec4\u73b0\u573a\u7814\u5224\u540c\u610f"


def last(row: Application) -> Decision:
    found = Decision.objects.filter(application=row).order_by("-pk").first()
    assert found is not None
    return found


def on_list(park: Park, today: date, level: str = "high", code: str = CITY[0]) -> None:
    api.add_region(
        zone=park.zone,
        spec=api.RegionSpec(code, CITY[1], level, today - timedelta(days=20)),
        by=park.root,
    )


def force_version(monkeypatch: pytest.MonkeyPatch, version: str) -> None:
    """Let a measure set put a version of the rules in force."""
    from pingzhan.domain.returnees import parameters
    from pingzhan.domain.returnees.judging.facts import Overrides

    monkeypatch.setattr(
        parameters, "overrides_for", lambda ids: dict.fromkeys(ids, Overrides(version=version))
    )


def test_without_risk_he_is_admitted_rechecked_and_on_post(applied: Applied, mill: Firm) -> None:
    row = applied()
    assert (row.state, row.outcome) == (State.DECIDED, Outcome.ADMIT)
    assert last(row).version == "class_b"
    row = api.recheck(application=row, temperature=NORMAL, seen=api.Seen(), by=mill.contact)
    assert row.state == State.CLEARED
    row = api.put_on_post(application=row, by=mill.contact)
    assert (row.state, row.is_open) == (State.ON_POST, False)
    verbs = list(AuditRecord.objects.order_by("pk").values_list("verb", flat=True))
    assert verbs[-3:] == ["returnees.applied", "returnees.rechecked", "returnees.on_post"]


def test_the_post_needs_a_recheck_of_the_day(applied: Applied, mill: Firm) -> None:
    with pytest.raises(Conflict) as refused:
        api.put_on_post(application=applied(), by=mill.contact)
    assert refused.value.code == "not_rechecked"


def test_a_fever_at_the_recheck_keeps_him_off(applied: Applied, mill: Firm) -> None:
    row = api.recheck(application=applied(), temperature=HOT, seen=api.Seen(), by=mill.contact)
    assert (row.state, row.outcome) == (State.OBSERVED, Outcome.HOLD)
    with pytest.raises(Conflict) as refused:
        api.put_on_post(application=row, by=mill.contact)
    assert refused.value.code == "not_admitted"
    # The highest of the day counts: a second, lower reading does not wash it away.
    row = api.recheck(application=row, temperature=NORMAL, seen=api.Seen(), by=mill.contact)
    assert row.outcome == Outcome.HOLD


def test_a_temperature_that_cannot_be_is_refused(applied: Applied, mill: Firm) -> None:
    row = applied()
    with pytest.raises(Invalid) as refused:
        api.recheck(application=row, temperature=Decimal("3.65"), seen=api.Seen(), by=mill.contact)
    assert refused.value.place == "temperature"
    assert Decision.objects.filter(application=row).count() == 1


def test_a_return_that_lies_ahead_is_not_rechecked(applied: Applied, mill: Firm, today: date) -> None:
    row = applied(return_on=today + timedelta(days=3))
    with pytest.raises(Conflict):
        api.recheck(application=row, temperature=NORMAL, seen=api.Seen(), by=mill.contact)


def test_norovirus_waits_three_days(applied: Applied, mill: Firm, today: date) -> None:
    ended = datetime.combine(today, datetime.min.time()) - timedelta(hours=24)
    row = applied(episodes=(api.Episode(api.Symptom.VOMITING, today - timedelta(days=3), ended),))
    assert (row.outcome, row.earliest) == (Outcome.HOLD, today + timedelta(days=2))


def test_the_database_keeps_whoever_waits_off_the_post(applied: Applied, today: date) -> None:
    row = applied(episodes=(api.Episode(api.Symptom.COUGH, today),))
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE returnees_application SET state = 'on_post', outcome = 'admit', closed_at = now()"
            " WHERE id = %s",
            [row.pk],
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        Application.objects.filter(pk=row.pk).update(state=State.CLEARED)


def test_decisions_are_only_added(applied: Applied) -> None:
    row = applied()
    with pytest.raises((IntegrityError, InternalError)), transaction.atomic():
        Decision.objects.filter(application=row).update(outcome=Outcome.HOLD, ruled=Outcome.HOLD)
    with pytest.raises((IntegrityError, InternalError)), transaction.atomic():
        Decision.objects.filter(application=row).delete()


def test_one_return_at_a_time(applied: Applied, mill: Firm) -> None:
    row = applied()
    with pytest.raises(Conflict) as refused:
        applied()
    assert refused.value.code == "returnee_open"
    assert api.withdraw(application=row, by=mill.contact).state == State.WITHDRAWN
    assert applied().pk != row.pk


def test_a_correction_keeps_what_stood_there(applied: Applied, mill: Firm, today: date) -> None:
    row = applied()
    row = api.correct(
        application=row,
        journey=api.Journey(today, *CITY),
        declared=api.Declared(api.Facts(episodes=(api.Episode(api.Symptom.COUGH, today),))),
        by=mill.contact,
    )
    assert row.outcome == Outcome.HOLD
    (now,) = api.opened([row])
    assert len(now.declared.earlier) == 1
    assert CITY[0] in now.declared.earlier[0]
    assert CITY[0] not in [one.code for one in now.declared.facts.stays]


def test_the_rules_of_a_set_in_force_decide(
    applied: Applied, park: Park, today: date, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_list(park, today)
    force_version(monkeypatch, "plan8+notice2022")
    row = applied()
    assert (row.outcome, last(row).days, last(row).place) == (Outcome.ISOLATE, 14, "central")
    (shown,) = api.decisions_of(row)
    assert {one.version for one in shown.reasons} == {"plan8", "notice2022"}
    assert all(one.zh and one.en and one.clause_zh and one.clause_en for one in shown.reasons)


def test_isolation_tests_and_temperature_clear_him(
    applied: Applied, park: Park, mill: Firm, today: date, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_list(park, today)
    force_version(monkeypatch, "plan9+notice2022")
    row = applied(stays=(stay(today, first=12, last=9),))
    assert row.outcome == Outcome.ISOLATE
    spent = api.Isolation(today - timedelta(days=8), today - timedelta(days=1), api.Place.CENTRAL)
    row = api.observe(application=row, seen=api.Seen(isolations=(spent,)), by=mill.contact)
    assert (row.state, row.outcome) == (State.OBSERVED, Outcome.HOLD)
    tests = tuple(api.Swab(today - timedelta(days=n), api.Result.NEGATIVE) for n in (0, 1))
    row = api.recheck(application=row, temperature=NORMAL, seen=api.Seen(tests=tests), by=mill.contact)
    assert (row.state, row.outcome) == (State.CLEARED, Outcome.ADMIT)


def test_a_change_of_the_list_decides_open_returns_anew(
    applied: Applied, mill: Firm, park: Park, today: date, monkeypatch: pytest.MonkeyPatch
) -> None:
    force_version(monkeypatch, "plan8+notice2022")
    row = applied()
    assert row.outcome == Outcome.ADMIT
    on_list(park, today, "medium")
    row.refresh_from_db()
    assert (row.outcome, last(row).by_rule) == (Outcome.ISOLATE, DecidedBy.LIST)
    region = api.region_list(api.visible_regions(park.root), api.RegionFilter()).get()
    api.end_region(region=region, end=today - timedelta(days=15), by=park.root)
    row.refresh_from_db()
    # The list asks less than before: that is proposed, and holds when somebody has looked.
    assert (row.outcome, row.overridden) == (Outcome.ISOLATE, False)
    assert (last(row).by_rule, last(row).ruled) == (DecidedBy.KEPT, Outcome.ADMIT)
    assert last(row).earliest == row.earliest
    assert Decision.objects.filter(application=row).count() == 3
    decide_again(park.zone, park.root)
    assert Decision.objects.filter(application=row).count() == 3
    row = api.recheck(application=row, temperature=NORMAL, seen=api.Seen(), by=mill.contact)
    assert (row.outcome, last(row).by_rule) == (Outcome.ADMIT, DecidedBy.RECHECK)
    record = AuditRecord.objects.filter(verb="returnees.region_ended").get()
    assert record.body == {"redecided": 1}


def test_a_list_that_changes_nothing_adds_no_decision(applied: Applied, park: Park, today: date) -> None:
    row = applied()
    on_list(park, today, code="510102")
    assert Decision.objects.filter(application=row).count() == 1


def test_deciding_anew_takes_the_same_statements_for_one_and_for_many(
    mill: Firm, park: Park, today: date, django_assert_num_queries: Callable[[int], object],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    from pingzhan.domain.returnees.actions.deciding import redecide
    from pingzhan.domain.returnees.models import Region
    from tests.domain.people.crowd import hire

    force_version(monkeypatch, "plan8+notice2022")
    for n in range(3):
        api.apply_return(
            employment=hire(mill, no=f"B{n}"),
            journey=api.Journey(today, *CITY),
            declared=api.Declared(api.Facts(stays=(stay(today),))),
            by=mill.contact,
        )
        Region.objects.all().delete()
        Region.objects.create(
            zone=park.zone,
            code=CITY[0],
            name=CITY[1],
            level=("medium", "medium", "high")[n],
            begin=today - timedelta(days=20),
        )
        if n in (0, 2):
            with django_assert_num_queries(7):  # type: ignore[attr-defined]
                assert len(redecide(park.zone.pk, park.zone.path, park.root)) == n + 1


def test_milder_than_the_rules_takes_more_than_the_enterprise(
    applied: Applied, mill: Firm, park: Park, today: date
) -> None:
    row = applied(episodes=(api.Episode(api.Symptom.RASH, today),))
    with pytest.raises(Refused) as refused:
        api.override(application=row, outcome=Outcome.ADMIT, reason=LONG, by=mill.contact)
    assert refused.value.code == "refused_milder"
    officer = acting(Role.DUTY_OFFICER, park.zone.path)
    with pytest.raises(Invalid):
        api.override(application=row, outcome=Outcome.ADMIT, reason="\u540c\u610f", by=officer)
    row = api.override(application=row, outcome=Outcome.ADMIT, reason=LONG, by=officer)
    made = last(row)
    assert (row.outcome, row.overridden) == (Outcome.ADMIT, True)
    assert (made.by_rule, made.ruled, made.reason) == (DecidedBy.OVERRIDE, Outcome.HOLD, LONG)


def test_stricter_than_the_rules_the_enterprise_may_be(applied: Applied, mill: Firm) -> None:
    row = api.override(application=applied(), outcome=Outcome.HOLD, reason=LONG, by=mill.contact)
    assert row.outcome == Outcome.HOLD
    # It stands at the recheck too, until somebody takes it back.
    row = api.recheck(application=row, temperature=NORMAL, seen=api.Seen(), by=mill.contact)
    assert (row.outcome, row.state) == (Outcome.HOLD, State.OBSERVED)


def test_a_person_s_admission_does_not_outlive_a_fever(
    applied: Applied, mill: Firm, park: Park, today: date
) -> None:
    row = applied(episodes=(api.Episode(api.Symptom.RASH, today),))
    officer = acting(Role.DUTY_OFFICER, park.zone.path)
    row = api.override(application=row, outcome=Outcome.ADMIT, reason=LONG, by=officer)
    row = api.recheck(application=row, temperature=HOT, seen=api.Seen(), by=mill.contact)
    assert (row.outcome, row.overridden) == (Outcome.HOLD, False)


@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.COMPANY,)], ids=str)
def test_only_the_enterprise_keeps_its_returns(
    role: Role, worker: Employment, mill: Firm, today: date
) -> None:
    actor = acting(role, mill.unit.path)
    journey, declared = api.Journey(today, *CITY), api.Declared()
    with pytest.raises(Refused):
        api.apply_return(employment=worker, journey=journey, declared=declared, by=actor)
    with pytest.raises(Refused):
        api.invite(employment=worker, return_on=today, by=actor)


def test_another_enterprise_changes_nothing_here(applied: Applied, park: Park) -> None:
    row, other = applied(), park.firms[1].contact
    assert not api.visible_to(other).exists()
    for act in (api.put_on_post, api.withdraw):
        with pytest.raises(Refused):
            act(application=row, by=other)
    with pytest.raises(Refused):
        api.recheck(application=row, temperature=NORMAL, seen=api.Seen(), by=other)


@pytest.mark.parametrize(
    "role",
    [role for role in Role if role not in (Role.ORGANISER, Role.DUTY_OFFICER, Role.LEADER)],
    ids=str,
)
def test_who_may_not_change_the_list(role: Role, park: Park, today: date) -> None:
    spec = api.RegionSpec(CITY[0], CITY[1], "high", today)
    with pytest.raises(Refused):
        api.add_region(zone=park.zone, spec=spec, by=acting(role, park.zone.path))


def test_a_region_has_one_level_at_a_time(park: Park, today: date) -> None:
    on_list(park, today, "medium")
    spec = api.RegionSpec(CITY[0], CITY[1], "high", today)
    api.add_region(zone=park.zone, spec=spec, by=park.root)
    rows = api.region_list(api.visible_regions(park.root), api.RegionFilter(on=today))
    assert [row.level for row in rows] == ["high"]
    with pytest.raises(Invalid):
        api.add_region(zone=park.zone, spec=spec, by=park.root)
    with pytest.raises(Invalid):
        api.add_region(zone=park.zone, spec=api.RegionSpec("990102", CITY[1], "high", today), by=park.root)


def test_the_link_opens_one_application_and_nothing_else(mill: Firm, worker: Employment, today: date) -> None:
    from django.utils import timezone

    row = api.invite(employment=worker, return_on=today, by=mill.contact)
    token = api.token_for(row, timezone.now())
    assert api.open_link(token, timezone.now(), source="a").pk == row.pk
    with pytest.raises(Refused) as altered:
        api.open_link(token[:-1] + ("A" if token[-1] != "A" else "B"), timezone.now(), source="a")
    assert altered.value.code == "link_bad"
    late = timezone.now() + timedelta(days=8)
    with pytest.raises(Refused) as expired:
        api.open_link(token, late, source="a")
    assert expired.value.code == "link_expired"
    row = api.submit(
        application_id=row.pk,
        journey=api.Journey(today + timedelta(days=5), *CITY),
        declared=api.Declared(api.Facts(stays=(stay(today),))),
        by=api.worker_actor(),
    )
    # The day of return stays the enterprise's.
    assert (row.state, row.return_on, row.outcome) == (State.DECIDED, today, Outcome.ADMIT)


def test_guessing_tokens_closes_the_way_in(db: None) -> None:
    from django.utils import timezone

    from pingzhan.domain.returnees.links import MOST, TooMany

    for n in range(MOST):
        with pytest.raises(Refused):
            api.open_link(f"{n}.99:x", timezone.now(), source="guesser")
    with pytest.raises(TooMany):
        api.open_link("1.99:x", timezone.now(), source="guesser")
    with pytest.raises(Refused):
        api.open_link("1.99:x", timezone.now(), source="somebody else")


def test_a_link_does_not_change_what_the_enterprise_entered(applied: Applied, today: date) -> None:
    row = applied()
    with pytest.raises(Conflict):
        api.submit(
            application_id=row.pk,
            journey=api.Journey(today, *CITY),
            declared=api.Declared(),
            by=api.worker_actor(),
        )
    with pytest.raises(NotFound):
        api.submit(
            application_id=row.pk + 1,
            journey=api.Journey(today, *CITY),
            declared=api.Declared(),
            by=api.worker_actor(),
        )


def test_the_trail_holds_no_journey(applied: Applied, today: date) -> None:
    row = applied(episodes=(api.Episode(api.Symptom.COUGH, today),))
    for record in AuditRecord.objects.filter(verb__startswith="returnees."):
        assert set(record.body) <= {"outcome"}
    assert CITY[1].encode() not in bytes(Application.objects.get(pk=row.pk).declared_sealed or b"")


def test_after_sixty_days_only_counts_stay(applied: Applied, mill: Firm) -> None:
    from django.utils import timezone

    from pingzhan.domain.returnees import protection

    row = api.withdraw(application=applied(), by=mill.contact)
    now = timezone.now()
    assert protection.due(now + timedelta(days=59), 60, 10) == []
    assert protection.due(now + timedelta(days=61), 60, 10) == [row.pk]
    assert protection.overwrite([row.pk]) == 1
    row.refresh_from_db()
    assert (row.declared_sealed, row.from_name, row.outcome) == (None, "", Outcome.ADMIT)
    assert protection.due(now + timedelta(days=61), 60, 10) == []
    assert api.decisions_of(row)[0].reasons == ()


def test_dates_that_cannot_be_are_refused_with_their_place(applied: Applied, today: date) -> None:
    day = timedelta(days=1)
    wrong: list[tuple[str, dict[str, Any]]] = [
        ("stays", {"stays": (api.Stay(*CITY, today, today - day),)}),
        ("stays", {"stays": (api.Stay(*CITY, today, today + 3 * day),)}),
        ("met", {"met": (api.Met(api.Contact.CLOSE, today + day),)}),
        ("tests", {"tests": (api.Swab(today + day, api.Result.NEGATIVE),)}),
        ("isolations", {"isolations": (api.Isolation(today, today - day, api.Place.HOME),)}),
        ("isolations", {"isolations": (api.Isolation(today - 200 * day, today, api.Place.HOME),)}),
        ("episodes", {"episodes": (api.Episode(api.Symptom.COUGH, today + day),)}),
        ("cleared", {"cleared": today + day}),
    ]
    for place, facts in wrong:
        with pytest.raises(Invalid) as refused:
            applied(**facts)
        assert refused.value.place == place
    with pytest.raises(Invalid):
        applied(return_on=today + 90 * day)
    assert not Application.objects.exists()
