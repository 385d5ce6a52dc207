"""Posts of every enterprise (annex 2 items 1 and 9, 帮包责任制)."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction
from django.db.models import Max
from django.utils import translation
from django.utils.translation import gettext as _

from pingzhan.domain.organisation.actions.common import lock_draft, note, recompute
from pingzhan.domain.organisation.enums import (
    ENTERPRISE_GROUP,
    QUERY_ENTERPRISE,
    GroupKind,
    PostPosture,
    PostRole,
)
from pingzhan.domain.organisation.models import Group, Holding, Person, Post, StructureVersion
from pingzhan.domain.territory.enums import UnitKind
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor
from pingzhan.kernel.errors import Conflict

#: Role, posture and short code of each post of an enterprise; the responsible official heads the others.
ENTERPRISE_POSTS: tuple[tuple[PostRole, PostPosture, str], ...] = (
    (PostRole.FIRM_OFFICER, PostPosture.BOTH, "officer"),
    (PostRole.FIRM_LEAD, PostPosture.BOTH, "lead"),
    (PostRole.FIRM_CONTACT, PostPosture.BOTH, "contact"),
    (PostRole.FIRM_TEAM, PostPosture.EMERGENCY, "team"),
)


@transaction.atomic
def add_enterprise_posts(*, version: StructureVersion, by: Actor) -> int:
    """Add to a draft, for each enterprise of the zone that lacks them, the posts that the guide requires.

    疫情防控负责人 (item 1), 专职联系人 and 应急队长 (item 9), and 包企责任人, who is whoever answers for the
    enterprise at the moment of the switch. Returns how many posts were added; Conflict when there is none.
    """
    draft = lock_draft(version, by)
    top = draft.groups.aggregate(top=Max("sort"))["top"]
    group, _created = Group.objects.get_or_create(
        version=draft,
        code=ENTERPRISE_GROUP,
        defaults={"name": "企业疫情防控", "kind": GroupKind.WORK, "sort": 0 if top is None else top + 1},
    )
    taken = set(Post.objects.filter(version=draft).values_list("code", flat=True))
    sort = (Post.objects.filter(version=draft).aggregate(top=Max("sort"))["top"] or 0) + 1
    with translation.override("zh-hans"):
        labels = {role: str(role.label) for role, _posture, _short in ENTERPRISE_POSTS}
    posts: list[Post] = []
    for unit in Unit.objects.filter(path__startswith=draft.zone.path, kind=UnitKind.ENTERPRISE).order_by(
        "code"
    ):
        for role, posture, short in ENTERPRISE_POSTS:
            code = f"{ENTERPRISE_GROUP}.{unit.code}.{short}"
            if code in taken:
                continue
            officer = role == PostRole.FIRM_OFFICER
            posts.append(
                Post(
                    version=draft,
                    group=group,
                    code=code,
                    name=f"{unit.name}{labels[role]}",
                    role=role,
                    unit=unit,
                    posture=posture,
                    reports_to_code="" if officer else f"{ENTERPRISE_GROUP}.{unit.code}.officer",
                    sort=sort + len(posts),
                )
            )
    if not posts:
        raise Conflict(_("所有企业的岗位都已建立，或者还没有登记企业。"))
    Post.objects.bulk_create(posts)
    Holding.objects.bulk_create(
        Holding(post=post, seat_no=1, rank=0, person_query=QUERY_ENTERPRISE)
        for post in posts
        if post.role == PostRole.FIRM_OFFICER
    )
    recompute(draft)
    note("add_enterprise_posts", draft, by, {"posts": len(posts)})
    return len(posts)


@transaction.atomic
def fill_posts(*, version: StructureVersion, holders: Mapping[str, Person], by: Actor) -> int:
    """Name one holder for each of many posts of a draft at once, by post code; return how many were named.

    Raises Conflict, naming the first post that is unknown or has a holder already; then nothing is named.
    """
    draft = lock_draft(version, by)
    posts = {post.code: post for post in Post.objects.filter(version=draft, code__in=holders)}
    held = set(
        Holding.objects.filter(post__version=draft, post__code__in=holders).values_list(
            "post__code", flat=True
        )
    )
    for code in holders:
        if code not in posts or code in held:
            raise Conflict(_("岗位不存在。") if code not in posts else _("这个岗位已经有人。"), place=code)
    Holding.objects.bulk_create(
        Holding(post=posts[code], seat_no=1, rank=0, person=person, title=person.title)
        for code, person in holders.items()
    )
    recompute(draft)
    note("fill_posts", draft, by, {"posts": len(holders)})
    return len(holders)
