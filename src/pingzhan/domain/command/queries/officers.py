"""Who is told when nobody answers: the heads above a post, and the officers on duty."""

from __future__ import annotations

from collections import defaultdict
from typing import NamedTuple

from django.db.models import Case, Q, Value, When

from pingzhan.domain.command.assignment import Assignment
from pingzhan.domain.command.models import Seat
from pingzhan.domain.command.rows import PostLike
from pingzhan.domain.organisation.enums import GroupKind, PostRole
from pingzhan.domain.organisation.models import Person
from pingzhan.domain.roster import api as roster
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.models import RoleGrant
from pingzhan.foundation.access.roles import Role


class Told(NamedTuple):
    """Somebody to be told: his person (0 when only an account is known) and his account, if any."""

    person: int
    account: int | None


class Heads:
    """Finds who answers for a post, as assignment.owner_of does, for many posts of one assignment at once."""

    def __init__(self, assignment: Assignment) -> None:
        self._posts: dict[str, PostLike] = {
            code: chair.post for code, chair in sorted(assignment.posts.items())
        }
        lowest: dict[str, tuple[int, int]] = {}
        for key, filled in assignment.filled.items():
            one = (key.seat_no, filled.person)
            lowest[key.post_code] = min(one, lowest.get(key.post_code, one))
        self._first = {code: person for code, (_seat_no, person) in lowest.items()}
        self._by_group: dict[str, list[str]] = defaultdict(list)
        self._leading: list[str] = []
        for code, post in self._posts.items():
            if post.role == "head":
                self._by_group[post.group_code].append(code)
                if post.group_kind == "leading":
                    self._leading.append(code)
        self._known: dict[str, int | None] = {}

    def of(self, post_code: str) -> int | None:
        """Return the person who answers for a post; for the pool the head of the coordinating group."""
        if post_code not in self._known:
            self._known[post_code] = self._find(post_code)
        return self._known[post_code]

    def _find(self, post_code: str) -> int | None:
        post = self._posts.get(post_code)
        if post is None:
            line = [*self._by_group.get("coordination", ()), *self._leading]
            return next((self._first[code] for code in line if code in self._first), None)
        seen = {post_code}
        code = post.reports_to_code
        while code and code not in seen:
            seen.add(code)
            if code in self._first:
                return self._first[code]
            above = self._posts.get(code)
            code = above.reports_to_code if above is not None else ""
        for other in (*self._by_group.get(post.group_code, ()), *self._leading):
            if other != post_code and other in self._first:
                return self._first[other]
        return None


def head_of(seat: Seat) -> int | None:
    """Return the person who heads the group of a seat now, else the leading group; None when nobody does."""
    heads = Seat.objects.filter(
        world=seat.world, zone=seat.zone_id, closed_at__isnull=True, post__role=PostRole.HEAD
    ).exclude(person=seat.person_id)
    code = seat.post.group.code if seat.post is not None else "coordination"
    own = Q(post__group__code=code)
    leading = Q(post__group__kind=GroupKind.LEADING)
    return (
        heads.filter(own | leading)
        .order_by(Case(When(own, then=Value(0)), default=Value(1)), "post__sort", "seat_no")
        .values_list("person_id", flat=True)
        .first()
    )


def duty_accounts(zone: Unit) -> list[Told]:
    """Return the accounts that hold the role of duty officer for a zone, each with its person if it has one."""
    users = [
        user
        for user, path in RoleGrant.objects.filter(role=Role.DUTY_OFFICER.value, user__is_active=True)
        .order_by("id")
        .values_list("user_id", "unit_path")
        if zone.path.startswith(path)
    ]
    persons = dict(Person.objects.filter(account__in=users).values_list("account_id", "id"))
    return [Told(persons.get(user, 0), user) for user in dict.fromkeys(users)]


def on_duty(zone: Unit) -> list[Told]:
    """Return whom the system calls about a zone: those on duty now and not away, else whoever holds the role."""
    now = roster.on_duty(zone)
    found = [Told(person.pk, person.account_id) for person in now.people if person.pk not in now.absent_ids]
    return found or duty_accounts(zone)
