"""Addresses of the console."""

from __future__ import annotations

from django.urls import include, path

from pingzhan.pages.console.views import home

urlpatterns = [
    path("", home, name="home"),
    path("duty/sheet/", include("pingzhan.pages.console.sheet.urls")),
    path("duty/", include("pingzhan.pages.console.duty.urls")),
    path("wall/", include("pingzhan.pages.console.wall.urls")),
    path("switch/", include("pingzhan.pages.console.switch.urls")),
    path("tasks/", include("pingzhan.pages.console.tasks.urls")),
    path("structure/", include("pingzhan.pages.console.structure.urls")),
    path("roster/", include("pingzhan.pages.console.roster.urls")),
    path("frontline/", include("pingzhan.pages.console.frontline.urls")),
    path("enterprises/", include("pingzhan.pages.console.enterprises.urls")),
    path("plan/", include("pingzhan.pages.console.plan.urls")),
    path("search/", include("pingzhan.pages.console.search.urls")),
    path("workers/", include("pingzhan.pages.console.workers.urls")),
    path("photos/", include("pingzhan.pages.console.photos.urls")),
    path("orders/", include("pingzhan.pages.console.orders.urls")),
    path("reports/", include("pingzhan.pages.console.reports.urls")),
    path("readiness/", include("pingzhan.pages.console.readiness.urls")),
    path("documents/", include("pingzhan.pages.console.documents.urls")),
    path("compliance/", include("pingzhan.pages.console.compliance.urls")),
    path("board/", include("pingzhan.pages.console.board.urls")),
    path("measures/", include("pingzhan.pages.console.measures.urls")),
    path("custody/", include("pingzhan.pages.console.custody.urls")),
    path("rounds/", include("pingzhan.pages.console.rounds.urls")),
    path("laboratory/", include("pingzhan.pages.console.laboratory.urls")),
    path("pursuits/", include("pingzhan.pages.console.pursuits.urls")),
    path("regions/", include("pingzhan.pages.console.regions.urls")),
    path("drills/", include("pingzhan.pages.console.drills.urls")),
    path("audit/", include("pingzhan.pages.console.audit.urls")),
    path("export/", include("pingzhan.pages.console.exports.urls")),
    path("import/", include("pingzhan.pages.console.imports.urls")),
    path("messages/", include("pingzhan.pages.console.messages.urls")),
    path("inbox/", include("pingzhan.pages.console.inbox.urls")),
    path("n/", include("pingzhan.pages.console.messages.reading_urls")),
    path("privacy/", include("pingzhan.pages.console.privacy.urls")),
    path("jobs/", include("pingzhan.pages.console.jobs.urls")),
    path("settings/", include("pingzhan.pages.console.settings.urls")),
    path("security/", include("pingzhan.pages.console.security.urls")),
    path("access/", include("pingzhan.pages.console.access.urls")),
    path("devices/", include("pingzhan.pages.console.staff.device_urls")),
    path("staff/", include("pingzhan.pages.console.staff.urls")),
]
