"""Finding the version a request is about, as far as its actor may see it."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.translation import gettext as _

from pingzhan.domain.organisation import api
from pingzhan.domain.organisation.enums import VersionStatus
from pingzhan.domain.organisation.models import StructureVersion
from pingzhan.domain.territory import api as territory
from pingzhan.domain.territory.enums import UnitKind
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor, request_actor, require
from pingzhan.foundation.access.roles import Permission
from pingzhan.kernel.errors import Conflict, NotFound


def zone_of_request(request: HttpRequest) -> Unit:
    """Return the zone named by ``?zone=CODE``, else the first the actor may see.

    Raises NotFound when there is none.
    """
    seen = territory.visible_to(request_actor(request)).filter(kind=UnitKind.ZONE).order_by("code")
    code = request.GET.get("zone") or request.POST.get("zone")
    zone = seen.filter(code=code).first() if code else seen.first()
    if zone is None:
        raise NotFound(
            _("没有可以查看的开发区。"), hint=_("请先由系统管理员建立开发区，或核对您的授权范围。")
        )
    return zone


def visible_version(actor: Actor, pk: int) -> StructureVersion:
    """Return a version the actor may see. NotFound otherwise, so that drafts stay unknown to others."""
    version = (
        api.visible_to(actor)
        .select_related("zone", "base", "created_by", "published_by")
        .filter(pk=pk)
        .first()
    )
    if version is None:
        raise NotFound(_("没有这一版组织架构，或您无权查看。"))
    return version


def editable_draft(actor: Actor, pk: int) -> StructureVersion:
    """Return a draft the actor may edit. Refused without the right, Conflict when it is published."""
    version = visible_version(actor, pk)
    require(actor, Permission.EDIT_STRUCTURE, version.zone.path)
    if version.status != VersionStatus.DRAFT:
        raise Conflict(
            _("%(version)s已经发布，不能再改。") % {"version": version},
            hint=_("请在它的基础上新建下一版。"),
            code="published",
        )
    return version
