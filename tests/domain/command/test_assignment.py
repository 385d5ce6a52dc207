"""Section 7 rule by rule, on plain rows without a database."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from pingzhan.domain.command.assignment import (
    CLASS_SEAT_BASE,
    OpenActivation,
    Plan,
    Ruling,
    SeatKey,
    Why,
    World,
    assign,
    first_on,
    owner_of,
    paths_above,
)

NOW = datetime(2026, 11, 25, 8, tzinfo=UTC)


@dataclass
class P:
    """A post."""

    code: str
    role: str = "member"
    group_code: str = "g1"
    group_kind: str = "work"
    unit_path: str = "/1/"
    posture: str = "both"
    level_at_least: int = 4
    min_seats: int = 1
    max_seats: int = 1
    critical: bool = False
    reports_to_code: str = ""
    segregated_from: list[str] = field(default_factory=list)
    id: int = 0
    unit_id: int = 1


@dataclass
class H:
    """A ranked person."""

    post_code: str
    person_id: int
    rank: int = 0
    seat_no: int = 1
    t0: datetime | None = None
    t1: datetime | None = None


def world(posts: list[P], holdings: list[H], level: int | None = 2, **more: Any) -> World:
    values: dict[str, Any] = {
        "now": NOW,
        "activations": []
        if level is None
        else [OpenActivation(id=1, path="/1/", level=level, order=1, run_key="a1", structure_id=1)],
        "routine": 1,
        "plans": {1: Plan(posts, holdings)},
        "in_service": frozenset(range(1, 50)),
        "absent": frozenset(),
        "unreachable": frozenset(),
        **more,
    }
    return World(**values)


def people(result: Any) -> dict[tuple[str, int], int]:
    return {tuple(key): filled.person for key, filled in result.filled.items()}


def test_routine_and_emergency_posts() -> None:
    posts = [P("a", posture="routine"), P("b", posture="emergency"), P("c"), P("d", level_at_least=1)]
    holdings = [H("a", 1), H("b", 2), H("c", 3), H("d", 4)]
    assert people(assign(world(posts, holdings, None))) == {("a", 1): 1, ("c", 1): 3, ("d", 1): 4}
    assert people(assign(world(posts, holdings, 2))) == {("b", 1): 2, ("c", 1): 3}
    assert people(assign(world(posts, holdings, 1))) == {("b", 1): 2, ("c", 1): 3, ("d", 1): 4}


def test_gravest_rules_and_newest_on_a_tie() -> None:
    zone = OpenActivation(1, "/1/", 2, 1, "a1", 1)
    firm = OpenActivation(2, "/1/5/", 3, 2, "a2", 2)
    newer = OpenActivation(3, "/1/5/", 2, 3, "a3", 3)
    assert Ruling([zone, firm]).of("/1/5/") == zone
    assert Ruling([zone, newer]).of("/1/5/") == newer
    assert Ruling([zone, newer]).of("/1/5/9/") == newer
    assert Ruling([firm]).of("/1/") is None
    assert Ruling([firm]).of("/1/55/") is None
    assert paths_above("/1/5/9/") == ["/1/5/9/", "/1/5/", "/1/"]


def test_nested_activations_use_their_own_versions() -> None:
    old = Plan([P("a"), P("f", unit_path="/1/5/")], [H("a", 1), H("f", 2)])
    new = Plan([P("a"), P("f", unit_path="/1/5/"), P("n")], [H("a", 3), H("f", 4), H("n", 5)])
    firm = OpenActivation(1, "/1/5/", 3, 1, "a1", 1)
    result = assign(world([], [], activations=[firm], routine=2, plans={1: old, 2: new}))
    assert people(result) == {("a", 1): 3, ("f", 1): 2, ("n", 1): 5}


def test_substitute_for_the_absent_and_reason_for_the_empty() -> None:
    result = assign(world([P("a"), P("b")], [H("a", 1), H("a", 2, 1), H("b", 3)], absent=frozenset({1, 3})))
    assert people(result) == {("a", 1): 2}
    assert result.filled[SeatKey("a", 1)].chosen_by == "substitute"
    assert result.filled[SeatKey("a", 1)].skipped == ((1, Why.ABSENT),)
    assert result.empty[SeatKey("b", 1)].reasons == ((3, Why.ABSENT),)


def test_nobody_named() -> None:
    assert assign(world([P("a")], [])).empty[SeatKey("a", 1)].reasons == ((0, Why.NOBODY_NAMED),)


def test_without_contact_only_when_nobody_reachable() -> None:
    both = [H("a", 1), H("a", 2, 1)]
    assert people(assign(world([P("a")], both, unreachable=frozenset({1})))) == {("a", 1): 2}
    assert people(assign(world([P("a")], both, unreachable=frozenset({1, 2})))) == {("a", 1): 1}
    assert people(assign(world([P("a")], [H("a", 1)], unreachable=frozenset({1})))) == {("a", 1): 1}


def test_commander_is_skipped_for_a_second_critical_post_or_keeps_both() -> None:
    posts = [
        P("lead", role="head", group_kind="leading", group_code="l"),
        P("a", critical=True),
        P("b", critical=True),
    ]
    holdings = [H("lead", 1), H("a", 1), H("a", 2, 1), H("b", 1)]
    assert people(assign(world(posts, holdings))) == {("lead", 1): 1, ("a", 1): 2, ("b", 1): 1}


def test_second_post_that_is_not_critical_is_allowed() -> None:
    result = assign(world([P("a", critical=True), P("b")], [H("a", 1), H("b", 1), H("b", 2, 1)]))
    assert people(result) == {("a", 1): 1, ("b", 1): 1}


def test_segregated_pair_is_left_empty_either_way_round() -> None:
    for one, other in ((["b"], []), ([], ["b", "a"])):
        posts = [P("a", segregated_from=one), P("b", segregated_from=other)]
        result = assign(world(posts, [H("a", 1), H("b", 1)]))
        assert people(result) == {("a", 1): 1}
        assert result.empty[SeatKey("b", 1)].reasons == ((1, Why.SEGREGATED),)


def test_nobody_supervises_himself() -> None:
    posts = [P("a", role="head"), P("b", reports_to_code="a")]
    result = assign(world(posts, [H("a", 1), H("b", 1), H("b", 2, 1)]))
    assert people(result) == {("a", 1): 1, ("b", 1): 2}
    alone = assign(world(posts, [H("a", 1), H("b", 1)]))
    assert alone.empty[SeatKey("b", 1)].reasons == ((1, Why.OWN_SUPERVISOR),)


def test_order_is_commander_critical_rest() -> None:
    posts = [
        P("z", role="head", group_kind="leading", segregated_from=["a", "m"]),
        P("m", critical=True, segregated_from=["a"]),
        P("a"),
    ]
    result = assign(world(posts, [H("a", 1), H("m", 1), H("z", 1)]))
    assert people(result) == {("z", 1): 1}


def test_refusal_holds_for_its_regime_only() -> None:
    holdings = [H("a", 1), H("a", 2, 1)]
    refused = frozenset({("a1", "a", 1, 1)})
    assert people(assign(world([P("a")], holdings, refused=refused))) == {("a", 1): 2}
    assert people(assign(world([P("a")], holdings, None, refused=refused))) == {("a", 1): 1}


def test_override_comes_first_unless_barred() -> None:
    holdings = [H("a", 1)]
    override = {("a1", "a", 1): 9}
    assert people(assign(world([P("a")], holdings, overrides=override))) == {("a", 1): 9}
    away = assign(world([P("a")], holdings, overrides=override, absent=frozenset({9})))
    assert people(away) == {("a", 1): 1}
    assert people(assign(world([P("a")], holdings, None, overrides=override))) == {("a", 1): 1}


def test_override_opens_an_unnamed_chair() -> None:
    assert people(assign(world([P("a")], [], overrides={("a1", "a", 1): 9}))) == {("a", 1): 9}


def test_term_of_a_holding() -> None:
    hour = timedelta(hours=1)
    for t0, t1, fits in (
        (None, NOW, False),
        (NOW, None, True),
        (NOW + hour, None, False),
        (NOW - hour, NOW + hour, True),
    ):
        result = assign(world([P("a")], [H("a", 1, t0=t0, t1=t1)]))
        assert bool(result.filled) is fits


def test_class_seats_and_max_seats() -> None:
    posts = [P("c", min_seats=0, max_seats=999), P("a", max_seats=1)]
    holdings = [H("c", 7, seat_no=CLASS_SEAT_BASE + 7), H("a", 1), H("a", 2, seat_no=2)]
    assert people(assign(world(posts, holdings))) == {("c", CLASS_SEAT_BASE + 7): 7, ("a", 1): 1}


def test_person_twice_on_one_post() -> None:
    result = assign(world([P("a", max_seats=2)], [H("a", 1), H("a", 1, seat_no=2)]))
    assert result.empty[SeatKey("a", 2)].reasons == ((1, Why.ALREADY_HERE),)


def test_pool_takes_officials_without_a_post_in_an_emergency_only() -> None:
    officials = [(1, "/1/"), (2, "/1/"), (3, "/1/"), (4, "/2/")]
    result = assign(world([P("a")], [H("a", 1)], officials=officials, absent=frozenset({3})))
    assert [place.person for place in result.pool] == [2]
    assert result.left_out == [(3, Why.ABSENT)]
    assert assign(world([P("a")], [H("a", 1)], None, officials=officials)).pool == []


def test_empty_post_belongs_to_the_next_filled_head() -> None:
    posts = [
        P("top", role="head", group_kind="leading", group_code="l"),
        P("mid", role="head", reports_to_code="top"),
        P("low", reports_to_code="mid"),
        P("alone", group_code="g2"),
    ]
    result = assign(world(posts, [H("top", 1), H("mid", 2)], absent=frozenset({2})))
    assert owner_of(result, posts[2]) == 1
    assert owner_of(result, posts[3]) == 1
    assert first_on(result, "mid") is None


def test_ring_of_reports_ends() -> None:
    posts = [P("a", reports_to_code="b"), P("b", reports_to_code="a")]
    assert owner_of(assign(world(posts, [])), posts[0]) is None
