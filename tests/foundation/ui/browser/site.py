"""A site without a database: one page in the desk frame, and answers of every kind to its buttons."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.template.loader import render_to_string
from django.urls import include, path

from pingzhan.foundation.ui.context import Band, routine_band
from pingzhan.kernel.errors import Invalid, Refused

STATE: dict[str, Any] = {"emergency": False, "posts": 0, "events": []}


class PeopleForm(forms.Form):
    people = forms.IntegerField(label="人数", widget=forms.TextInput)


class SignedIn:
    is_authenticated = True
    is_demo = False
    username = "lin"
    name = "林知远"


def render(request: HttpRequest, name: str, **values: Any) -> str:
    request.user = SignedIn()  # type: ignore[assignment]
    return render_to_string(f"trial/{name}.html", values, request)


def band(request: HttpRequest) -> Band:
    made = routine_band("云岭经济开发区")
    if STATE["emergency"]:
        made["posture"], made["level"] = "emergency", 2
    return made


def region_data() -> dict[str, Any]:
    figure = 3 + STATE["posts"]
    return {
        "data": {"categories": ["甲"], "series": [{"name": "人", "data": [figure]}]},
        "columns": ["组", "人"],
        "rows": [["甲", figure]],
    }


def page(request: HttpRequest) -> HttpResponse:
    return HttpResponse(render(request, "page", form=PeopleForm(), **region_data()))


def refused(request: HttpRequest) -> HttpResponse:
    raise Refused("您不能下达转换命令。", hint="请联系值班长。")


def wrong(request: HttpRequest) -> HttpResponse:
    raise Invalid("人数应为整数。", place="第 3 行")


def boom(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("on purpose")


def moved(request: HttpRequest) -> HttpResponse:
    return HttpResponseRedirect("/arrived/")


def arrived(request: HttpRequest) -> HttpResponse:
    return HttpResponse(render(request, "arrived"))


def save(request: HttpRequest) -> HttpResponse:
    form = PeopleForm(request.POST)
    if form.is_valid():
        return HttpResponse("已保存")
    return HttpResponse(render(request, "_form", form=form), status=422)


def slow(request: HttpRequest) -> HttpResponse:
    STATE["posts"] += 1
    time.sleep(0.6)
    return HttpResponse(f"收到 {STATE['posts']} 次 {request.POST.get('kind', '')}")


def dialog(request: HttpRequest) -> HttpResponse:
    return HttpResponse(render(request, "_dialog"))


def live_part(request: HttpRequest) -> HttpResponse:
    return HttpResponse("<p>第 1 次</p>")


def region(request: HttpRequest) -> HttpResponse:
    return HttpResponse(render(request, "_region", **region_data()))


def stream(request: HttpRequest) -> StreamingHttpResponse:
    def events() -> Iterator[str]:
        yield ": open\n\n"
        seen = len(STATE["events"])
        for _ in range(600):
            if len(STATE["events"]) > seen:
                seen = len(STATE["events"])
                yield "event: command\ndata: {}\n\n"
            time.sleep(0.05)

    return StreamingHttpResponse(events(), content_type="text/event-stream")


def top(request: HttpRequest) -> HttpResponse:
    from pingzhan.foundation.ui import views

    request.user = SignedIn()  # type: ignore[assignment]
    return views.band(request)


urlpatterns = [
    path("page/", page),
    path("refused/", refused),
    path("wrong/", wrong),
    path("boom/", boom),
    path("moved/", moved),
    path("arrived/", arrived),
    path("save/", save),
    path("slow/", slow),
    path("dialog/", dialog),
    path("live-part/", live_part),
    path("region/", region),
    path("live/", stream, name="live"),
    path("ui/band/", top, name="ui-band"),
    path("accounts/logout/", page, name="account_logout"),
    path("accounts/login/", page, name="account_login"),
    path("accounts/password/change/", page, name="account_change_password"),
    path("i18n/", include("django.conf.urls.i18n")),
]
handler500 = "pingzhan.foundation.ui.views.server_error"
