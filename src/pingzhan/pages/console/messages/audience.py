"""To whom a letter goes: officials, holders of posts, contacts of enterprises."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.utils.translation import gettext as _

from pingzhan.domain.organisation import api as organisation
from pingzhan.domain.organisation.enums import PersonKind
from pingzhan.domain.organisation.models import Person
from pingzhan.domain.territory.enums import UnitKind
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.messages.letters import Recipient

OFFICIALS = "officials"
FIRMS = "firms"


@dataclass(frozen=True)
class Choices:
    """What may be chosen in a zone: groups and posts of the structure in force, enterprises."""

    groups: list[tuple[str, str]]
    posts: list[tuple[str, str]]
    firms: list[tuple[str, str]]


def choices(zone: Unit) -> Choices:
    """Return what the form offers for a zone (three queries)."""
    version = organisation.published_version(zone.pk)
    rows = organisation.post_rows(version.pk) if version is not None else []
    groups = dict.fromkeys((row.group_code, row.group_name) for row in rows)
    return Choices(
        list(groups),
        [(row.code, f"{organisation.short_group(row.group_name)} · {row.name}") for row in rows],
        [
            (str(pk), name)
            for pk, name in Unit.objects.filter(path__startswith=zone.path, kind=UnitKind.ENTERPRISE)
            .order_by("code")
            .values_list("pk", "name")
        ],
    )


def recipients(
    zone: Unit,
    *,
    whole: Collection[str],
    groups: Collection[str],
    posts: Collection[str],
    firms: Collection[str],
) -> list[Recipient]:
    """Return everybody chosen, each once, by id. Holders of a post: whoever is ranked first for each seat."""
    ids: set[int] = set()
    if OFFICIALS in whole:
        ids.update(organisation.official_ids(zone.path))
    version = organisation.published_version(zone.pk)
    if version is not None and (groups or posts):
        wanted = {
            row.code
            for row in organisation.post_rows(version.pk)
            if row.group_code in groups or row.code in posts
        }
        ids.update(
            row.person_id
            for row in organisation.holding_rows(version.pk)
            if row.post_code in wanted and row.rank == 0
        )
    people = Person.objects.filter(active=True, home_unit__path__startswith=zone.path)
    if FIRMS in whole:
        ids.update(people.filter(kind=PersonKind.COMPANY).values_list("pk", flat=True))
    elif firms:
        paths = Unit.objects.filter(pk__in=firms, kind=UnitKind.ENTERPRISE).values("path")
        ids.update(
            people.filter(kind=PersonKind.COMPANY, home_unit__path__in=paths).values_list("pk", flat=True)
        )
    found = people.filter(pk__in=ids).order_by("pk").values_list("pk", "account_id")
    return [Recipient(pk, account) for pk, account in found]


def words(
    chosen: Choices,
    *,
    whole: Collection[str],
    groups: Collection[str],
    posts: Collection[str],
    firms: Collection[str],
) -> str:
    """Return in words who was chosen, short enough for a table."""
    named = []
    if OFFICIALS in whole:
        named.append(_("全体机关干部"))
    if FIRMS in whole:
        named.append(_("全部企业联系人"))
    named += [name for code, name in chosen.groups if code in groups]
    named += [name for code, name in chosen.posts if code in posts]
    named += [name for pk, name in chosen.firms if pk in firms] if FIRMS not in whole else []
    shown = "、".join(named[:4])
    return shown if len(named) <= 4 else _("%(names)s等 %(n)d 类") % {"names": shown, "n": len(named)}
