"""Names of a file to persons: a name alone is not a person when there are two of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from pingzhan.domain.organisation.models import Person
from pingzhan.domain.territory.enums import UnitKind
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor, within
from pingzhan.foundation.access.roles import Permission
from pingzhan.foundation.imports.spec import CellError, Context, Row, Scope


def zones_for(actor: Actor, permission: Permission) -> Sequence[Scope]:
    """Return the zones the actor holds a permission for."""
    units = Unit.objects.filter(within("path", actor.paths(permission)), kind=UnitKind.ZONE).order_by("code")
    return [Scope(unit.code, unit.path, unit.name) for unit in units[:200]]


def named(ctx: Context) -> dict[str, list[Person]]:
    """Return the people in service of the scope by name; one query in a pass."""
    found: dict[str, list[Person]] | None = ctx.cache.get("named")
    if found is None:
        found = defaultdict(list)
        for person in (
            Person.objects.filter(home_unit__path__startswith=ctx.scope.path, active=True)
            .select_related("home_unit")
            .order_by("pk")
        ):
            found[person.name].append(person)
        ctx.cache["named"] = found
    return found


def person_of(row: Row, ctx: Context) -> Person | CellError:
    """Return who a row means: by name, and by title when several have that name."""
    name, title = str(row.values["name"]).replace(" ", ""), row.values["title"]
    people = named(ctx).get(name, [])
    if not people:
        return CellError("name", _("人员库里没有在职的“%(name)s”。") % {"name": name})
    if title:
        people = [one for one in people if one.title == title]
        if not people:
            return CellError(
                "title", _("没有职务是“%(title)s”的“%(name)s”。") % {"title": title, "name": name}
            )
    if len(people) > 1:
        titles = _("、").join(one.title or _("无职务") for one in people)
        return CellError(
            "name",
            _("有 %(n)d 名“%(name)s”（%(titles)s），请在“职务”一列写明是哪一位。")
            % {"n": len(people), "name": name, "titles": titles},
        )
    return people[0]


def kept(ctx: Context, key: str) -> list[Any]:
    """Return the list of what earlier rows of this pass would store, to compare later rows with."""
    found: list[Any] = ctx.cache.setdefault(key, [])
    return found
