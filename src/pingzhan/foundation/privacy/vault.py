"""Sealing and opening: AES-256-GCM with one key per person, wrapped by the master key of the key ring.

A sealed value is one version byte, a random nonce of 12 bytes, and the ciphertext with its tag of 16 bytes
(NIST SP 800-38D). Person and field are bound in as associated data, so a value copied to another person or
field does not open. Names, identity numbers, phones and addresses are stored in this form only.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import connection, transaction
from django.utils.translation import gettext as _

from pingzhan.foundation.privacy import keyring, locks
from pingzhan.foundation.privacy.errors import KeyMissing, Unreadable
from pingzhan.foundation.privacy.keyring import KEY_BYTES, NONCE_BYTES
from pingzhan.foundation.privacy.models import Subject
from pingzhan.kernel.errors import Conflict

_VERSION = b"\x01"
_TAG_BYTES = 16
OVERHEAD = len(_VERSION) + NONCE_BYTES + _TAG_BYTES
"""Bytes a sealed value is longer than its text in UTF-8."""


class Vault:
    """The opened keys of some people, for as long as one piece of work needs them.

    ``ids`` are the subjects asked for, in the order given. Make one per request or batch, never keep it.
    """

    def __init__(self, ids: Sequence[int], keys: dict[int, AESGCM | None]) -> None:
        self.ids = ids
        self._keys = keys

    @classmethod
    def load(cls, ids: Iterable[int]) -> Vault:
        """Return the vault of these subjects (one query). Raises KeyMissing when the ring lacks a key.

        An id that does not exist raises LookupError when it is used, not here.
        """
        wanted = list(dict.fromkeys(ids))
        try:
            return cls(wanted, _unwrapped(wanted))
        except KeyMissing:
            # A rotation may have replaced wrapping and ring between our two reads; the second try is final.
            return cls(wanted, _unwrapped(wanted))

    def seal(self, subject_id: int, field: str, text: str) -> bytes:
        """Return the text sealed for this person and field. Raises Conflict when his key is destroyed."""
        key = self._key(subject_id)
        if key is None:
            raise Conflict(
                _("该人的个人信息已经销毁，不能再登记。"), hint=_("确需登记时，请作为新的人员登记。")
            )
        nonce = os.urandom(NONCE_BYTES)
        return _VERSION + nonce + key.encrypt(nonce, text.encode(), _bound(subject_id, field))

    def open(self, subject_id: int, field: str, sealed: bytes | memoryview | None) -> str | None:
        """Return the text, or None when there is none or the person's key is destroyed.

        Raises Unreadable when the value was altered or sealed for another person or field.
        """
        if sealed is None:
            return None
        key = self._key(subject_id)
        if key is None:
            return None
        value = bytes(sealed)
        try:
            if value[:1] != _VERSION or len(value) < OVERHEAD:
                raise InvalidTag
            nonce, content = value[1 : 1 + NONCE_BYTES], value[1 + NONCE_BYTES :]
            return key.decrypt(nonce, content, _bound(subject_id, field)).decode()
        except InvalidTag:
            raise Unreadable(
                _("这项加密的个人信息打不开：内容被改动过，或不属于这个人。"),
                hint=_("请告诉系统管理员核对数据库。"),
                place=f"{subject_id}/{field}",
            ) from None

    def erased(self, subject_id: int) -> bool:
        """Return whether this person's key is destroyed."""
        return self._key(subject_id) is None

    def _key(self, subject_id: int) -> AESGCM | None:
        try:
            return self._keys[subject_id]
        except KeyError:
            raise LookupError(f"subject {subject_id} was not loaded or does not exist") from None


@transaction.atomic
def new_subjects(kind: str, n: int) -> Vault:
    """Make ``n`` subjects with fresh keys and return their vault; the ids are in ``vault.ids``.

    A fixed number of statements whatever ``n`` is. Raises KeyMissing without a key ring.
    """
    if n < 1:
        return Vault([], {})
    locks.share()
    ring = keyring.load()
    master = AESGCM(ring.master_key(ring.master))
    raw, nonces = os.urandom(KEY_BYTES * n), os.urandom(NONCE_BYTES * n)
    keys: dict[int, AESGCM | None] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence('privacy_subject', 'id')) FROM generate_series(1, %s)", [n]
        )
        ids = [row[0] for row in cursor.fetchall()]
        with cursor.copy("COPY privacy_subject (id, kind, wrapped, master) FROM STDIN") as copy:
            for at, subject_id in enumerate(ids):
                key = raw[at * KEY_BYTES : (at + 1) * KEY_BYTES]
                nonce = nonces[at * NONCE_BYTES : (at + 1) * NONCE_BYTES]
                keys[subject_id] = AESGCM(key)
                copy.write_row((subject_id, kind, wrap(master, nonce, key, subject_id), ring.master))
    return Vault(ids, keys)


def wrap(master: AESGCM, nonce: bytes, key: bytes, subject_id: int) -> bytes:
    """Return a person's key sealed with a master key and bound to the person."""
    return nonce + master.encrypt(nonce, key, _owner(subject_id))


def unwrap(master: AESGCM, wrapped: bytes, subject_id: int) -> bytes:
    """Return the person's key. Raises Unreadable when it was altered or belongs to another person."""
    try:
        return master.decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], _owner(subject_id))
    except InvalidTag:
        raise Unreadable(
            _("这个人的密钥打不开：内容被改动过，或密钥环不属于这个数据库。"),
            hint=_("请告诉系统管理员核对密钥环和数据库。"),
            place=str(subject_id),
        ) from None


def _unwrapped(ids: Sequence[int]) -> dict[int, AESGCM | None]:
    keys: dict[int, AESGCM | None] = {}
    if not ids:
        return keys
    rows = Subject.objects.filter(pk__in=ids).order_by().values_list("pk", "wrapped", "master")
    ring = None
    masters: dict[str, AESGCM] = {}
    for subject_id, wrapped, master_id in rows:
        if wrapped is None:
            keys[subject_id] = None
            continue
        ring = ring or keyring.load()
        if master_id not in masters:
            masters[master_id] = AESGCM(ring.master_key(master_id))
        keys[subject_id] = AESGCM(unwrap(masters[master_id], bytes(wrapped), subject_id))
    return keys


def _bound(subject_id: int, field: str) -> bytes:
    return f"pz1|{subject_id}|{field}".encode()


def _owner(subject_id: int) -> bytes:
    return f"pz1|key|{subject_id}".encode()
