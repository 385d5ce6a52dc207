"""Whom an order can go to in a zone, as a list to choose from and as names to be recognised in a typed line."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from pingzhan.domain.command.models import Seat
from pingzhan.domain.orders import settings
from pingzhan.domain.orders.phrases import Name, Understood, read_line
from pingzhan.domain.orders.targets import To, post_words
from pingzhan.domain.organisation.api import published_version, short_group
from pingzhan.domain.organisation.enums import ENTERPRISE_GROUP, PersonKind
from pingzhan.domain.organisation.models import Person, Post
from pingzhan.domain.territory.enums import UnitKind
from pingzhan.domain.territory.models import Enterprise, Unit
from pingzhan.foundation import clock
from pingzhan.kernel.folding import tidy


@dataclass(frozen=True)
class Choices:
    """What can be chosen, by kind: (heading, [(key, label)])."""

    groups: tuple[tuple[str, list[tuple[str, str]]], ...]

    @property
    def keys(self) -> set[str]:
        """Return all keys."""
        return {key for _heading, rows in self.groups for key, _label in rows}


def names_of(zone: Unit, world: int = 0) -> list[Name]:
    """Return groups, posts, enterprises and officials of a zone with the ways to write them. Four queries."""
    seated = list(
        Seat.objects.filter(world=world, zone=zone, closed_at__isnull=True, post__isnull=False)
        .exclude(post__group__code=ENTERPRISE_GROUP)
        .values_list("post_id", flat=True)
    )
    posts = Post.objects.filter(pk__in=seated) if seated else _published_posts(zone)
    found: dict[str, Name] = {}
    for post in posts.select_related("group", "unit", "version").order_by("group__sort", "sort"):
        group = post.group
        words = (short_group(group.name), group.name, short_group(group.name).removesuffix("组"))
        _add(found, To.group(group.code), short_group(group.name), words)
    for post in posts.select_related("group", "unit", "version").order_by("group__sort", "sort"):
        _add(found, To.post(post.code), post_words(post), (post.name, post_words(post)))
    shorts = dict(
        Enterprise.objects.filter(unit__path__startswith=zone.path).values_list("unit_id", "short_name")
    )
    for unit in Unit.objects.filter(path__startswith=zone.path, kind=UnitKind.ENTERPRISE).order_by("code"):
        _add(found, To.enterprise(unit.pk), unit.name, (unit.name, shorts.get(unit.pk, ""), *_cut(unit.name)))
    for person in Person.objects.filter(
        home_unit__path__startswith=zone.path, active=True, kind=PersonKind.OFFICIAL
    ).order_by("sort_key", "pk"):
        label = f"{person.name}\uff08{person.title}\uff09" if person.title else person.name
        _add(found, To.person(person.pk), label, (person.name,))
    return list(found.values())


def _published_posts(zone: Unit) -> QuerySet[Post]:
    version = published_version(zone.pk)
    return Post.objects.filter(version=version).exclude(group__code=ENTERPRISE_GROUP)


def _cut(name: str) -> tuple[str, ...]:
    """Return a firm's name without its legal form."""
    for ending in ("股份有限公司", "有限责任公司", "有限公司", "公司"):
        if name.endswith(ending) and len(name) > len(ending) + 1:
            return (name.removesuffix(ending),)
    return ()


def _add(found: dict[str, Name], to: To, label: str, words: tuple[str, ...]) -> None:
    if to.key not in found:
        kept = tuple(dict.fromkeys(tidy(word) for word in words if len(word) > 1))
        found[to.key] = Name(to.key, label, kept)


def choices_for(zone: Unit, world: int = 0) -> Choices:
    """Return what a form offers, by kind."""
    by_kind: dict[str, list[tuple[str, str]]] = {"group": [], "post": [], "enterprise": [], "person": []}
    for name in names_of(zone, world):
        by_kind[name.key.partition(":")[0]].append((name.key, name.label))
    headings = (
        ("group", _("工作组")),
        ("post", _("岗位")),
        ("enterprise", _("企业")),
        ("person", _("个人")),
    )
    return Choices(tuple((heading, by_kind[kind]) for kind, heading in headings if by_kind[kind]))


def understand(zone: Unit, line: str, world: int = 0) -> Understood:
    """Return how one typed line is understood in a zone at this moment."""
    return read_line(line, names_of(zone, world), localtime(clock.now()), settings.day_end())
