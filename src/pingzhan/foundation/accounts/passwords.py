"""Rules for passwords beyond Django's own: not one's name, not one used lately."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.hashers import check_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from pypinyin import Style, lazy_pinyin

if TYPE_CHECKING:
    from pingzhan.foundation.accounts.models import User

REMEMBERED = 5
"""How many passwords, the present one included, may not be used again."""
SHORTEST_PART = 3
"""Parts of a name shorter than this are in many passwords by accident."""


def name_parts(user: User) -> set[str]:
    """Return what a password may not contain: user name, name, its pinyin in full, all in small letters."""
    spelled = lazy_pinyin(user.name, style=Style.NORMAL, errors="ignore")
    joined, reverse = "".join(spelled), "".join(spelled[1:] + spelled[:1])
    parts = {user.username, user.name, joined, reverse}
    return {part.casefold() for part in parts if len(part) >= SHORTEST_PART or (part == user.name and part)}


class NameValidator:
    """Refuses a password that contains the owner's user name, name or the pinyin of the name."""

    def validate(self, password: str, user: User | None = None) -> None:
        """Raise ValidationError when a part of the name is inside."""
        if user is not None and any(part in password.casefold() for part in name_parts(user)):
            raise ValidationError(_("密码里不能有用户名、姓名或姓名的拼音。"), code="password_name")

    def get_help_text(self) -> str:
        """Return the rule in words."""
        return _("密码里不能有用户名、姓名或姓名的拼音。")


class HistoryValidator:
    """Refuses the last five passwords of the account; keeps the hashes it needs for that."""

    def validate(self, password: str, user: User | None = None) -> None:
        """Raise ValidationError when the password was used lately."""
        if user is None or user.pk is None:
            return
        used = list(user.past_passwords.order_by("-id").values_list("encoded", flat=True)[:REMEMBERED])
        if any(check_password(password, encoded) for encoded in {*used, user.password} if encoded):
            raise ValidationError(_("最近 %(n)d 个密码不能再用。") % {"n": REMEMBERED}, code="password_used")

    def password_changed(self, password: str, user: User | None = None) -> None:
        """Remember the hash of the new password, note when it was set, and forget the oldest."""
        if user is None or user.pk is None:
            return
        user.note_password()

    def get_help_text(self) -> str:
        """Return the rule in words."""
        return _("最近 %(n)d 个密码不能再用。") % {"n": REMEMBERED}
