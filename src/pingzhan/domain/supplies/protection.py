"""The photographs of entries and checks: who opens them and how long they are kept. The book names no person."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from pingzhan.domain.supplies import rules
from pingzhan.domain.supplies.actions.common import CHECK, ENTRY
from pingzhan.foundation.photos.owners import PhotoOwner, register_owner

PHOTO_DAYS = 365


def register() -> None:
    """Tell the photographs of them; called once when the application is ready."""
    for kind, label, may_read in (
        (ENTRY, _("物资出入库的照片"), rules.may_read_photos),
        (CHECK, _("物资盘点的照片"), rules.may_read_check_photos),
    ):
        register_owner(
            PhotoOwner(
                kind=kind,
                label=label,
                may_read=may_read,
                purpose=_("证明物资实物和账目相符，供核实和复盘。"),
                days=PHOTO_DAYS,
                least=30,
            )
        )
