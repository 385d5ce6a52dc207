"""Changes of the tree of places. Each is one transaction and leaves one audit record."""

from __future__ import annotations

from django.db import connection, transaction
from django.db.models import F, TextField, Value
from django.db.models.functions import Concat, Substr
from django.utils.translation import gettext as _

from pingzhan.domain.territory.actions.common import checked
from pingzhan.domain.territory.enums import MAY_CONTAIN, UnitKind
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor, require
from pingzhan.foundation.access.roles import Permission
from pingzhan.foundation.audit import record
from pingzhan.kernel.errors import Conflict, Invalid

#: Serialises every change of the tree, so that two moves cannot make a ring.
_TREE_LOCK = 0x70_7A_01


def lock_tree() -> None:
    """Hold the tree until commit, so that paths and codes stay as read."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_TREE_LOCK])


def _next_id() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('territory_unit', 'id'))")
        return int(cursor.fetchone()[0])


def _check_nesting(kind: UnitKind, parent: Unit | None) -> None:
    if parent is None:
        if kind != UnitKind.ZONE:
            raise Invalid(_("只有开发区可以没有上级。"), hint=_("请选择上级单位。"))
    elif kind not in MAY_CONTAIN[UnitKind(parent.kind)]:
        raise Invalid(
            _("%(parent)s之下不能设%(kind)s。") % {"parent": UnitKind(parent.kind).label, "kind": kind.label},
            place=parent.code,
        )


def place_unit(*, kind: UnitKind, code: str, name: str, parent: Unit | None, headcount: int = 0) -> Unit:
    """Put a unit into the tree for an action that has checked the right and keeps the record itself."""
    _check_nesting(kind, parent)
    lock_tree()
    if parent is not None:
        parent.refresh_from_db(fields=["path"])
    new = _next_id()
    unit = Unit(id=new, kind=kind, code=code.strip(), name=name.strip(), parent=parent, headcount=headcount)
    unit.path = f"{parent.path if parent else '/'}{new}/"
    checked(unit, unit.code).save(force_insert=True)
    return unit


@transaction.atomic
def create_unit(
    *, kind: UnitKind, code: str, name: str, parent: Unit | None, by: Actor, headcount: int = 0
) -> Unit:
    """Create a unit below ``parent`` (None only for a zone) and return it with its path.

    Raises Refused without the right to edit there, Invalid for a code in use or a kind that does not fit.
    """
    require(by, Permission.EDIT_TERRITORY, parent.path if parent else "/")
    unit = place_unit(kind=kind, code=code, name=name, parent=parent, headcount=headcount)
    record(
        "territory.create_unit", by=by, subject=("unit", unit.pk), unit_path=unit.path, body={"kind": kind}
    )
    return unit


@transaction.atomic
def rename_unit(*, unit: Unit, name: str, by: Actor, headcount: int | None = None) -> Unit:
    """Change the name, and the number of workers when given; code and place stay."""
    require(by, Permission.EDIT_TERRITORY, unit.path)
    unit.name = name.strip()
    if headcount is not None:
        unit.headcount = headcount
    checked(unit, unit.code).save(update_fields=["name", "headcount"])
    record("territory.rename_unit", by=by, subject=("unit", unit.pk), unit_path=unit.path)
    return unit


@transaction.atomic
def move_unit(*, unit: Unit, parent: Unit, by: Actor) -> Unit:
    """Move a unit with all below it under another parent of the same zone.

    Raises Conflict when the target lies inside the moved subtree, Invalid when the kinds do not fit or the
    target lies in another zone.
    """
    require(by, Permission.EDIT_TERRITORY, unit.path)
    require(by, Permission.EDIT_TERRITORY, parent.path)
    lock_tree()
    unit.refresh_from_db()
    parent.refresh_from_db()
    _check_nesting(UnitKind(unit.kind), parent)
    if parent.path.startswith(unit.path):
        raise Conflict(_("不能把单位移到它自己的下级之下。"), place=unit.code)
    if parent.path.split("/")[1] != unit.path.split("/")[1]:
        raise Invalid(_("不能把单位移到另一个开发区。"), place=unit.code)
    old, new = unit.path, f"{parent.path}{unit.pk}/"
    moved = Unit.objects.filter(path__startswith=old).update(
        path=Concat(Value(new), Substr(F("path"), len(old) + 1), output_field=TextField())
    )
    Unit.objects.filter(pk=unit.pk).update(parent=parent)
    unit.refresh_from_db()
    record(
        "territory.move_unit", by=by, subject=("unit", unit.pk), unit_path=unit.path, body={"moved": moved}
    )
    return unit
