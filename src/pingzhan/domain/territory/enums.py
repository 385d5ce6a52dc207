"""Choices of the territory module."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class UnitKind(models.TextChoices):
    """What a place is; the order of the list is the order of nesting."""

    ZONE = "zone", _("开发区")
    AREA = "area", _("片区")
    ENTERPRISE = "enterprise", _("企业")
    SITE = "site", _("场所")


#: Which kinds may lie directly under which; a zone is always a root.
MAY_CONTAIN: dict[UnitKind, frozenset[UnitKind]] = {
    UnitKind.ZONE: frozenset({UnitKind.AREA, UnitKind.ENTERPRISE, UnitKind.SITE}),
    UnitKind.AREA: frozenset({UnitKind.AREA, UnitKind.ENTERPRISE, UnitKind.SITE}),
    UnitKind.ENTERPRISE: frozenset({UnitKind.SITE}),
    UnitKind.SITE: frozenset(),
}
