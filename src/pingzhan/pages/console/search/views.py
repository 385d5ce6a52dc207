"""One box for everything: names, readings and their initials, the last four characters of a number."""

from __future__ import annotations

import re
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import CharField, F, Func, Q, Value
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from pingzhan.domain.organisation import api as organisation
from pingzhan.domain.organisation.models import Person
from pingzhan.domain.people import api as people
from pingzhan.domain.territory import api as territory
from pingzhan.foundation.access.actor import Actor, request_actor
from pingzhan.foundation.access.roles import Permission
from pingzhan.foundation.accounts.shared import count_within
from pingzhan.kernel.errors import DomainError
from pingzhan.kernel.folding import compact, fold
from pingzhan.pages.console.enterprises.table import found_table as firm_table
from pingzhan.pages.console.workers.table import found_table as worker_table

MOST = 20
"""Results of each kind; whoever wants more narrows the words or goes to the list."""
LONGEST = 60
TAIL = re.compile(r"[0-9]{4}")
PER_MINUTE = 40
"""Searches of one account in a minute: more than anybody types, less than a register needs to be
read out four digits at a time."""


class TooMany(DomainError):
    """The account has searched too often within the minute."""

    status = 429
    code = "too_many_searches"


@never_cache
@require_GET
@login_required
def index(request: HttpRequest) -> HttpResponse:
    """Show what the words find, by kind. Raises TooMany past the limit of a minute."""
    actor = request_actor(request)
    words = fold(request.GET.get("q", ""))[:LONGEST]
    context: dict[str, Any] = {"words": words, "most": MOST}
    if words:
        _count(actor)
        context |= {
            "workers": _workers(actor, words),
            "firms": _firms(actor, words),
            "officials": _officials(actor, words),
        }
        # A number that was asked for by its end is shown with its middle hidden, as everywhere.
        context["phones"] = organisation.masked_tails(
            [one.pk for one in context["officials"]], compact(words)
        )
        context["worker_table"] = worker_table(context["workers"])
        context["firm_table"] = firm_table(context["firms"])
        context["nothing"] = not (context["workers"] or context["firms"] or context["officials"])
    return render(request, "console/search/index.html", context)


def _count(actor: Actor) -> None:
    if count_within(f"search:{actor.user_id}", 60) > PER_MINUTE:
        raise TooMany(_("查找得太频繁，请稍等一分钟。"), hint=_("要看整份名单，请打开列表并使用筛选。"))


def _workers(actor: Actor, words: str) -> list[people.WorkerRow]:
    if not actor.has(Permission.VIEW_WORKERS):
        return []
    found = people.roster(people.visible_to(actor), people.RosterFilter(words=words, status="all"))
    return people.worker_rows(people.page_of(found, size=MOST)[:MOST])


def _firms(actor: Actor, words: str) -> list[Any]:
    if not actor.has(Permission.VIEW_ENTERPRISES):
        return []
    visible = territory.enterprises_visible_to(actor)
    return list(territory.find(visible, territory.EnterpriseFilter(words=words))[:MOST])


def _officials(actor: Actor, words: str) -> list[Person]:
    if not actor.has(Permission.VIEW_STRUCTURE):
        return []
    tight = compact(words)
    wanted = Q(name__icontains=tight)
    letters = tight.lower()
    visible = organisation.persons_visible_to(actor)
    if TAIL.fullmatch(tight):
        wanted |= Q(pk__in=organisation.with_tail(visible, tight).values("pk"))
    if letters.isascii() and letters.isalpha() and len(letters) >= 2:
        # sort_key is 'shi2 qiao2': without digits and blanks it is the reading, the first letters the initials.
        wanted |= Q(reading__startswith=letters) | Q(initials__startswith=letters)
    return list(
        visible.filter(active=True, provisional=False)
        .annotate(
            reading=_replaced(r"[0-9 ]", ""),
            initials=_replaced(r"([^ ])[^ ]* ?", r"\1"),
        )
        .filter(wanted)
        .select_related("home_unit")
        .order_by("sort_key", "pk")[:MOST]
    )


def _replaced(pattern: str, by: str) -> Func:
    return Func(
        F("sort_key"),
        Value(pattern),
        Value(by),
        Value("g"),
        function="regexp_replace",
        output_field=CharField(),
    )
