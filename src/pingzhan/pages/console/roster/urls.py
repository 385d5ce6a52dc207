"""Addresses of 值班."""

from django.urls import path

from pingzhan.pages.console.roster import away, handovers, making, mine, views

app_name = "roster"
urlpatterns = [
    path("", views.index, name="index"),
    path("sheet/", views.sheet, name="sheet"),
    path("shift/<int:pk>/", views.shift, name="shift"),
    path("shift/<int:pk>/cancel/", views.cancel, name="cancel"),
    path("shift/<int:pk>/swap/", mine.ask, name="ask"),
    path("add/", views.add, name="add"),
    path("mine/", mine.mine, name="mine"),
    path("mine/feed/", mine.make_feed, name="make_feed"),
    path("mine/feed/end/", mine.end_feed, name="end_feed"),
    path("feed/<str:token>.ics", views.feed, name="feed"),
    path("swaps/", mine.swaps, name="swaps"),
    path("swaps/<int:pk>/<slug:act>/", mine.answer, name="answer"),
    path("drafts/", making.drafts, name="drafts"),
    path("new/", making.new, name="new"),
    path("drafts/<int:pk>/", making.draft, name="draft"),
    path("drafts/<int:pk>/publish/", making.publish, name="publish"),
    path("drafts/<int:pk>/discard/", making.discard, name="discard"),
    path("balance/", making.balance, name="balance"),
    path("pool/", making.pool, name="pool"),
    path("pool/<int:pk>/<slug:act>/", making.member, name="member"),
    path("handovers/", handovers.index, name="handovers"),
    path("handovers/<int:pk>/", handovers.detail, name="handover"),
    path("handovers/<int:pk>/<slug:what>/", handovers.act, name="handover_act"),
    path("absences/", away.absences, name="absences"),
    path("absences/<int:pk>/cancel/", away.cancel_absence, name="cancel_absence"),
    path("holidays/", away.holidays, name="holidays"),
    path("holidays/<int:pk>/remove/", away.remove_holiday, name="remove_holiday"),
]
