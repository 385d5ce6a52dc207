"""What a notice says, looked at before it is sent."""

from __future__ import annotations

from django.utils.translation import gettext as _

from pingzhan.foundation.messages.models import Notice
from pingzhan.foundation.messages.registry import DRILL_PREFIX, Rendered, UndeliverableError


def checked(notice: Notice, words: Rendered | Exception) -> Rendered:
    """Return the words; raise why there are none, or that a drill lacks its mark."""
    if isinstance(words, Exception):
        raise words
    if notice.world != 0 and not words.title.startswith(DRILL_PREFIX):
        raise UndeliverableError(_("演练通知的标题没有演练标记，已拒绝发送。"))
    return words
