"""Rules of templates and of the built front end: what the content policy or htmx 2 would silently break."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SRC = ROOT / "src" / "pingzhan"
WEB = ROOT / "web"
TEMPLATES = sorted(SRC.rglob("templates/**/*.html"))

COMMENTS = re.compile(r"{%\s*comment\b.*?{%\s*endcomment\s*%}|{#.*?#}|<!--.*?-->", re.DOTALL)
FORBIDDEN = {
    "inline style": r"\sstyle\s*=",
    "inline style element": r"<style\b",
    "inline handler": r"<[^>]*\son[a-z]+\s*=",
    "hx-on never fires under the policy": r"\b(?:data-)?hx-on\b",
    "trigger filter is silently true under the policy": r"hx-trigger\s*=\s*[\"'][^\"']*\[",
    "evaluated values": r"hx-(?:vals|headers)\s*=\s*[\"']\s*(?:js|javascript):",
    "evaluated morph options": r"morph:\{",
    "script address": r"(?:href|src|action|formaction)\s*=\s*[\"']\s*javascript:",
    "htmx 4 idiom": r":inherited\b|\binnerMorph\b|\bouterMorph\b|htmx:after:|htmx:before:|hx-disable\s*=",
    "foreign address": r"<(?:script|link|img|source|video|audio|use|object|embed)\b[^>]*[\"'\s=](?:https?:)?//",
    "foreign address in a style": r"url\(\s*[\"']?(?:https?:)?//",
    "unescaped output": r"\|\s*safe\b|{%\s*autoescape\s+off|\|\s*safeseq\b",
    "frame": r"<i?frame\b",
}
COTTON_TAG = re.compile(
    r"<c-([a-z][\w.-]*)((?:\s+[^\s/>\"'=<>`]+(?:\s*=\s*(?:\"[^\"]*\"|'[^']*'|[^\s\"'>]+))?)*)\s*/?>"
)
ATTRIBUTE = re.compile(r"([^\s/>\"'=<>`]+)(?:\s*=\s*(\"[^\"]*\"|'[^']*'|[^\s\"'>]+))?")
C_VARS = re.compile(r"<c-vars\s([^>]*?)/?>", re.DOTALL)


def text_of(path: Path) -> str:
    return COMMENTS.sub("", path.read_text(encoding="utf-8"))


def name_of(path: Path) -> str:
    """The name Django loads a template by."""
    return path.as_posix().rpartition("/templates/")[2]


def ids(path: Path) -> str:
    return path.relative_to(SRC).as_posix()


@pytest.mark.parametrize("path", TEMPLATES, ids=ids)
def test_template_obeys_the_content_policy_and_htmx_2(path: Path) -> None:
    text = text_of(path)
    broken = [why for why, pattern in FORBIDDEN.items() if re.search(pattern, text, re.IGNORECASE)]
    assert broken == []


@pytest.mark.parametrize("path", TEMPLATES, ids=ids)
def test_scripts_are_files_or_data(path: Path) -> None:
    for attributes in re.findall(r"<script\b([^>]*)>", text_of(path)):
        assert "src=" in attributes or "application/json" in attributes


@pytest.mark.parametrize("path", TEMPLATES, ids=ids)
def test_posted_forms_carry_the_token(path: Path) -> None:
    for form in re.findall(
        r"<form\b[^>]*method=\"post\".*?</form>", text_of(path), re.DOTALL | re.IGNORECASE
    ):
        # the sign-in library's element gets it in its slot
        assert "{% csrf_token %}" in form or "{% slot body %}" in form or ids(path).endswith("gallery.html")


def tag_of(path: Path) -> str:
    """The name a component is used by, after ``c-``."""
    return path.as_posix().rpartition("/cotton/")[2].removesuffix(".html").replace("/", ".").replace("_", "-")


def component_variables() -> dict[str, set[str]]:
    """The declared variables of each component, by its tag name."""
    found: dict[str, set[str]] = {}
    for path in SRC.rglob("templates/cotton/**/*.html"):
        name = tag_of(path)
        declared = C_VARS.search(text_of(path))
        found[name] = (
            {m.group(1).lstrip(":") for m in ATTRIBUTE.finditer(declared.group(1))} if declared else set()
        )
    return found


COMPONENTS = component_variables()


def component_uses(text: str) -> Iterator[tuple[str, str, str | None]]:
    """Tag name, attribute name and raw value of each attribute of each component used."""
    for tag in COTTON_TAG.finditer(re.sub(r"{%.*?%}|{{.*?}}", "x", text, flags=re.DOTALL)):
        if tag.group(1) in ("vars", "slot"):
            continue
        for attribute in ATTRIBUTE.finditer(tag.group(2)):
            yield tag.group(1), attribute.group(1), attribute.group(2)


@pytest.mark.parametrize("path", TEMPLATES, ids=ids)
def test_components_exist_and_dynamic_attributes_are_declared(path: Path) -> None:
    """An undeclared ``:name`` would be put into the element without escaping (django-cotton's attrs)."""
    for tag, attribute, value in component_uses(text_of(path)):
        assert tag in COMPONENTS, f"<c-{tag}> has no template"
        if attribute.startswith(":"):
            assert attribute[1:] in COMPONENTS[tag], f"<c-{tag} {attribute}> must be declared in its c-vars"
        if value is not None:
            assert value[0] in "\"'", f"<c-{tag} {attribute}> needs quotes"


BLOCK = re.compile(r"{%\s*(?:block\s+(\w+)|endblock\b[^%]*?)\s*%}")
BOUND = re.compile(r"{%\s*(?!blocktranslate\b)\w+\s[^%]*?\bas\s+(\w+)\s*%}")


def blocks_of(text: str) -> Iterator[tuple[str, str]]:
    """Name and text of each block that lies in no other block."""
    depth, name, begin = 0, "", 0
    for mark in BLOCK.finditer(text):
        if mark.group(1):
            depth += 1
            if depth == 1:
                name, begin = mark.group(1), mark.end()
        else:
            depth -= 1
            if depth == 0:
                yield name, text[begin : mark.start()]


def lost_names(text: str) -> set[tuple[str, str]]:
    """(block, name) of names shown in a block that only another block has bound: empty there.

    Only plain outputs count: ``{{ back }}`` alone, so that names of loops and of the view may be alike.
    """
    blocks = list(blocks_of(text))
    bound = {name: set(BOUND.findall(body)) for name, body in blocks}
    everywhere = set().union(*bound.values())
    found = set()
    for name, body in blocks:
        local = bound[name] | set(re.findall(r"\w+", " ".join(re.findall(r"{%\s*for\s+(.+?)\s+in\s", body))))
        shown = set(re.findall(r"{{\s*(\w+)\s*}}", body))
        found |= {(name, word) for word in shown & everywhere - local}
    return found


@pytest.mark.parametrize("path", TEMPLATES, ids=ids)
def test_names_are_bound_in_the_block_that_shows_them(path: Path) -> None:
    """A name bound in one block is gone in the next: a link without its address turns into a button."""
    assert lost_names(text_of(path)) == set()


def test_a_name_bound_in_another_block_is_found() -> None:
    header = "{% block header %}{% url 'x' as back %}{{ back }}{% endblock %}"
    content = "{% block content %}{{ back }}{% endblock %}"
    assert lost_names(header + content) == {("content", "back")}
    assert lost_names(header + content.replace("{{", "{% url 'x' as back %}{{")) == set()


def test_every_template_is_used() -> None:
    sources = {path: path.read_text(encoding="utf-8") for path in SRC.rglob("*.py")}
    sources |= {path: text_of(path) for path in TEMPLATES}
    library = Path(find_spec("allauth").origin).parent / "templates"  # type: ignore[union-attr, arg-type]
    unused = []
    for path in TEMPLATES:
        name = name_of(path)
        if (library / name).is_file() or re.fullmatch(r"[45]\d\d\.html", name):
            continue
        if name.startswith("cotton/"):
            tag = tag_of(path)
            marks = [f"<c-{tag} ", f"<c-{tag}>", f"<c-{tag}\n", f"<c-{tag}/"]
        else:
            marks = [f'"{name}', f"'{name}"]
        if not any(mark in text for other, text in sources.items() if other != path for mark in marks):
            unused.append(name)
    assert unused == []


def test_template_names_are_unique() -> None:
    names = [name_of(path) for path in TEMPLATES]
    assert sorted(names) == sorted(set(names))


def lock() -> dict[str, dict[str, object]]:
    packages: dict[str, dict[str, object]] = json.loads((WEB / "package-lock.json").read_text())["packages"]
    return packages


def test_one_htmx_of_the_right_line() -> None:
    copies = {
        path: entry["version"] for path, entry in lock().items() if path.endswith("node_modules/htmx.org")
    }
    assert copies == {"node_modules/htmx.org": "2.0.11"}


def test_lock_names_no_host_and_checks_every_package() -> None:
    for path, entry in lock().items():
        assert "resolved" not in entry, path
        # What a package carries inside is checked with the package.
        assert path == "" or "integrity" in entry or entry.get("inBundle"), path
        assert not entry.get("hasInstallScript"), path


def test_front_end_versions_are_exact() -> None:
    package = json.loads((WEB / "package.json").read_text())
    for group in ("dependencies", "devDependencies"):
        for name, version in package[group].items():
            assert re.fullmatch(r"\d+\.\d+\.\d+", version), f"{name} {version}"


def test_installs_run_no_scripts_and_name_no_host() -> None:
    settings = (WEB / ".npmrc").read_text().splitlines()
    assert {"ignore-scripts=true", "omit-lockfile-registry-resolved=true"} <= set(settings)


SOURCES = sorted(p for p in (WEB / "src").rglob("*") if p.suffix in (".ts", ".css") and p.is_file())


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: p.name)
def test_front_end_source_names_no_foreign_address(path: Path) -> None:
    text = path.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")  # a name, never fetched
    assert not re.search(r"https?://|url\(\s*[\"']?//", text)


def test_built_files_load_nothing_foreign() -> None:
    """Strings such as XML namespaces are no loads; style addresses, imports and fetches are."""
    dist = WEB / "dist"
    built = [p for p in dist.rglob("*") if p.suffix in (".css", ".js", ".html", ".svg")]
    if not built:
        pytest.skip("the front end is not built (make up, or npm run build in web)")
    loads = re.compile(
        r"url\(\s*[\"']?(?:https?:)?//|@import\s+(?:url\()?[\"']?(?:https?:)?//"
        r"|\b(?:import|fetch|importScripts|Worker|EventSource)\(\s*[\"'`](?:https?:)?//"
        r"|(?:from|import)\s*[\"'](?:https?:)?//|<(?:script|link|image|use)\b[^>]*(?:https?:)?//"
    )
    for path in built:
        assert not loads.search(path.read_text(encoding="utf-8")), path.name


@pytest.mark.parametrize(
    "snippet",
    [
        '<p style="color:red">',
        "<style>p{}</style>",
        '<button onclick="x()">',
        '<div hx-on:click="x()">',
        "<div hx-on::after-request='x()'>",
        '<div hx-trigger="click[ctrlKey]">',
        "<div hx-vals='js:{a: 1}'>",
        '<div hx-swap="morph:{ignoreActive:true}">',
        '<a href="javascript:x()">',
        '<div hx-swap="innerMorph">',
        '<div hx-get:inherited="/x">',
        '<button hx-disable="true">',
        '<script src="https://cdn.example/x.js"></script>',
        '<link rel="stylesheet" href="//cdn.example/x.css">',
        "{{ name|safe }}",
        "{% autoescape off %}",
    ],
)
def test_the_rules_find_what_they_forbid(snippet: str) -> None:
    assert any(re.search(pattern, snippet, re.IGNORECASE) for pattern in FORBIDDEN.values())


@pytest.mark.parametrize(
    "snippet",
    [
        '<a href="https://www.example.gov.cn/">',
        '<div hx-trigger="sse:command, every 5s">',
        '<button hx-disabled-elt="this">',
        '<p class="style-guide">',
        '<div hx-swap="morph:innerHTML">',
        '<input data-on="1" name="person">',
    ],
)
def test_the_rules_leave_the_rest_alone(snippet: str) -> None:
    assert not any(re.search(pattern, snippet, re.IGNORECASE) for pattern in FORBIDDEN.values())
