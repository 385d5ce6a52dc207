"""The keys of the trail: what somebody who can write to the database, but not to this machine, does not have.

One Ed25519 key signs anchors, exports and segments; a second key derived from it marks each record, so that
not even the last record can be replaced by whoever alters the table and all its hashes. Both come from one file,
``audit-keys.json`` (mode 0600) in the folder PINGZHAN_KEY_DIR, made at the first record. Keys of the past stay
in the file. The public half lies beside it as ``audit-public.json`` and may be given to anybody who checks.
"""

from __future__ import annotations

import base64
import fcntl
import hashlib
import hmac
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.utils.translation import gettext as _

from pingzhan.kernel.errors import DomainError

_FILE = "audit-keys.json"
_PUBLIC = "audit-public.json"
_LOCK = "audit-keys.lock"
_MARK_INFO = b"pingzhan audit mark 1"
MARK_LENGTH = 32
"""Hexadecimal digits of a mark: 128 bits."""


class KeyTrouble(DomainError):
    """The folder of keys cannot be read or written; no action can be recorded until it can."""

    status = 503
    code = "audit_keys"


@dataclass(frozen=True)
class Keys:
    """The key in use and all that the file holds, by id. An id is the start of the public key's hash."""

    current: str
    seeds: Mapping[str, bytes]

    def mark_key(self, key_id: str) -> bytes | None:
        """Return the key of the marks made under an id, None when the file does not hold it."""
        seed = self.seeds.get(key_id)
        return _mark_key(seed) if seed is not None else None

    def public(self, key_id: str) -> Ed25519PublicKey | None:
        """Return a public key, None when the file does not hold it."""
        seed = self.seeds.get(key_id)
        return Ed25519PrivateKey.from_private_bytes(seed).public_key() if seed is not None else None


@lru_cache(maxsize=16)
def _mark_key(seed: bytes) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=_MARK_INFO).derive(seed)


def folder() -> Path:
    """Return the folder of the keys."""
    return Path(settings.KEY_DIR)


_cache: dict[Path, tuple[tuple[int, int, int], Keys]] = {}


def keys() -> Keys:
    """Return the keys as they are on disk, making the first one on a new site.

    Raises KeyTrouble when the folder cannot be used.
    """
    path = folder() / _FILE
    try:
        found = path.stat()
    except FileNotFoundError:
        add_key(only_first=True)
        return keys()
    except OSError as error:
        raise _trouble() from error
    sign = (found.st_mtime_ns, found.st_ino, found.st_size)
    cached = _cache.get(path)
    if cached is None or cached[0] != sign:
        try:
            cached = sign, _read(path)
        except (OSError, ValueError, KeyError) as error:
            raise _trouble() from error
        _cache[path] = cached
    return cached[1]


def add_key(*, only_first: bool = False) -> str:
    """Make a key, have it used from now on and return its id; the former keys stay for checking.

    With ``only_first`` nothing is made when there is one already. Raises KeyTrouble.
    """
    place = folder()
    try:
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = os.open(place / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise _trouble() from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        path = place / _FILE
        known = _read(path) if path.exists() else None
        if known is not None and only_first:
            return known.current
        seed = os.urandom(32)
        key_id = key_id_of(Ed25519PrivateKey.from_private_bytes(seed).public_key())
        made = Keys(key_id, {**(known.seeds if known else {}), key_id: seed})
        _write(place, made)
        return key_id
    except (OSError, ValueError, KeyError) as error:
        raise _trouble() from error
    finally:
        os.close(lock)


def key_id_of(key: Ed25519PublicKey) -> str:
    """Return the id of a public key."""
    return hashlib.sha256(raw(key)).hexdigest()[:12]


def raw(key: Ed25519PublicKey) -> bytes:
    """Return the 32 bytes of a public key."""
    return key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)


def mark(sha: str) -> str:
    """Return the mark of a record's hash, "key id:digits"."""
    known = keys()
    return f"{known.current}:{_digits(_mark_key(known.seeds[known.current]), sha)}"


def mark_holds(known: Keys, sha: str, given: str) -> bool | None:
    """Return whether a mark fits a hash; None when its key is not in the file."""
    key_id, _colon, digits = given.partition(":")
    key = known.mark_key(key_id)
    return None if key is None else hmac.compare_digest(_digits(key, sha), digits)


def _digits(key: bytes, sha: str) -> str:
    return hmac.new(key, sha.encode(), hashlib.sha256).hexdigest()[:MARK_LENGTH]


def canonical_json(data: Mapping[str, Any]) -> bytes:
    """Return the bytes that are signed: JSON with sorted keys and no blanks."""
    return json.dumps(
        data, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    ).encode()


def sign(data: Mapping[str, Any]) -> tuple[str, str]:
    """Return the id of the key in use and its signature over the data, base64."""
    known = keys()
    private = Ed25519PrivateKey.from_private_bytes(known.seeds[known.current])
    return known.current, base64.b64encode(private.sign(canonical_json(data))).decode()


def signature_holds(data: Mapping[str, Any], key: Ed25519PublicKey, signature: str) -> bool:
    """Return whether the signature over the data was made with the private half of the key."""
    try:
        key.verify(base64.b64decode(signature, validate=True), canonical_json(data))
    except (InvalidSignature, ValueError):
        return False
    return True


def public_text(key_id: str) -> str:
    """Return a public key of this site, base64. Raises KeyTrouble when the file does not hold it."""
    key = keys().public(key_id)
    if key is None:
        raise _trouble()
    return base64.b64encode(raw(key)).decode()


def public_from(text: str) -> Ed25519PublicKey:
    """Return the public key written in base64. Raises ValueError."""
    return Ed25519PublicKey.from_public_bytes(base64.b64decode(text, validate=True))


def _read(path: Path) -> Keys:
    data = json.loads(path.read_text(encoding="utf-8"))
    seeds = {key_id: base64.b64decode(text, validate=True) for key_id, text in data["keys"].items()}
    seeds[data["current"]]
    return Keys(data["current"], seeds)


def _write(place: Path, made: Keys) -> None:
    secret = {
        "current": made.current,
        "keys": {key_id: base64.b64encode(seed).decode() for key_id, seed in made.seeds.items()},
    }
    public = {
        key_id: base64.b64encode(raw(Ed25519PrivateKey.from_private_bytes(seed).public_key())).decode()
        for key_id, seed in made.seeds.items()
    }
    _replace(place / _PUBLIC, public, 0o644)
    _replace(place / _FILE, secret, 0o600)


def _replace(path: Path, data: Mapping[str, Any], mode: int) -> None:
    """Write the file whole or not at all."""
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(data, file, indent=1, sort_keys=True)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


def _trouble() -> KeyTrouble:
    return KeyTrouble(
        _("留痕的密钥文件不能读写，操作现在不能记录。"),
        hint=_("请系统管理员检查 PINGZHAN_KEY_DIR 指向的文件夹，或从密钥备份中恢复。"),
        place=str(folder()),
    )
