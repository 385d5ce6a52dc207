"""Who may write, check, issue and cancel papers."""

from __future__ import annotations

from django.utils.translation import gettext as _

from pingzhan.foundation.access.actor import Actor, require
from pingzhan.foundation.access.roles import Permission
from pingzhan.foundation.documents.models import Paper
from pingzhan.foundation.options import registry as options
from pingzhan.kernel.errors import Refused

TWO_PERSONS = "documents.two_persons"
"""Setting: whoever wrote a paper does not issue it."""


def can_write(actor: Actor, unit_path: str) -> bool:
    """Return whether the actor drafts papers of this unit."""
    return actor.has(Permission.WRITE_DOCUMENTS, unit_path)


def can_issue(actor: Actor, paper: Paper) -> bool:
    """Return whether the actor may sign this paper: the right, and a person other than its author."""
    return actor.has(Permission.ISSUE_DOCUMENTS, paper.unit_path) and not _own(actor, paper)


def require_issuer(actor: Actor, paper: Paper) -> None:
    """Raise Refused unless the actor may sign this paper."""
    require(actor, Permission.ISSUE_DOCUMENTS, paper.unit_path)
    if _own(actor, paper):
        raise Refused(
            _("拟稿人不能签发自己拟的公文。"),
            hint=_("请由另一名有签发权限的人签发；系统管理员可在系统设置里更改这条规定。"),
            code="own_paper",
        )


def _own(actor: Actor, paper: Paper) -> bool:
    return actor.kind == "user" and paper.author_id == actor.user_id and bool(options.value(TWO_PERSONS))
