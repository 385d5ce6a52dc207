"""The key ring: master keys and look-up keys in a folder outside the database.

One file, ``ring.json`` (mode 0600, in a folder of mode 0700), holds all keys, so that every change is one
atomic replacement: whoever is killed in the middle leaves the old ring or the new one. With
``PINGZHAN_MASTER_KEY`` set, the file itself is sealed with that key (AES-256-GCM) and useless without it;
of several keys separated by commas the first seals and the others only open, which is how that key is changed.

Every process reads the file anew when it has changed, so a rotation needs no restart.
"""

from __future__ import annotations

import base64
import fcntl
import json
import os
import secrets
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.utils.translation import gettext as _

from pingzhan.foundation.privacy.errors import KeyMissing

KEY_BYTES = 32
NONCE_BYTES = 12
_FILE = "ring.json"
_LOCK = "ring.lock"
_AAD = b"pingzhan key ring 1"


@dataclass(frozen=True)
class Ring:
    """All keys of the site. ``master`` and ``lookup`` name the ones in use; the others only open old values."""

    masters: Mapping[str, bytes]
    master: str
    lookups: Mapping[str, bytes]
    lookup: str

    def master_key(self, key_id: str) -> bytes:
        """Return a master key. Raises KeyMissing when the ring does not hold it."""
        return _held(self.masters, key_id)

    def lookup_key(self, key_id: str) -> bytes:
        """Return a look-up key. Raises KeyMissing when the ring does not hold it."""
        return _held(self.lookups, key_id)

    def with_new_master(self) -> Ring:
        """Return the ring with one more master key, from now on the one in use."""
        key_id = _new_id("m", self.masters)
        return replace(self, masters={**self.masters, key_id: _new_key()}, master=key_id)

    def without_masters(self, key_ids: Collection[str]) -> Ring:
        """Return the ring without these master keys; the one in use is never taken out."""
        kept = {k: v for k, v in self.masters.items() if k == self.master or k not in key_ids}
        return replace(self, masters=kept)

    def with_new_lookup(self) -> tuple[Ring, str]:
        """Return the ring with one more look-up key, not in use yet, and its id."""
        key_id = _new_id("k", self.lookups)
        return replace(self, lookups={**self.lookups, key_id: _new_key()}), key_id

    def with_only_lookup(self, key_id: str) -> Ring:
        """Return the ring with that look-up key in use and no other."""
        return replace(self, lookups={key_id: self.lookup_key(key_id)}, lookup=key_id)


def new_ring() -> Ring:
    """Return a ring with one fresh key of each sort; nothing is written."""
    master, lookup = _new_id("m", {}), _new_id("k", {})
    return Ring({master: _new_key()}, master, {lookup: _new_key()}, lookup)


def folder() -> Path:
    """Return the folder of the ring (PINGZHAN_KEY_DIR, else ``keys`` beside the site's data)."""
    return Path(settings.KEY_DIR)


def exists() -> bool:
    """Return whether this site has a key ring."""
    return (folder() / _FILE).is_file()


def create() -> bool:
    """Make the ring of a new site; return False when there is one already. Raises KeyMissing on a bad folder."""
    with _locked():
        if exists():
            return False
        _write(new_ring())
        return True


_cache: dict[Path, tuple[tuple[int, int, int, str], Ring]] = {}


def load() -> Ring:
    """Return the ring as it is on disk now. Raises KeyMissing when it is not there or does not open."""
    path = folder() / _FILE
    try:
        found = path.stat()
        sign = (found.st_mtime_ns, found.st_ino, found.st_size, settings.MASTER_KEY)
        cached = _cache.get(path)
        if cached is not None and cached[0] == sign:
            return cached[1]
        ring = _parsed(path.read_bytes())
    except OSError as error:
        raise KeyMissing(
            _("没有找到加密个人信息的密钥环，个人信息现在不能读写。"),
            hint=_("请系统管理员检查 PINGZHAN_KEY_DIR 指向的文件夹，或从密钥备份中恢复。"),
            place=str(folder()),
        ) from error
    _cache[path] = (sign, ring)
    return ring


def change(step: Callable[[Ring], Ring]) -> Ring:
    """Replace the ring by ``step(ring)``, one process at a time, and return the new one.

    The file that held the former keys is overwritten before it is given up.
    """
    with _locked():
        ring = step(load())
        _write(ring)
        return ring


def _held(keys: Mapping[str, bytes], key_id: str) -> bytes:
    try:
        return keys[key_id]
    except KeyError:
        raise KeyMissing(
            _("密钥环里没有编号为 %(id)s 的密钥，用它加密的个人信息不能打开。") % {"id": key_id},
            hint=_("请确认密钥环与数据库属于同一套系统，或从密钥备份中恢复。"),
            place=key_id,
        ) from None


def _new_key() -> bytes:
    return secrets.token_bytes(KEY_BYTES)


def _new_id(letter: str, taken: Mapping[str, bytes]) -> str:
    while (key_id := f"{letter}{secrets.token_hex(4)}") in taken:
        pass
    return key_id


def _sealers() -> list[bytes]:
    """Return the keys of PINGZHAN_MASTER_KEY, the one that seals first."""
    found = []
    for text in filter(None, (part.strip() for part in settings.MASTER_KEY.split(","))):
        try:
            key = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        except ValueError:
            key = b""
        if len(key) != KEY_BYTES:
            raise KeyMissing(
                _("PINGZHAN_MASTER_KEY 不是 32 字节密钥的 Base64 文本。"),
                hint=_("可以用 pingzhan keys new 生成一个。"),
            )
        found.append(key)
    return found


def _parsed(content: bytes) -> Ring:
    try:
        data = json.loads(content)
        if "sealed" in data:
            data = json.loads(_opened(bytes.fromhex(data["sealed"])))
        return Ring(
            masters={key_id: bytes.fromhex(key) for key_id, key in data["masters"].items()},
            master=data["master"],
            lookups={key_id: bytes.fromhex(key) for key_id, key in data["lookups"].items()},
            lookup=data["lookup"],
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise KeyMissing(
            _("密钥环文件已损坏，个人信息现在不能读写。"),
            hint=_("请从密钥备份中恢复。"),
            place=str(folder() / _FILE),
        ) from error


def _opened(sealed: bytes) -> bytes:
    for key in _sealers():
        try:
            return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], _AAD)
        except InvalidTag:
            continue
    raise KeyMissing(
        _("密钥环已用主密钥封存，现在给出的 PINGZHAN_MASTER_KEY 打不开它。"),
        hint=_("请系统管理员按密钥保管记录设置 PINGZHAN_MASTER_KEY。"),
        place=str(folder() / _FILE),
    )


def _write(ring: Ring) -> None:
    data = json.dumps(
        {
            "masters": {key_id: key.hex() for key_id, key in ring.masters.items()},
            "master": ring.master,
            "lookups": {key_id: key.hex() for key_id, key in ring.lookups.items()},
            "lookup": ring.lookup,
        }
    )
    sealers = _sealers()
    if sealers:
        nonce = os.urandom(NONCE_BYTES)
        data = json.dumps({"sealed": (nonce + AESGCM(sealers[0]).encrypt(nonce, data.encode(), _AAD)).hex()})
    path = folder() / _FILE
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    former = os.open(path, os.O_RDWR) if path.exists() else None
    fresh.replace(path)
    entry = os.open(path.parent, os.O_RDONLY)
    os.fsync(entry)
    os.close(entry)
    if former is not None:
        # The name now leads to the new file; the blocks of the former one still hold retired keys.
        os.pwrite(former, b"\0" * os.fstat(former).st_size, 0)
        os.fsync(former)
        os.close(former)


@contextmanager
def _locked() -> Iterator[None]:
    try:
        folder().mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = os.open(folder() / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise KeyMissing(
            _("密钥环的文件夹不能写入（%(reason)s）。") % {"reason": error.strerror},
            hint=_("请系统管理员检查 PINGZHAN_KEY_DIR。"),
            place=str(folder()),
        ) from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)
