"""Setting up channels: new, change, on and off, test, remove. Secrets are taken and never shown again."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from pingzhan.foundation.access.actor import request_actor
from pingzhan.foundation.access.roles import Permission
from pingzhan.foundation.messages import actions, receipts, rules, sealing
from pingzhan.foundation.messages.kinds import Kind, kinds
from pingzhan.foundation.messages.models import Channel
from pingzhan.foundation.messages.transport.gateway import GATEWAY_KIND
from pingzhan.kernel.errors import DomainError
from pingzhan.pages.console.guard import needs
from pingzhan.pages.console.messages.forms import PREFIX, ChannelForm, TestForm


@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "POST"])
@needs(Permission.MANAGE_CHANNELS)
def create(request: HttpRequest, kind: str) -> HttpResponse:
    """Set up a channel of a kind; it begins switched off."""
    known = kinds().get(kind)
    if known is None:
        raise Http404
    form = ChannelForm(request.POST or None, kind=known, channel=None, sealed=frozenset())
    if form.is_valid():
        try:
            made = actions.create_channel(
                key=form.cleaned_data["key"],
                kind=known.key,
                label=form.cleaned_data["label"],
                values=form.values(),
                limits=form.limits(),
                by=request_actor(request),
            )
        except DomainError as error:
            _blame(form, error)
        else:
            messages.success(request, _("渠道已建立，请先测试，再启用。"))
            return redirect("messages:channel", channel_id=made.pk)
    return _page(request, form, known, None)


@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "POST"])
@needs(Permission.MANAGE_CHANNELS)
def change(request: HttpRequest, channel_id: int) -> HttpResponse:
    """Show a channel's settings; POST changes them. A secret left empty stays."""
    found, known = _found(request, channel_id)
    form = ChannelForm(request.POST or None, kind=known, channel=found, sealed=_sealed(found))
    if form.is_valid():
        try:
            actions.change_channel(
                channel_id=found.pk,
                label=form.cleaned_data["label"],
                values=form.values(),
                limits=form.limits(),
                by=request_actor(request),
            )
        except DomainError as error:
            _blame(form, error)
        else:
            messages.success(request, _("渠道设置已保存。"))
            return redirect("messages:channel", channel_id=found.pk)
    return _page(request, form, known, found)


@require_POST
@needs(Permission.MANAGE_CHANNELS)
def enable(request: HttpRequest, channel_id: int) -> HttpResponse:
    """Switch a channel on or off."""
    _found(request, channel_id)
    on = request.POST.get("enabled") == "1"
    try:
        actions.set_enabled(channel_id=channel_id, enabled=on, by=request_actor(request))
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("渠道已启用。") if on else _("渠道已停用。"))
    return redirect("messages:channel", channel_id=channel_id)


@require_POST
@needs(Permission.MANAGE_CHANNELS)
def remove(request: HttpRequest, channel_id: int) -> HttpResponse:
    """Remove a channel that is switched off."""
    _found(request, channel_id)
    try:
        actions.remove_channel(channel_id=channel_id, by=request_actor(request))
    except DomainError as error:
        messages.error(request, error.message)
        return redirect("messages:channel", channel_id=channel_id)
    messages.success(request, _("渠道已删除。"))
    return redirect("messages:index")


@sensitive_post_parameters("address")
@never_cache
@require_POST
@needs(Permission.MANAGE_CHANNELS)
def test(request: HttpRequest, channel_id: int) -> HttpResponse:
    """Send one test message now and say what came of it."""
    found, known = _found(request, channel_id)
    form = TestForm(request.POST)
    receipt = None
    if form.is_valid():
        try:
            receipt = actions.send_test(
                channel_id=found.pk, address=form.cleaned_data["address"], by=request_actor(request)
            )
        except DomainError as error:
            form.add_error("address", error.message)
    found, known = _found(request, channel_id)
    blank = ChannelForm(None, kind=known, channel=found, sealed=_sealed(found))
    return _page(request, blank, known, found, test_form=form, receipt=receipt)


def _found(request: HttpRequest, channel_id: int) -> tuple[Channel, Kind]:
    visible = rules.channels_visible_to(request_actor(request)).select_related("health")
    found = get_object_or_404(visible, pk=channel_id)
    known = sealing.kind_of(found)
    if known is None:
        raise Http404
    return found, known


def _sealed(channel: Channel) -> frozenset[str]:
    try:
        return frozenset(sealing.opened(channel))
    except DomainError:
        return frozenset()


def _blame(form: ChannelForm, error: DomainError) -> None:
    place = error.place if error.place in form.fields else PREFIX + error.place
    form.add_error(place if place in form.fields else None, error.message)


def _page(
    request: HttpRequest,
    form: ChannelForm,
    known: Kind,
    found: Channel | None,
    *,
    test_form: TestForm | None = None,
    receipt: str | None = None,
) -> HttpResponse:
    callback = ""
    if found is not None and known.key == GATEWAY_KIND.key:
        path = reverse("messages:report", args=[receipts.callback_token(found)])
        callback = settings.PUBLIC_URL + path
    wrong = (form.is_bound and not form.is_valid()) or (test_form is not None and not test_form.is_valid())
    context: dict[str, Any] = {
        "form": form,
        "kind": known,
        "channel": found,
        "test_form": test_form or TestForm(),
        "receipt": receipt,
        "tested": receipt is not None,
        "callback": callback,
    }
    return render(request, "console/messages/channel.html", context, status=422 if wrong else 200)
