"""Whatever a laboratory says and takes back, in whatever order: who is held is what the results of the moment mean."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from pingzhan.domain.people.models import Employment
from pingzhan.domain.screening.enums import HoldState, PursuitState, Verdict
from pingzhan.domain.screening.models import Hold, Pursuit, SamplingTeam, Tube
from tests.domain.people.crowd import Park, hire
from tests.domain.screening.lab import GREY, INVALID, NEGATIVE, POSITIVE, Lab
from tests.domain.screening.phones import adopted_round, phone

TUBES: dict[str, Sequence[int]] = {
    "P-01": (0, 1),
    "S-00": (0,),
    "P-02": (1, 2),
    "S-10": (0,),
    "S-11": (1,),
    "S-12": (2,),
}
"""In the order in which they were swabbed: two pools that share somebody, a single before the second, three after."""
_says = st.tuples(st.sampled_from(sorted(TUBES)), st.sampled_from([NEGATIVE, POSITIVE, GREY, INVALID]))
_histories = st.lists(_says, min_size=3, max_size=12)


class _Undone(Exception):
    pass


@pytest.fixture
def lab(park: Park, teams: list[SamplingTeam]) -> tuple[Lab, list[Employment]]:
    crew = [hire(park.firms[0], no=f"A{n}") for n in range(3)]
    adopted_round(park, teams[0], [park.firms[0].unit], pool_size=10)
    made = Lab(park, phone(teams[0], park))
    for code, inside in TUBES.items():
        made.fill(code, [crew[n] for n in inside])
    return made, crew


def meant(said: dict[str, Verdict], followed: set[str], who: int) -> set[str]:
    """What somebody may be by the results of the moment alone; the empty text stands for not held at all.

    ``followed`` are the tubes with an open pursuit: a positive tube of somebody held already opens none.
    """
    order = list(TUBES)
    causes = [code for code in order if who in TUBES[code] and code in followed]
    own = [code for code in order if TUBES[code] == (who,) and said.get(code) == POSITIVE]
    if not causes:
        return {"positive"} if own else {"", "released"}
    last = order.index(causes[-1])
    singles = [
        said[code]
        for code in order
        if TUBES[code] == (who,)
        and said.get(code, INVALID) != INVALID  # it says nothing
        and (order.index(code) > last or code in causes)
    ]
    if POSITIVE in singles:
        return {"positive"}
    if singles and singles[-1] == NEGATIVE:
        return {"released"}
    # Whom a swab of his own confirmed stays so beside a later doubt; one told of after the doubt waits for it.
    return {"held", "positive"} if own else {"held"}


def check(said: dict[str, Verdict], crew: Sequence[Employment]) -> None:
    """Compare what is stored with the model, and see that nobody is held twice or for nothing."""
    followed = set(Pursuit.objects.filter(state=PursuitState.OPEN).values_list("tube__code", flat=True))
    alarms = {code for code, verdict in said.items() if verdict in (POSITIVE, GREY)}
    # An invalid correction says nothing: the tube is followed on. A positive single may need no pursuit of its own.
    assert followed <= alarms | {code for code, verdict in said.items() if verdict == INVALID}
    assert {code for code in alarms if len(TUBES[code]) > 1 or said[code] == GREY} <= followed
    for n, worker in enumerate(crew):
        holds = list(Hold.objects.filter(employment=worker).order_by("pk"))
        unfinished = [one for one in holds if one.until is None]
        assert len(unfinished) <= 1
        unfinished = unfinished or [one for one in holds if one.state == HoldState.POSITIVE]
        state = str(unfinished[0].state) if unfinished else "released" if holds else ""
        assert state in meant(said, followed, n), (n, said, followed)
        if state == "held":
            assert unfinished[0].members.filter(pursuit__state=PursuitState.OPEN).exists()
        if state == "positive":
            assert Tube.objects.get(retested=unfinished[0]).verdict == POSITIVE


@pytest.mark.parametrize("many", [15, pytest.param(100, marks=pytest.mark.long)])
def test_holds_follow_the_results_of_the_moment(lab: tuple[Lab, list[Employment]], many: int) -> None:
    one, crew = lab

    @settings(
        max_examples=many, deadline=None, database=None, phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(_histories)
    def holds(history: list[tuple[str, Verdict]]) -> None:
        try:
            with transaction.atomic():
                said: dict[str, Verdict] = {}
                for code, verdict in history:
                    one.say((code, verdict, "\u66f4\u6b63"))
                    said[code] = verdict
                    check(said, crew)
                raise _Undone
        except _Undone:
            pass

    holds()


@pytest.mark.parametrize(
    "history",
    [
        [("S-10", POSITIVE), ("S-00", POSITIVE), ("S-10", NEGATIVE)],
        [("S-10", GREY), ("S-00", POSITIVE), ("S-10", NEGATIVE)],
        [("S-00", POSITIVE), ("S-10", POSITIVE), ("S-00", NEGATIVE)],
    ],
)
def test_one_corrected_swab_does_not_release_whose_other_is_positive(
    lab: tuple[Lab, list[Employment]], history: list[tuple[str, Verdict]]
) -> None:
    one, crew = lab
    said: dict[str, Verdict] = {}
    for code, verdict in history:
        one.say((code, verdict, "\u66f4\u6b63"))
        said[code] = verdict
        check(said, crew)


def test_whoever_is_confirmed_stays_so_beside_a_later_doubt(lab: tuple[Lab, list[Employment]]) -> None:
    one, crew = lab
    said: dict[str, Verdict] = {}
    for code, verdict, state in [
        ("P-01", POSITIVE, HoldState.HELD),
        ("S-00", POSITIVE, HoldState.POSITIVE),
        ("S-10", GREY, HoldState.POSITIVE),
        ("S-00", NEGATIVE, HoldState.HELD),
    ]:
        one.say((code, verdict, "\u66f4\u6b63"))
        said[code] = verdict
        check(said, crew)
        assert Hold.objects.get(employment=crew[0], until__isnull=True).state == state


def test_a_positive_of_an_earlier_time_says_nothing_when_a_later_doubt_is_taken_back(
    lab: tuple[Lab, list[Employment]],
) -> None:
    one, crew = lab
    one.say(("S-00", POSITIVE, ""))
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        for sql in (
            "UPDATE screening_result SET reported_at = reported_at - interval '60 days'",
            "UPDATE screening_pursuit SET state = 'closed', closed_at = now(), reason = 'over'",
            "UPDATE screening_hold SET since = since - interval '60 days', until = now() - interval '50 days'",
        ):
            cursor.execute(sql)
        cursor.execute("SET LOCAL session_replication_role = origin")
    one.say(("S-10", GREY, ""))
    assert [hold.state for hold in Hold.objects.filter(until=None)] == [HoldState.HELD]
    one.say(("S-10", NEGATIVE, "\u66f4\u6b63"))
    states = list(Hold.objects.filter(employment=crew[0]).order_by("pk").values_list("state", flat=True))
    assert states == [HoldState.POSITIVE, HoldState.RELEASED]
