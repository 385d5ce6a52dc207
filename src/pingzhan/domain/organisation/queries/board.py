"""A version as people read it: groups, posts, holders and clauses; the findings of a draft; the list."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from pingzhan.domain.organisation import wording
from pingzhan.domain.organisation.enums import (
    ENTERPRISE_GROUP,
    QUERY_ENTERPRISE,
    QUERY_PROJECT,
    FindingKind,
    FindingState,
    GroupKind,
    PersonKind,
    Severity,
)
from pingzhan.domain.organisation.models import (
    Clause,
    Finding,
    Group,
    Holding,
    Person,
    Post,
    ReadEntry,
    StructureVersion,
)
from pingzhan.domain.organisation.naming import short_group
from pingzhan.domain.territory.models import Unit


@dataclass
class PostView:
    """A post with its holders: per seat the holder first, then the substitutes in order."""

    post: Post
    holdings: list[Holding] = field(default_factory=list)

    @property
    def holders(self) -> list[Holding]:
        """Return those of rank 0, by seat."""
        return [holding for holding in self.holdings if holding.rank == 0]

    @property
    def substitutes(self) -> list[Holding]:
        """Return those of rank 1 and more, by seat and rank."""
        return [holding for holding in self.holdings if holding.rank > 0]

    @property
    def seats(self) -> list[int]:
        """Return the numbers of the seats in use."""
        return sorted({holding.seat_no for holding in self.holdings})


@dataclass
class GroupView:
    """A group with its posts and clauses."""

    group: Group
    posts: list[PostView] = field(default_factory=list)
    clauses: list[Clause] = field(default_factory=list)


@dataclass
class FindingView:
    """A finding with its sentence in the reader's language and the entries it is about."""

    finding: Finding
    sentence: str
    entries: list[ReadEntry] = field(default_factory=list)
    candidates: list[Person] = field(default_factory=list)


def query_label(query: str) -> str:
    """Return a person rule in words; an unresolved class has none."""
    labels = {
        QUERY_ENTERPRISE: _("各企业的包企责任人（转换时按登记确定）"),
        QUERY_PROJECT: _("各项目的包项目责任人（转换时按登记确定）"),
    }
    return labels.get(query, "")


def holder_label(holding: Holding) -> str:
    """Return who a holding names: the person, the rule in words, or that nobody is named yet."""
    if holding.person is not None:
        return holding.person.name
    return query_label(holding.person_query) or _("待明确")


def board(version: StructureVersion) -> list[GroupView]:
    """Return the whole version for display. Four queries whatever its size."""
    views = {group.pk: GroupView(group) for group in Group.objects.filter(version=version)}
    posts: dict[int, PostView] = {}
    for post in Post.objects.filter(version=version).select_related("unit").order_by("sort", "id"):
        post.group = views[post.group_id].group
        post.version = version
        posts[post.pk] = PostView(post)
        views[post.group_id].posts.append(posts[post.pk])
    for holding in (
        Holding.objects.filter(post__version=version)
        .select_related("person")
        .order_by("post_id", "seat_no", "rank")
    ):
        posts[holding.post_id].holdings.append(holding)
    for clause in Clause.objects.filter(version=version):
        views[clause.group_id].clauses.append(clause)
    return list(views.values())


def tree_data(version: StructureVersion, *, groups: list[GroupView] | None = None) -> dict[str, Any]:
    """Return the org chart as nested ``{"name", "children"}``: leading group, work groups, posts, holders.

    The posts of enterprises are summed up in one node, as hundreds of leaves say nothing in a picture.
    """
    views = board(version) if groups is None else groups
    view_of = {view.group.pk: view for view in views}

    def post_node(view: PostView) -> dict[str, Any]:
        name = view.post.name.removeprefix(short_group(view_of[view.post.group_id].group.name))
        return {
            "name": name or view.post.name,
            "children": [{"name": holder_label(holding)} for holding in view.holders],
        }

    def group_node(view: GroupView) -> dict[str, Any]:
        if view.group.code == ENTERPRISE_GROUP:
            text = _("%(count)d 个企业岗位") % {"count": len(view.posts)}
            return {"name": view.group.name, "children": [{"name": text}]}
        return {"name": view.group.name, "children": [post_node(post) for post in view.posts]}

    leading = next((view for view in views if view.group.kind == GroupKind.LEADING), None)
    work = [group_node(view) for view in views if view is not leading]
    if leading is None:
        return {"name": version.title, "children": work}
    return {
        "name": short_group(leading.group.name),
        "children": [post_node(post) for post in leading.posts] + work,
    }


def _count(rows: QuerySet[Any]) -> Coalesce:
    """Return the number of rows of the version in hand, as a sub-query."""
    counted = (
        rows.filter(version=OuterRef("pk")).order_by().values("version").annotate(n=Count("pk")).values("n")
    )
    return Coalesce(Subquery(counted), 0)


def versions_of(zone: Unit, visible: QuerySet[StructureVersion]) -> QuerySet[StructureVersion]:
    """Return the visible versions of a zone, newest first, with counts of posts and open findings.

    The counts are sub-queries: joined together, posts times findings would be counted.
    """
    waiting = Finding.objects.filter(state=FindingState.OPEN)
    return (
        visible.filter(zone=zone)
        .select_related("created_by", "published_by", "zone")
        .annotate(
            post_count=_count(Post.objects.all()),
            open_count=_count(waiting),
            critical_count=_count(waiting.filter(severity=Severity.CRITICAL)),
        )
        .order_by("-n")
    )


def finding_views(version: StructureVersion) -> list[FindingView]:
    """Return the findings of a version, open ones first and the gravest first among them. Three queries."""
    order = {Severity.CRITICAL: 0, Severity.MAJOR: 1, Severity.INFO: 2}
    states = {FindingState.OPEN: 0, FindingState.WAIVED: 1, FindingState.ANSWERED: 2, FindingState.GONE: 3}
    entries = {
        entry.n: entry for entry in ReadEntry.objects.filter(version=version).select_related("holding__post")
    }
    findings = sorted(
        Finding.objects.filter(version=version),
        key=lambda f: (states[FindingState(f.state)], order[Severity(f.severity)], f.pk),
    )
    wanted = {pk for finding in findings for pk in finding.subject.get("candidates", [])}
    persons = Person.objects.in_bulk(wanted) if wanted else {}
    return [
        FindingView(
            finding,
            wording.sentence(finding.kind, finding.subject),
            [entries[n] for n in finding.subject.get("entries", []) if n in entries],
            [persons[pk] for pk in finding.subject.get("candidates", []) if pk in persons],
        )
        for finding in findings
    ]


def finding_counts(version: StructureVersion) -> dict[str, int]:
    """Return how many findings of each kind the document gave, answered or not (command.md section 3)."""
    counts: dict[str, int] = defaultdict(int)
    for kind in version.findings.filter(source="document").values_list("kind", flat=True):
        counts[FindingKind(kind).value] += 1
    return dict(counts)


def assignable_persons(version: StructureVersion) -> QuerySet[Person]:
    """Return who may be put on a post of a draft: persons in service, and those the draft itself named."""
    return (
        Person.objects.filter(home_unit__path__startswith=version.zone.path)
        .filter(Q(active=True) | Q(provisional=True, holdings__post__version=version))
        .exclude(kind=PersonKind.OTHER)
        .distinct()
        .order_by("sort_key", "name", "id")
    )
