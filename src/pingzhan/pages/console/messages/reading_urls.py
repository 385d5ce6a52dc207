"""The short address under which a notice sent outside is read and confirmed."""

from __future__ import annotations

from django.urls import path

from pingzhan.pages.console.messages import reports

app_name = "reading"
urlpatterns = [path("<str:token>", reports.read, name="read")]
