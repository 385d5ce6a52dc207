"""A row that breaks the constraints of its model is refused in words."""

from __future__ import annotations

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from pingzhan.kernel.errors import Invalid


def checked(row: models.Model, *, exclude: Iterable[str] = ()) -> None:
    """Raise Invalid with the messages of the model's own constraints when the row breaks one.

    It names the first field at fault as its place, or no place when the fields contradict each other. The fields in
    ``exclude`` are not looked at.
    """
    try:
        row.full_clean(exclude=list(exclude))
    except ValidationError as error:
        names = {field.name: str(field.verbose_name) for field in row._meta.fields}
        for field, messages in error.message_dict.items():
            place = "" if field == "__all__" else field
            label = _("%(field)s：") % {"field": names.get(field, field)} if place else ""
            raise Invalid(label + "".join(messages), place=place) from error
