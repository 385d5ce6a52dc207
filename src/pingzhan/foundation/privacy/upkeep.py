"""Is the key ring there, and does it belong to this database?"""

from __future__ import annotations

from django.db import DatabaseError, transaction
from django.utils.translation import gettext as _

from pingzhan.foundation.privacy import keyring
from pingzhan.foundation.privacy.errors import KeyMissing
from pingzhan.foundation.privacy.models import LookupKey, Subject


def missing_keys() -> list[str]:
    """Return the ids of keys that the database names and the ring lacks; empty when all is well.

    Raises KeyMissing without a readable ring.
    """
    named_masters, named_lookup = _named()
    ring = keyring.load()
    missing = [key_id for key_id in named_masters if key_id not in ring.masters]
    return missing + ([named_lookup] if named_lookup and named_lookup not in ring.lookups else [])


def ensure_ring() -> bool:
    """Make the ring of a new site and return True; False when it has one.

    Raises KeyMissing when data is already sealed with keys that are not here: a fresh ring would hide the
    loss. Works before the tables exist.
    """
    if not keyring.exists():
        try:
            with transaction.atomic():
                named = any(_named())
        except DatabaseError:
            named = False
        if named:
            raise KeyMissing(
                _("数据库里有加密的个人信息，但没有找到打开它们的密钥环。"),
                hint=_("请把密钥环放回 PINGZHAN_KEY_DIR 指向的文件夹，或从密钥备份中恢复。"),
                place=str(keyring.folder()),
            )
        return keyring.create()
    return False


def _named() -> tuple[list[str], str]:
    masters = Subject.objects.filter(wrapped__isnull=False).order_by().values_list("master", flat=True)
    lookup = LookupKey.objects.values_list("key", flat=True).first()
    return sorted(masters.distinct()), lookup or ""
