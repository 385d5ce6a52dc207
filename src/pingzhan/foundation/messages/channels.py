"""The two ways that need no setting up: inside the application, and the worker's console."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from pingzhan.foundation.messages.registry import Rendered, UndeliverableError
from pingzhan.foundation.messages.text import one_line

if TYPE_CHECKING:
    from pingzhan.foundation.messages.models import Notice

CONSOLE_FILE_VARIABLE = "PINGZHAN_CONSOLE_FILE"


def send_in_app(notice: Notice, words: Rendered) -> str:
    """Put the notice into the recipient's inbox: marking it is all there is to do.

    Raises UndeliverableError when the recipient has no active account.
    """
    if notice.account is None or not notice.account.is_active:
        raise UndeliverableError(_("收件人没有可用的账号，站内通知送不到。"))
    return f"in_app:{notice.pk}"


def send_to_console(notice: Notice, words: Rendered) -> str:
    """Print the notice as one line with its link on the worker's standard output.

    When PINGZHAN_CONSOLE_FILE is set the line is also appended to that file, readable by its owner only,
    because links sign in for one seat. For trial and tests, not for a zone in service.
    """
    line = console_line(notice, words)
    print(line, file=sys.stdout, flush=True)  # noqa: T201 - printing is what this channel is for
    path = os.environ.get(CONSOLE_FILE_VARIABLE)
    if path:
        handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        with os.fdopen(handle, "a", encoding="utf-8") as file:
            file.write(line + "\n")
    return f"console:{notice.pk}"


def console_line(notice: Notice, words: Rendered) -> str:
    """Return the one line: local time, number of the notice, recipient, title, body, absolute link."""
    link = urljoin(settings.PUBLIC_URL + "/", words.link) if words.link else ""
    at = timezone.localtime().strftime("%Y-%m-%d %H:%M:%S")
    parts = [at, _("通知 %(n)s") % {"n": notice.pk}, _("收件人 %(n)s") % {"n": notice.recipient}]
    parts += [text for text in (words.title, words.body, link) if text]
    return " | ".join(one_line(part) for part in parts)
