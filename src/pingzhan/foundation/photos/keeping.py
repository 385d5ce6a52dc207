"""Keep photographs and open them again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from django.db.models import Max
from django.utils.translation import gettext as _

from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.photos import owners
from pingzhan.foundation.photos.images import stripped
from pingzhan.foundation.photos.models import Photo
from pingzhan.foundation.privacy import sealed_files
from pingzhan.kernel.errors import Invalid, NotFound

MAX_PHOTOS = 9
"""So many in one go, and so many of one owner."""
MAX_BYTES = 10 * 1024 * 1024


def keep_photos(kind: str, owner_id: int, unit_path: str, photos: Sequence[bytes]) -> int:
    """Store photographs of a row inside the caller's transaction, after those it has; return how many.

    Raises Invalid for too many, too big, or anything but a whole JPEG or PNG. A file of a transaction that
    fails is unreadable, since its key goes with it.
    """
    if not photos:
        return 0
    last = Photo.objects.filter(owner_kind=kind, owner_id=owner_id).aggregate(n=Max("n"))["n"] or 0
    if last + len(photos) > MAX_PHOTOS:
        raise Invalid(_("一次最多 %(n)d 张照片。") % {"n": MAX_PHOTOS}, code="photo_many")
    made = []
    for n, data in enumerate(photos, start=last + 1):
        if len(data) > MAX_BYTES:
            raise Invalid(_("一张照片最多 %(n)d MB。") % {"n": MAX_BYTES // 1024 // 1024}, code="photo_big")
        clean, media = stripped(data)
        photo = Photo(owner_kind=kind, owner_id=owner_id, n=n, unit_path=unit_path, media=media)
        photo.subject_id, photo.sealed_key, key = sealed_files.new_key(f"{photo.file_owner}/{n}")
        photo.size, photo.sha256 = sealed_files.write_all(photo.file_owner, str(n), key, [clean])
        made.append(photo)
    Photo.objects.bulk_create(made)
    return len(made)


def open_photo(*, photo_id: int, by: Actor) -> tuple[bytes, str]:
    """Return a photograph and its media type to whoever may read its owner; NotFound to everybody else."""
    photo = Photo.objects.filter(pk=photo_id).first()
    if photo is None or not owners.may_read(by, photo):
        raise NotFound(_("没有这张照片。"))
    key = sealed_files.opened_key(f"{photo.file_owner}/{photo.n}", photo.subject_id, photo.sealed_key)
    return sealed_files.read_all(photo.file_owner, str(photo.n), key), photo.media


def photos_of(kind: str, ids: Iterable[int]) -> dict[int, list[Photo]]:
    """Return the photographs of rows by the row's number, destroyed ones left out. One query."""
    found: dict[int, list[Photo]] = defaultdict(list)
    rows = Photo.objects.filter(owner_kind=kind, owner_id__in=list(ids), sealed_key__isnull=False)
    for one in rows.defer("sealed_key", "sha256"):
        found[one.owner_id].append(one)
    return found
