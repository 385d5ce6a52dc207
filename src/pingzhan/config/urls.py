"""The address table."""

from __future__ import annotations

from django.urls import include, path

from pingzhan.foundation.live.views import stream
from pingzhan.rest.api import api

urlpatterns = [
    path("accounts/", include("pingzhan.pages.public.accounts_urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("live/", stream, name="live"),
    path("ui/", include("pingzhan.foundation.ui.urls")),
    path("api/v1/", api.urls),
    path("field/", include("pingzhan.pages.field.urls")),
    path("day/", include("pingzhan.pages.company.urls")),
    path("", include("pingzhan.pages.public.urls")),
    path("", include("pingzhan.pages.console.urls")),
]

handler400 = "pingzhan.foundation.ui.views.bad_request"
handler403 = "pingzhan.foundation.ui.views.forbidden"
handler404 = "pingzhan.foundation.ui.views.not_found"
handler500 = "pingzhan.foundation.ui.views.server_error"
