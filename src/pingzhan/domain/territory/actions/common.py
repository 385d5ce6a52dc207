"""What the changes of this module share: the check by the model's own constraints, and rights."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from pingzhan.domain.territory import guards
from pingzhan.kernel.errors import Conflict, Invalid

Row = TypeVar("Row", bound=models.Model)


def checked(row: Row, place: str = "") -> Row:
    """Return the row when it keeps its model's constraints.

    Raises Invalid with their Chinese messages, and the name of the field where one alone is at fault.
    """
    try:
        row.full_clean()
    except ValidationError as error:
        names = {field.name: str(field.verbose_name) for field in row._meta.fields}
        parts = [
            message if field not in names or names[field] in message else f"{names[field]}：{message}"
            for field, messages in error.message_dict.items()
            for message in messages
        ]
        raise Invalid("".join(parts), place=place) from error
    return row


def refuse_in_use(kind: str, ids: Iterable[int], sentence: str, place: str) -> None:
    """Raise Conflict when other modules still need one of these rows; the reasons are theirs."""
    reasons = guards.reasons(kind, list(ids))
    if reasons:
        raise Conflict(
            sentence + "".join(reasons),
            hint=_("请先办理这些事项，再来注销或停用。"),
            place=place,
            code="in_use",
        )
