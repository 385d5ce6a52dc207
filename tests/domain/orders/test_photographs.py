"""Photographs of a feedback are sealed, read by readers of the order only, and destroyed after their term."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from pingzhan.domain.orders import api
from pingzhan.domain.orders.models import Order
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.access.roles import Role
from pingzhan.foundation.photos.images import PNG, stripped
from pingzhan.foundation.photos.keeping import open_photo
from pingzhan.foundation.photos.models import Photo
from pingzhan.foundation.photos.owners import destroy, due
from pingzhan.foundation.privacy import sealed_files
from pingzhan.kernel.errors import Conflict, Invalid, NotFound
from tests.domain.orders.conftest import Give, him
from tests.factories import SmallZone, actor_with
from tests.factories.pictures import SCAN, exif, jpeg, png


def fed(park: SmallZone, give: Give, photos: list[bytes], **more: Any) -> Order:
    order = give(evidence="photo")
    return api.feed_back(order_id=order.pk, by=him(park, "简而清"), photos=photos, **more)


def test_photographs_are_sealed_and_opened_for_readers_only(park: SmallZone, give: Give, duty: Actor) -> None:
    fed(park, give, [jpeg(exif(6)), png()])
    first, second = Photo.objects.all()
    assert open_photo(photo_id=first.pk, by=duty)[0] == stripped(jpeg(exif(6)))[0]
    assert open_photo(photo_id=second.pk, by=him(park, "祁连山")) == (png(), PNG)
    on_disk = sealed_files.path_of(first.file_owner, "1").read_bytes()
    assert SCAN not in on_disk
    assert b"JFIF" not in on_disk
    far = actor_with(Role.DUTY_OFFICER, path=park.firms[0].path)
    for by in (
        far,
        him(park, "任知秋"),
        *(actor_with(role) for role in Role if role not in (Role.DUTY_OFFICER, Role.LEADER)),
    ):
        with pytest.raises(NotFound):
            open_photo(photo_id=first.pk, by=by)
    with pytest.raises(NotFound):
        open_photo(photo_id=10**9, by=duty)


def test_photographs_are_destroyed_after_their_term(park: SmallZone, give: Give, duty: Actor) -> None:
    fed(park, give, [png()])
    photo = Photo.objects.get()
    path, at = sealed_files.path_of(photo.file_owner, "1"), photo.at
    for days, found in ((729, []), (731, [photo.pk])):
        assert due("order_event", at + timedelta(days=days), 730, 10) == found
    assert path.exists()
    assert (destroy([photo.pk]), destroy([photo.pk])) == (1, 0)
    assert not path.exists()
    with pytest.raises(Conflict) as error:
        open_photo(photo_id=photo.pk, by=duty)
    assert error.value.code == "file_gone"
    photo.refresh_from_db()
    assert len(photo.sha256) == 64


def test_too_many_or_no_pictures_change_nothing(park: SmallZone, give: Give) -> None:
    for photos, code in (
        ([png()] * 10, "photo_many"),
        ([png(), b"GIF89a"], "photo_kind"),
        ([], "evidence_photo"),
    ):
        with pytest.raises(Invalid) as error:
            fed(park, give, photos)
        assert error.value.code == code
    assert set(Order.objects.values_list("state", flat=True)) == {"open"}
    assert not Photo.objects.exists()
