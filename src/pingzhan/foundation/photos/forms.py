"""The form field for several photographs."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pingzhan.foundation.photos.keeping import MAX_BYTES, MAX_PHOTOS


class SeveralInput(forms.ClearableFileInput):
    """A file field for several photographs."""

    allow_multiple_selected = True


class PhotosField(forms.FileField):
    """Several photographs, cleaned to their bytes; ``keep_photos`` looks into them."""

    def __init__(self, *, label: Any = None, required: bool = False) -> None:
        super().__init__(
            label=label or gettext_lazy("照片"),
            required=required,
            widget=SeveralInput(attrs={"accept": "image/jpeg,image/png"}),
            help_text=gettext_lazy("可选多张；照片里的位置和设备信息会去掉，加密保存。"),
        )

    def clean(self, data: Any, initial: Any = None) -> list[bytes]:
        """Return what the files hold. ValidationError for an empty, a too big or too many files."""
        files = data if isinstance(data, list | tuple) else [data]
        if not any(files):
            super().clean(None, initial)
            return []
        found = [super(PhotosField, self).clean(one, initial) for one in files if one]
        if len(found) > MAX_PHOTOS:
            raise forms.ValidationError(_("一次最多 %(n)d 张照片。") % {"n": MAX_PHOTOS})
        if any((one.size or 0) > MAX_BYTES for one in found):
            raise forms.ValidationError(_("一张照片最多 %(n)d MB。") % {"n": MAX_BYTES // 1024 // 1024})
        return [one.read() for one in found]
