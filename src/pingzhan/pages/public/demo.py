"""Demo personas: sign in as an invented person with one click, on this machine only."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address

from django.conf import settings
from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from pingzhan.foundation.access.models import RoleGrant
from pingzhan.foundation.access.roles import ROLES, Role
from pingzhan.foundation.access.signins import mark_way
from pingzhan.foundation.accounts.models import User

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_REAL_IP", "HTTP_X_FORWARDED_HOST", "HTTP_VIA")


@dataclass(frozen=True)
class Persona:
    """An invented person and his roles in words."""

    user: User
    roles: tuple[str, ...]
    description: str


def is_loopback(text: str) -> bool:
    """Return whether an address or host name means this machine itself."""
    if text == "localhost":
        return True
    try:
        address = ip_address(text.strip("[]"))
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback


def is_local(request: HttpRequest) -> bool:
    """Return whether the request surely comes from this machine.

    The server must be bound to loopback, the peer be loopback, the name asked for be loopback (a foreign name
    that resolves to 127.0.0.1 is refused), and no proxy be in between: any forwarding header, whatever it
    says, means that the peer address is not the visitor's.
    """
    if any(header in request.META for header in FORWARDED):
        return False
    host = request.get_host().rpartition(":")[0] if _has_port(request.get_host()) else request.get_host()
    return (
        is_loopback(settings.BIND_HOST)
        and is_loopback(request.META.get("REMOTE_ADDR", ""))
        and is_loopback(host)
    )


def _has_port(host: str) -> bool:
    return ":" in host and not host.endswith("]")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def personas(request: HttpRequest) -> HttpResponse:
    """Show the personas; POST with ``user`` signs in as that one. 404 unless in demo mode and local."""
    if not settings.DEMO or not is_local(request):
        raise Http404
    if request.method == "POST":
        wanted = request.POST.get("user", "")
        number = int(wanted) if wanted.isdecimal() else 0
        user = get_object_or_404(User, pk=number, is_demo=True, is_active=True)
        mark_way(request, "demo")
        login(request, user, backend=BACKEND)
        return HttpResponseRedirect("/")
    return render(request, "public/demo.html", {"personas": _personas()})


def _personas() -> list[Persona]:
    """Return the personas, those who decide first (two queries)."""
    first = (Role.DUTY_OFFICER, Role.LEADER, Role.ORGANISER, Role.OFFICIAL, Role.COMPANY)
    rank = {role: n for n, role in enumerate([*first, *(role for role in Role if role not in first)])}
    held: dict[int, set[Role]] = {}
    for user_id, key in RoleGrant.objects.filter(user__is_demo=True).values_list("user_id", "role"):
        if key in set(Role):
            held.setdefault(user_id, set()).add(Role(key))
    users = list(User.objects.filter(is_demo=True, is_active=True))
    users.sort(key=lambda user: (min((rank[role] for role in held.get(user.pk, ())), default=99), user.pk))
    found = []
    for user in users:
        roles = sorted(held.get(user.pk, ()), key=lambda role: rank[role])
        words = tuple(str(ROLES[role].label) for role in roles)
        found.append(Persona(user, words, str(ROLES[roles[0]].description) if roles else ""))
    return found
