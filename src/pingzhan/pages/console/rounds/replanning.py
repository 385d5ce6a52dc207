"""Planning again: what has happened is said, a new version is computed and shown beside the plan it came from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from pingzhan.domain.screening import api as screening
from pingzhan.domain.screening.enums import Event, Patience, PlanState, RoundState
from pingzhan.domain.screening.models import PlanVersion, Round
from pingzhan.foundation.access.actor import request_actor
from pingzhan.kernel.errors import Conflict, Invalid
from pingzhan.pages.console.rounds import shown
from pingzhan.pages.console.rounds.forms import clock_field, whole
from pingzhan.pages.console.rounds.shared import PLANS, Tab, clock, round_for

REPLANS = (RoundState.ADOPTED, RoundState.RUNNING)
FIELDS = {
    Event.TEAM_OUT: ("team",),
    Event.TEAM_LATE: ("team", "until"),
    Event.SITE_CLOSED: ("enterprise", "until"),
    Event.LAB_SLOWER: ("tubes_per_hour", "until"),
}
"""What is asked of each thing that can happen."""
UNTIL = {
    Event.TEAM_LATE: gettext_lazy("几点能到"),
    Event.SITE_CLOSED: gettext_lazy("几点重新开放"),
    Event.LAB_SLOWER: gettext_lazy("几点恢复"),
}
OPEN_END = {
    Event.SITE_CLOSED: gettext_lazy("不填就是今天不再开放，这家企业的人这一轮不采。"),
    Event.LAB_SLOWER: gettext_lazy("不填就是今天不恢复。"),
}


@dataclass(frozen=True)
class Moved:
    """One visit that became different, as the page shows it."""

    firm: str
    heads: int
    before: str
    after: str


class ReplanForm(forms.Form):
    """What has happened, and how to plan again."""

    team = forms.TypedChoiceField(
        label=gettext_lazy("采样队"),
        coerce=int,
        error_messages={"required": gettext_lazy("请选择采样队。")},
    )
    enterprise = forms.TypedChoiceField(
        label=gettext_lazy("企业"), coerce=int, error_messages={"required": gettext_lazy("请选择企业。")}
    )
    tubes_per_hour = whole(gettext_lazy("现在每小时检测管数"), min_value=1, max_value=100_000)
    until = clock_field("")
    patience = forms.ChoiceField(
        label=gettext_lazy("怎样编排"),
        choices=Patience.choices,
        initial=Patience.LEAST_CHANGE,
        widget=forms.RadioSelect,
        help_text=gettext_lazy(
            "改动最少：尽量不动别的队，最后出结果最多晚一小时。耽误最少：可以调动别的队，尽快出结果。"
        ),
    )
    reason = forms.CharField(
        label=gettext_lazy("缘由"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, event: Event, base: PlanVersion, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in {"team", "enterprise", "tubes_per_hour", "until"} - set(FIELDS[event]):
            del self.fields[name]
        teams, firms = shown.names_of(base)
        for name, names in (("team", teams), ("enterprise", firms)):
            field = self.fields.get(name)
            if isinstance(field, forms.TypedChoiceField):
                listed = sorted(names.items(), key=lambda pair: (pair[1], pair[0]))
                field.choices = [("", _("请选择")), *listed]
        if "until" in self.fields:
            self.fields["until"].label = UNTIL[event]
            self.fields["until"].help_text = OPEN_END.get(event, "")
            self.fields["until"].required = event not in OPEN_END


@require_http_methods(["GET", "POST"])
@PLANS
def replan(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what has happened and ask for a new version of the plan in force; ``event`` is what has happened."""
    actor = request_actor(request)
    round_ = round_for(actor, pk)
    base = in_force(round_)
    if base is None:
        messages.error(request, _("这一轮没有正在执行的计划，不能重新编排。"))
        return redirect("rounds:show", round_.pk)
    asked = request.GET.get("event", "")
    event = Event(asked) if asked in Event.values else Event.TEAM_OUT
    form = ReplanForm(request.POST if request.method == "POST" else None, event=event, base=base)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            screening.replan_round(
                round_=round_,
                what=screening.Happened(event, **{name: data[name] for name in FIELDS[event]}),
                patience=Patience(data["patience"]),
                reason=data["reason"],
                by=actor,
            )
        except Invalid as error:
            form.add_error(error.place if error.place in form.fields else None, error.message)
        except Conflict as error:
            form.add_error(None, f"{error.message}{error.hint}")
        else:
            messages.success(request, _("正在计算，算完会显示在这里。在采用之前，各队仍按原来的计划。"))
            return redirect("rounds:show", round_.pk)
    here = reverse("rounds:replan", args=[round_.pk])
    context = {
        "round": round_,
        "base": base,
        "form": form,
        "tab": event.value,
        "tabs": [Tab(one.value, str(one.label), f"{here}?event={one.value}") for one in Event],
    }
    return render(request, "console/rounds/replan.html", context, status=422 if form.errors else 200)


def in_force(round_: Round) -> PlanVersion | None:
    """Return the version by which a round goes on, None while none can be planned again. One query."""
    if round_.state not in REPLANS:
        return None
    return round_.versions.filter(state=PlanState.ADOPTED).first()


def words(version: PlanVersion, teams: dict[str, str], firms: dict[str, str]) -> str:
    """Return in words what happened and how the version was planned again; empty for an ordinary version."""
    if not version.base_id:
        return ""
    said = version.happened
    parts = [_entry(one, teams, firms) for one in said["changes"]]
    return _("%(at)s 起：%(what)s（%(how)s）") % {
        "at": clock(said["at"]),
        "what": _("，").join(parts),
        "how": Patience(said["mode"]).label,
    }


def _entry(one: dict[str, Any], teams: dict[str, str], firms: dict[str, str]) -> str:
    until = clock(one["until"]) if "until" in one else ""
    if one["kind"] == Event.TEAM_OUT:
        return _("%(team)s 退出") % {"team": teams.get(one["team"], "")}
    if one["kind"] == Event.TEAM_LATE:
        return _("%(team)s %(until)s 才到") % {"team": teams.get(one["team"], ""), "until": until}
    if one["kind"] == Event.SITE_CLOSED:
        firm = firms.get(one["site"], "")
        if until:
            return _("%(firm)s 封闭到 %(until)s") % {"firm": firm, "until": until}
        return _("%(firm)s 封闭") % {"firm": firm}
    if until:
        return _("实验室每小时 %(n)d 管，到 %(until)s") % {"n": one["tubes_per_h"], "until": until}
    return _("实验室每小时 %(n)d 管") % {"n": one["tubes_per_h"]}


def compared(version: PlanVersion, teams: dict[str, str], firms: dict[str, str]) -> dict[str, Any]:
    """Return what the page shows of a version that was planned again, beside the plan it came from.

    ``version.base`` is read: pass a version selected with it.
    """
    base = version.base
    assert base is not None

    def spot(team: str | None, start: int | None) -> str:
        return f"{clock(start)} {teams.get(team, '')}" if team is not None and start is not None else ""

    changes = screening.changes_of(version)
    return {
        "base": base,
        "words": words(version, teams, firms),
        "moved": [
            Moved(
                firms.get(one.site, ""),
                one.persons,
                spot(one.from_team, one.from_start),
                spot(one.to_team, one.to_start),
            )
            for one in changes
        ],
        "told": len({one.site for one in changes}),
        "unserved": [
            (firms.get(site, ""), heads, why) for site, heads, why in screening.unserved_of(version)
        ],
        "gantt": shown.gantt(base, teams, firms),
        "label": _("第 %(n)d 版：各采样队一天的安排") % {"n": base.number},
        "rows": shown.rows(shown.lines(base, teams, firms)),
        "outdated": screening.overtaken(version) if version.state == PlanState.READY else "",
    }
