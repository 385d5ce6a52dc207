"""Editing by hand, equal to import: groups, posts, holders and clauses of a draft."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from pingzhan.domain.organisation.actions.common import (
    checked,
    drop_unused_provisional,
    lock_draft,
    next_seat,
    note,
    recompute,
)
from pingzhan.domain.organisation.enums import (
    GROUP_CODES,
    GroupKind,
    PostPosture,
    PostRole,
)
from pingzhan.domain.organisation.models import Clause, Group, Holding, Person, Post, StructureVersion
from pingzhan.domain.organisation.naming import post_name, short_group
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor
from pingzhan.kernel.errors import Conflict, Invalid


@dataclass(frozen=True)
class PostPlan:
    """What can be said of a post besides its place in a group; the defaults fit an ordinary member post."""

    name: str
    role: PostRole = PostRole.MEMBER
    posture: PostPosture = PostPosture.BOTH
    level_at_least: int = 4
    min_seats: int = 1
    max_seats: int = 1
    critical: bool = False
    reports_to_code: str = ""
    segregated_from: Sequence[str] = ()
    unit: Unit | None = None


def group_code(name: str, taken: set[str]) -> str:
    """Return the stable code of a group: the one duty templates know it by, else the next free 'g1', 'g2'."""
    for words, code in GROUP_CODES:
        if words in name and code not in taken:
            return code
    n = 1
    while f"g{n}" in taken:
        n += 1
    return f"g{n}"


def post_code(group: Group, role: PostRole, taken: set[str]) -> str:
    """Return a free post code 'group.role', with a number from the second of the kind on."""
    base = f"{group.code}.{role}"
    code, n = base, 2
    while code in taken:
        code, n = f"{base}{n}", n + 1
    return code


@transaction.atomic
def add_group(
    *, version: StructureVersion, name: str, by: Actor, kind: GroupKind = GroupKind.WORK, code: str = ""
) -> Group:
    """Add a group to a draft; without a code it gets the one duty templates know it by, if any."""
    draft = lock_draft(version, by)
    taken = set(draft.groups.values_list("code", flat=True))
    last = draft.groups.aggregate(top=Max("sort"))["top"]
    group = Group(
        version=draft,
        code=code.strip() or group_code(name, taken),
        name=name.strip(),
        kind=kind,
        sort=0 if last is None else last + 1,
    )
    checked(group, name)
    group.save()
    recompute(draft)
    note("add_group", draft, by, {"group": group.code})
    return group


@transaction.atomic
def rename_group(*, group: Group, name: str, by: Actor) -> Group:
    """Rename a group and the posts that carry its name; codes stay, so duty templates keep fitting."""
    draft = lock_draft(group.version, by)
    old, group.name = group.name, name.strip()
    checked(group, name)
    group.save(update_fields=["name"])
    for former in dict.fromkeys((old, short_group(old))):
        for post in group.posts.filter(name__startswith=former):
            post.name = post_name(group.name, post.name[len(former) :])
            post.save(update_fields=["name"])
    recompute(draft)
    note("rename_group", draft, by, {"group": group.code})
    return group


@transaction.atomic
def remove_group(*, group: Group, by: Actor) -> None:
    """Remove a group with its posts, holders and clauses."""
    draft = lock_draft(group.version, by)
    persons = set(
        Holding.objects.filter(post__group=group, person__isnull=False).values_list("person_id", flat=True)
    )
    code = group.code
    group.delete()
    drop_unused_provisional(persons)
    recompute(draft)
    note("remove_group", draft, by, {"group": code})


def _fill_post(post: Post, plan: PostPlan) -> None:
    post.name = plan.name.strip()
    post.role = plan.role
    post.posture = plan.posture
    post.level_at_least = plan.level_at_least
    post.min_seats = plan.min_seats
    post.max_seats = plan.max_seats
    post.critical = plan.critical
    post.reports_to_code = plan.reports_to_code.strip()
    post.segregated_from = [code.strip() for code in plan.segregated_from if code.strip()]
    if plan.unit is not None:
        post.unit = plan.unit


@transaction.atomic
def add_post(*, group: Group, plan: PostPlan, by: Actor, code: str = "") -> Post:
    """Add a post to a group of a draft. Raises Invalid for a code in use or seats that do not fit."""
    draft = lock_draft(group.version, by)
    taken = set(Post.objects.filter(version=draft).values_list("code", flat=True))
    last = Post.objects.filter(version=draft).aggregate(top=Max("sort"))["top"]
    post = Post(
        version=draft,
        group=group,
        code=code.strip() or post_code(group, plan.role, taken),
        unit=draft.zone,
        sort=0 if last is None else last + 1,
    )
    _fill_post(post, plan)
    _check_unit(draft, post.unit)
    checked(post, plan.name)
    post.save()
    recompute(draft)
    note("add_post", draft, by, {"post": post.code})
    return post


def _check_unit(draft: StructureVersion, unit: Unit) -> None:
    if not unit.path.startswith(draft.zone.path):
        raise Invalid(_("岗位所属单位不在这个开发区里。"), place=unit.code)


@transaction.atomic
def change_post(*, post: Post, plan: PostPlan, by: Actor) -> Post:
    """Change everything of a post but its code and group."""
    draft = lock_draft(post.version, by)
    _fill_post(post, plan)
    _check_unit(draft, post.unit)
    checked(post, plan.name)
    post.save()
    recompute(draft)
    note("change_post", draft, by, {"post": post.code})
    return post


@transaction.atomic
def remove_post(*, post: Post, by: Actor) -> None:
    """Remove a post with its holders; posts that report to it are left dangling and found as such."""
    draft = lock_draft(post.version, by)
    persons = set(post.holdings.exclude(person=None).values_list("person_id", flat=True))
    code = post.code
    post.delete()
    drop_unused_provisional(persons)
    recompute(draft)
    note("remove_post", draft, by, {"post": code})


@transaction.atomic
def add_holding(
    *,
    post: Post,
    by: Actor,
    person: Person | None = None,
    person_query: str = "",
    seat_no: int | None = None,
    rank: int | None = None,
) -> Holding:
    """Put a person, or a rule, on a post.

    Without ``seat_no`` a new seat is opened; with it and no ``rank`` the person becomes the next substitute
    of that seat. Raises Conflict when no seat is free or the person is on the post already.
    """
    draft = lock_draft(post.version, by)
    if (person is None) == (person_query == ""):
        raise Invalid(_("请选择一名人员，或选择一条人员规则。"), place=post.code)
    if person is not None and not person.home_unit.path.startswith(draft.zone.path):
        raise Invalid(_("%(name)s不属于这个开发区。") % {"name": person.name}, place=post.code)
    if person is not None and not person.active and not person.provisional:
        raise Conflict(_("%(name)s已不在职。") % {"name": person.name}, place=post.code)
    if seat_no is None:
        seat_no, rank = next_seat(post), 0
        if seat_no > post.max_seats:
            raise Conflict(
                _("“%(post)s”只设 %(most)d 个席位，已经排满。") % {"post": post.name, "most": post.max_seats},
                hint=_("请先增加席位，或把此人排为替补。"),
                place=post.code,
            )
    elif rank is None:
        top = post.holdings.filter(seat_no=seat_no).aggregate(top=Max("rank"))["top"]
        rank = 0 if top is None else top + 1
    holding = Holding(
        post=post,
        seat_no=seat_no,
        rank=rank or 0,
        person=person,
        person_query=person_query,
        title=person.title if person else "",
    )
    checked(holding, post.code)
    holding.save()
    recompute(draft)
    note("add_holding", draft, by, {"post": post.code, "person": person.pk if person else None})
    return holding


@transaction.atomic
def replace_holder(*, holding: Holding, person: Person, by: Actor) -> Holding:
    """Put another person in the place of a holder or substitute."""
    draft = lock_draft(holding.post.version, by)
    former = {holding.person_id} if holding.person_id else set()
    holding.person, holding.person_query, holding.title = person, "", person.title
    checked(holding, holding.post.code)
    holding.save(update_fields=["person", "person_query", "title"])
    drop_unused_provisional(former)
    recompute(draft)
    note("replace_holder", draft, by, {"post": holding.post.code, "person": person.pk})
    return holding


@transaction.atomic
def remove_holding(*, holding: Holding, by: Actor) -> None:
    """Take a person or a rule off a post; substitutes behind move up one rank."""
    draft = lock_draft(holding.post.version, by)
    former = {holding.person_id} if holding.person_id else set()
    post, seat_no, rank = holding.post, holding.seat_no, holding.rank
    holding.delete()
    for behind in post.holdings.filter(seat_no=seat_no, rank__gt=rank).order_by("rank"):
        Holding.objects.filter(pk=behind.pk).update(rank=behind.rank - 1)
    drop_unused_provisional(former)
    recompute(draft)
    note("remove_holding", draft, by, {"post": post.code})


@transaction.atomic
def add_clause(*, group: Group, text: str, by: Actor) -> Clause:
    """Add a duty clause at the end of a group's list."""
    draft = lock_draft(group.version, by)
    last = group.clauses.aggregate(top=Max("n"))["top"] or 0
    clause = Clause(version=draft, group=group, n=last + 1, text=text.strip())
    checked(clause, group.name)
    clause.save()
    note("add_clause", draft, by, {"group": group.code, "clause": clause.n})
    return clause


@transaction.atomic
def change_clause(*, clause: Clause, text: str, by: Actor) -> Clause:
    """Reword a clause; its place in the source text stays, as what it was made from."""
    draft = lock_draft(clause.version, by)
    clause.text = text.strip()
    checked(clause, clause.group.name)
    clause.save(update_fields=["text"])
    note("change_clause", draft, by, {"group": clause.group.code, "clause": clause.n})
    return clause


@transaction.atomic
def remove_clause(*, clause: Clause, by: Actor) -> None:
    """Remove a clause; the numbers of the others stay."""
    draft = lock_draft(clause.version, by)
    code, n = clause.group.code, clause.n
    clause.delete()
    note("remove_clause", draft, by, {"group": code, "clause": n})
