"""Which language a page speaks: Chinese, unless the reader has chosen English himself."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest
from django.middleware.locale import LocaleMiddleware
from django.utils import translation
from django.utils.translation import check_for_language


class ChineseFirstMiddleware(LocaleMiddleware):
    """Activate the language of the language cookie, else Chinese.

    The browser's own language list is not consulted: a duty computer with an English browser still
    belongs to a Chinese duty officer.
    """

    def process_request(self, request: HttpRequest) -> None:
        """Activate the language for this request."""
        wanted = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        known = wanted in dict(settings.LANGUAGES) and check_for_language(wanted)
        translation.activate(wanted if known else settings.LANGUAGE_CODE)
        request.LANGUAGE_CODE = translation.get_language()
