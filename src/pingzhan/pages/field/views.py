"""采样: one page that opens without a network, and the worker that keeps it on the phone.

The page itself is the same for everybody and holds no data, so it needs no sign-in: what a phone may read and
send is decided by its device token (reference: front.md sections 9 and 10).
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from pingzhan.foundation.ui.assets import entry, every_file
from pingzhan.pages.field.words import words

PAGE, WORKER = "src/field/app.ts", "src/field/sw.ts"


@require_safe
@never_cache
def page(request: HttpRequest) -> HttpResponse:
    """Return the page of samplers in the reader's language."""
    return render(request, "field/page.html", {"words": words()})


@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """Return the worker with the set of files it keeps; another set is another version.

    Raises AssetsNotBuilt when the front end has not been built.
    """
    files = [settings.STATIC_URL + name for name in every_file(PAGE)]
    script = (Path(settings.VITE_DIST) / entry(WORKER).module).read_text(encoding="utf-8")
    home = reverse("field:page")
    version = hashlib.sha256(json.dumps([home, files, script]).encode()).hexdigest()[:16]
    head = json.dumps({"version": version, "page": home, "files": files})
    answer = HttpResponse(f"self.PZ_FIELD = {head};\n{script}", content_type="text/javascript; charset=utf-8")
    # A phone asks for the worker to learn of a new version: nothing between may answer for the server.
    answer.headers["Cache-Control"] = "no-cache"
    return answer
