"""What a structure itself shows: the kinds of command.md section 12 that need no absences."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from pingzhan.domain.organisation.enums import (
    ENTERPRISE_GROUP,
    QUERY_ENTERPRISE,
    FindingKind,
    GroupKind,
    PostRole,
    Severity,
)
from pingzhan.domain.organisation.models import Holding, Post, StructureVersion
from pingzhan.domain.organisation.queries.rows import resolve_query, unreachable_ids

#: More direct subordinates than this are too many for one head (command.md section 20: 3-7, rule of thumb 5).
SPAN_LIMIT = 7
SUPERVISING_GROUP = "inspection"


@dataclass(frozen=True)
class Found:
    """A finding before it is stored; ``key`` stays the same while the same thing is wrong."""

    kind: FindingKind
    key: str
    severity: Severity
    subject: dict[str, Any]
    places: list[dict[str, Any]] = field(default_factory=list)


@dataclass
class _Plan:
    """One version in memory: posts by code, holdings by post id, place of each holding in the text."""

    version: StructureVersion
    posts: list[Post]
    holdings: dict[int, list[Holding]]
    places: dict[int, list[dict[str, Any]]]

    def label(self, post: Post) -> str:
        return post.name

    def of_person(self) -> dict[int, list[tuple[Post, Holding]]]:
        held: dict[int, list[tuple[Post, Holding]]] = defaultdict(list)
        for post in self.posts:
            for holding in self.holdings.get(post.pk, []):
                if holding.person_id is not None and holding.rank == 0:
                    held[holding.person_id].append((post, holding))
        return held


def load_plan(version: StructureVersion) -> _Plan:
    """Load posts, holdings with persons, and the places of read entries. Three queries."""
    posts = list(Post.objects.filter(version=version).select_related("group", "unit").order_by("sort", "id"))
    holdings: dict[int, list[Holding]] = defaultdict(list)
    for holding in Holding.objects.filter(post__version=version).select_related("person"):
        holdings[holding.post_id].append(holding)
    places: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for holding_id, start, end in version.entries.exclude(holding=None).values_list(
        "holding_id", "start", "end"
    ):
        places[holding_id].append({"start": start, "end": end, "text": version.source_text[start:end]})
    return _Plan(version, posts, holdings, places)


def _seats(plan: _Plan, post: Post) -> dict[int, list[Holding]]:
    seats: dict[int, list[Holding]] = defaultdict(list)
    for holding in plan.holdings.get(post.pk, []):
        seats[holding.seat_no].append(holding)
    return seats


def _seat_findings(plan: _Plan) -> Iterator[Found]:
    # Hundreds of enterprises lack the same post at first: one finding per kind of post, not per enterprise.
    missing: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for post in plan.posts:
        seats = _seats(plan, post)
        filled = sum(1 for held in seats.values() if any(h.rank == 0 for h in held))
        if filled < post.min_seats and post.group.code == ENTERPRISE_GROUP:
            missing[post.role][0] += post.min_seats
            missing[post.role][1] += filled
        elif filled < post.min_seats:
            yield Found(
                FindingKind.POST_EMPTY,
                f"post_empty:{post.code}",
                Severity.CRITICAL if post.critical else Severity.MAJOR,
                {"post": post.name, "code": post.code, "need": post.min_seats, "have": filled},
            )
        if filled > post.max_seats:
            yield Found(
                FindingKind.SEATS_OVER_MAX,
                f"seats_over_max:{post.code}",
                Severity.CRITICAL,
                {"post": post.name, "code": post.code, "have": filled, "most": post.max_seats},
            )
        if not post.critical:
            continue
        for seat_no, held in sorted(seats.items()):
            holder = next((h for h in held if h.rank == 0), None)
            if holder is None or holder.person_query or any(h.rank > 0 for h in held):
                continue
            yield Found(
                FindingKind.CRITICAL_WITHOUT_SUBSTITUTE,
                f"critical_without_substitute:{post.code}:{seat_no}",
                Severity.CRITICAL,
                {
                    "post": post.name,
                    "code": post.code,
                    "seat": seat_no,
                    "name": holder.person.name if holder.person else "",
                },
                plan.places.get(holder.pk, []),
            )
    for role, (need, have) in missing.items():
        yield Found(
            FindingKind.POST_EMPTY,
            f"post_empty:{ENTERPRISE_GROUP}:{role}",
            Severity.MAJOR,
            {"post": str(PostRole(role).label), "need": need, "have": have},
        )


def _head_findings(plan: _Plan) -> Iterator[Found]:
    for post in plan.posts:
        heads = [h for h in plan.holdings.get(post.pk, []) if h.rank == 0 and h.person is not None]
        if post.role == PostRole.HEAD and len(heads) > 1:
            yield Found(
                FindingKind.TWO_HEADS,
                f"two_heads:{post.group.code}",
                Severity.MAJOR,
                {"group": post.group.name, "names": [h.person.name for h in heads if h.person]},
                [place for h in heads for place in plan.places.get(h.pk, [])],
            )


def _person_findings(plan: _Plan) -> Iterator[Found]:
    for person_id, held in plan.of_person().items():
        person = held[0][1].person
        assert person is not None
        places = [place for _post, holding in held for place in plan.places.get(holding.pk, [])]
        critical = [post for post, _holding in held if post.critical]
        if len(critical) > 1:
            yield Found(
                FindingKind.TWO_CRITICAL,
                f"two_critical:{person_id}",
                Severity.MAJOR,
                {"person": person_id, "name": person.name, "labels": [post.name for post in critical]},
                places,
            )
        by_group: dict[int, list[Post]] = defaultdict(list)
        for post, _holding in held:
            by_group[post.group_id].append(post)
        for posts in by_group.values():
            if len(posts) > 1 and any(post.role == PostRole.HEAD for post in posts):
                yield Found(
                    FindingKind.HEAD_AND_MEMBER,
                    f"head_and_member:{posts[0].group.code}:{person_id}",
                    Severity.MAJOR,
                    {
                        "person": person_id,
                        "name": person.name,
                        "group": posts[0].group.name,
                        "labels": [post.name for post in posts],
                    },
                    places,
                )
        codes = {post.code: post for post, _holding in held}
        for post in codes.values():
            for other in sorted(set(post.segregated_from) & set(codes)):
                yield Found(
                    FindingKind.SEGREGATION,
                    f"segregation:{min(post.code, other)}:{max(post.code, other)}:{person_id}",
                    Severity.CRITICAL,
                    {"person": person_id, "name": person.name, "labels": [post.name, codes[other].name]},
                    places,
                )


def _supervision_findings(plan: _Plan) -> Iterator[Found]:
    """Annex 3, 四: the inspecting group supervises the responsible officials, so it may not contain them."""
    rules = [
        (post, holding)
        for post in plan.posts
        for holding in plan.holdings.get(post.pk, [])
        if holding.person_query == QUERY_ENTERPRISE and post.group.code != SUPERVISING_GROUP
    ]
    if not rules:
        return
    supervised = {row.person_id for row in resolve_query(QUERY_ENTERPRISE, [rules[0][0].unit.path])}
    for person_id, held in plan.of_person().items():
        inspecting = [(p, h) for p, h in held if p.group.code == SUPERVISING_GROUP]
        if inspecting and person_id in supervised:
            post, holding = inspecting[0]
            assert holding.person is not None
            yield Found(
                FindingKind.SEGREGATION,
                f"segregation:supervised:{person_id}",
                Severity.MAJOR,
                {
                    "person": person_id,
                    "name": holding.person.name,
                    "labels": [post.name, str(PostRole.FIRM_OFFICER.label)],
                },
                plan.places.get(holding.pk, []),
            )


def _line_findings(plan: _Plan) -> Iterator[Found]:
    names = {post.code: post.name for post in plan.posts}
    below: dict[str, int] = defaultdict(int)
    for post in plan.posts:
        for code in (*([post.reports_to_code] if post.reports_to_code else []), *post.segregated_from):
            if code not in names:
                yield Found(
                    FindingKind.POST_CODE_DANGLING,
                    f"post_code_dangling:{post.code}:{code}",
                    Severity.CRITICAL,
                    {"post": post.name, "code": code},
                )
        if post.reports_to_code:
            below[post.reports_to_code] += 1
    for code, count in below.items():
        if count > SPAN_LIMIT and code in names:
            yield Found(
                FindingKind.SPAN_OVER_7,
                f"span_over_7:{code}",
                Severity.INFO,
                {"post": names[code], "code": code, "count": count},
            )


def _contact_findings(plan: _Plan) -> Iterator[Found]:
    persons = [
        holding.person
        for holdings in plan.holdings.values()
        for holding in holdings
        if holding.person is not None
    ]
    held = {person.pk for person in persons}
    provisional = {person.pk for person in persons if person.provisional}
    silent = sorted((held & unreachable_ids()) | provisional)
    if silent:
        yield Found(
            FindingKind.NO_CONTACT,
            "no_verified_contact",
            Severity.INFO,
            {"count": len(silent), "persons": silent},
        )


def structure_findings(version: StructureVersion) -> list[Found]:
    """Return everything wrong with a version that can be seen from its own rows, critical first."""
    plan = load_plan(version)
    found = [
        *_seat_findings(plan),
        *_head_findings(plan),
        *_person_findings(plan),
        *_supervision_findings(plan),
        *_line_findings(plan),
        *_contact_findings(plan),
    ]
    order = {Severity.CRITICAL: 0, Severity.MAJOR: 1, Severity.INFO: 2}
    found.sort(key=lambda item: order[item.severity])
    return found


def has_leading_group(version: StructureVersion) -> bool:
    """Return whether the version has a leading group, without which nobody commands."""
    return version.groups.filter(kind=GroupKind.LEADING).exists()
