"""Files with other people's data: encrypted in frames with a data key of their own.

A file belongs to an owner (``import/12``) and has a name. It is a run of frames, each a length and AES-256-GCM
ciphertext. Owner, name and number of the frame are bound into each, so frames cannot be moved between files,
swapped or left out unnoticed; how many there are is kept by the caller. Files lie in ``UPLOAD_DIR`` (mode 0700,
files 0600) under names that say nothing.
"""

from __future__ import annotations

import hashlib
import json
import os
import struct
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from pingzhan.foundation.privacy.models import Subject
from pingzhan.foundation.privacy.vault import Vault, new_subjects
from pingzhan.kernel.errors import Conflict

_LENGTH = struct.Struct(">I")
NONCE = 12
CHUNK = 1024 * 1024
KIND = "file"
"""Kind of the subjects that stand for files; it has no name for people, so no page counts them as persons."""


def new_key(owner: str) -> tuple[int, bytes, bytes]:
    """Return a fresh data key: its subject, the key sealed for it (to be stored), and the key itself.

    Forgetting the stored form, or destroying the subject's key, makes the files unreadable wherever they lie.
    """
    key = AESGCM.generate_key(256)
    vault = new_subjects(KIND, 1)
    return vault.ids[0], vault.seal(vault.ids[0], f"file-key/{owner}", key.hex()), key


def opened_key(owner: str, subject_id: int | None, stored: bytes | memoryview | None) -> bytes:
    """Return the data key. Raises Conflict when it has been destroyed."""
    if subject_id is None or stored is None:
        raise gone()
    text = Vault.load([subject_id]).open(subject_id, f"file-key/{owner}", stored)
    if text is None:
        raise gone()
    return bytes.fromhex(text)


def path_of(owner: str, name: str) -> Path:
    """Return where a file lies."""
    digest = hashlib.sha256(f"{owner}/{name}".encode()).hexdigest()
    return Path(settings.UPLOAD_DIR) / digest[:2] / digest[2:42]


class Writer:
    """Writes frames, one after another; a former file of the name is replaced when it is closed."""

    def __init__(self, owner: str, name: str, key: bytes) -> None:
        self._path = path_of(owner, name)
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._draft = self._path.with_suffix(f".{os.getpid()}")
        self._draft.unlink(missing_ok=True)
        handle = os.open(self._draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        self._file: IO[bytes] = os.fdopen(handle, "wb")
        self._cipher, self._owner, self._name = AESGCM(key), owner, name
        self.frames = 0

    def add(self, data: bytes) -> None:
        """Append a frame."""
        nonce = os.urandom(NONCE)
        sealed = self._cipher.encrypt(nonce, data, _bound(self._owner, self._name, self.frames))
        self._file.write(_LENGTH.pack(NONCE + len(sealed)) + nonce + sealed)
        self.frames += 1

    def add_json(self, value: Any) -> None:
        """Append a value as JSON, compressed."""
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        self.add(zlib.compress(text.encode(), 1))

    def close(self) -> None:
        """Make the file durable and put it in its place."""
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        self._draft.replace(self._path)

    def discard(self) -> None:
        """Give up: what was written goes, a former file stays."""
        self._file.close()
        self._draft.unlink(missing_ok=True)


def frames(owner: str, name: str, key: bytes, *, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
    """Yield the frames from ``start`` up to ``stop``. Raises Conflict when the file is gone or altered."""
    cipher = AESGCM(key)
    try:
        file = path_of(owner, name).open("rb")
    except OSError as error:
        raise gone() from error
    with file:
        index = 0
        while stop is None or index < stop:
            head = file.read(_LENGTH.size)
            if not head:
                return
            try:
                (length,) = _LENGTH.unpack(head)
                if index < start:
                    file.seek(length, os.SEEK_CUR)
                else:
                    sealed = file.read(length)
                    yield cipher.decrypt(sealed[:NONCE], sealed[NONCE:], _bound(owner, name, index))
            except (struct.error, InvalidTag, ValueError) as error:
                raise gone() from error
            index += 1


def json_frames(
    owner: str, name: str, key: bytes, *, start: int = 0, stop: int | None = None
) -> Iterator[Any]:
    """Yield the values that ``add_json`` wrote."""
    for data in frames(owner, name, key, start=start, stop=stop):
        yield json.loads(zlib.decompress(data))


def write_all(owner: str, name: str, key: bytes, chunks: Iterable[bytes]) -> tuple[int, str]:
    """Seal a stream; return its size and SHA-256."""
    writer = Writer(owner, name, key)
    digest, size = hashlib.sha256(), 0
    try:
        for chunk in chunks:
            digest.update(chunk)
            size += len(chunk)
            for at in range(0, len(chunk), CHUNK):
                writer.add(chunk[at : at + CHUNK])
    except BaseException:
        writer.discard()
        raise
    writer.close()
    return size, digest.hexdigest()


def read_all(owner: str, name: str, key: bytes) -> bytes:
    """Return a sealed stream whole."""
    return b"".join(frames(owner, name, key))


def remove(owner: str, names: Iterable[str]) -> int:
    """Delete files of an owner; return how many there were."""
    count = 0
    for name in names:
        path = path_of(owner, name)
        if path.exists():
            path.unlink()
            count += 1
    return count


def forget_keys(subject_ids: Iterable[int | None]) -> int:
    """Destroy the keys that data keys are sealed with; return how many there were.

    From then on the files are unreadable wherever copies of them lie, except to a worker that holds one open.
    """
    ids = [one for one in subject_ids if one is not None]
    return Subject.objects.filter(pk__in=ids, kind=KIND, wrapped__isnull=False).update(
        wrapped=None, erased_at=Now()
    )


def gone() -> Conflict:
    """Return the error for a file that is no longer there."""
    return Conflict(_("文件已按期删除或已损坏。"), hint=_("请重新上传或重新导出。"), code="file_gone")


def _bound(owner: str, name: str, index: int) -> bytes:
    return f"pz1|file|{owner}|{name}|{index}".encode()
