"""Into which enterprises somebody may import: for every import that goes to one enterprise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from pingzhan.domain.territory.enums import EnterpriseStatus, SiteKind, UnitKind
from pingzhan.domain.territory.models import Site, Unit
from pingzhan.foundation.access.actor import Actor, within
from pingzhan.foundation.access.roles import Permission
from pingzhan.foundation.imports.spec import Context, Scope

MOST = 700
"""Enterprises offered at most."""


@dataclass(frozen=True, slots=True)
class FirmScopes:
    """The open enterprises for which somebody holds a permission, with ``having`` only those that use such a site."""

    permission: Permission
    having: SiteKind | None = None

    def _firms(self, actor: Actor) -> QuerySet[Unit]:
        held = within("path", actor.paths(self.permission))
        found = Unit.objects.filter(held, kind=UnitKind.ENTERPRISE)
        if self.having is not None:
            sites = Site.objects.filter(kind=self.having, active=True)
            found = found.filter(pk__in=sites.values("enterprise"))
        return found.exclude(enterprise__status=EnterpriseStatus.CLOSED)

    def may_fill(self, actor: Actor, path: str) -> bool:
        """Return whether the actor may import into the enterprise with this path."""
        return actor.has(self.permission, path) and self._firms(actor).filter(path=path).exists()

    def scopes(self, actor: Actor) -> Sequence[Scope]:
        """Return the enterprises into which the actor may import, by path, the first few hundred."""
        return [Scope(unit.code, unit.path, unit.name) for unit in self._firms(actor).order_by("path")[:MOST]]


LEDGER_FIRMS = FirmScopes(Permission.KEEP_LEDGERS)
"""Where somebody keeps the ledgers of the day."""


def enterprise_of(ctx: Context) -> Unit:
    """Return the enterprise an import goes to; read once."""
    unit: Unit | None = ctx.cache.get("enterprise")
    if unit is None:
        unit = ctx.cache["enterprise"] = Unit.objects.get(path=ctx.scope.path)
    return unit
