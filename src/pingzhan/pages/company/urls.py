"""Addresses of the enterprise's day: ``<page>/`` leads to one's enterprise, ``<page>/<unit>/`` is its page."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from pingzhan.pages.company.gate.invited import visitor_pass
from pingzhan.pages.company.health.feeling import feeling
from pingzhan.pages.company.returnees.declare import returning

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("pingzhan.pages.company.today.urls")),
    path("declare/", include("pingzhan.pages.company.declarations.urls")),
    path("returnees/", include("pingzhan.pages.company.returnees.urls")),
    path("health/", include("pingzhan.pages.company.health.urls")),
    path("gate/", include("pingzhan.pages.company.gate.urls")),
    path("canteen/", include("pingzhan.pages.company.canteen.urls")),
    path("goods/", include("pingzhan.pages.company.goods.urls")),
    path("plans/", include("pingzhan.pages.company.plans.urls")),
    path("incidents/", include("pingzhan.pages.company.incidents.urls")),
    path("supplies/", include("pingzhan.pages.company.supplies.urls")),
    path("sanitation/", include("pingzhan.pages.company.sanitation.urls")),
    path("duty/", include("pingzhan.pages.company.duty.urls")),
    path("production/", include("pingzhan.pages.company.production.urls")),
    path("training/", include("pingzhan.pages.company.training.urls")),
    path("testing/", include("pingzhan.pages.company.testing.urls")),
    path("v/<str:token>", visitor_pass, name="visitor_pass"),
    path("s/<str:token>", feeling, name="feeling"),
    path("r/<str:token>", returning, name="returning"),
]
