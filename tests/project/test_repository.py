"""What may be in the repository: pinned and explained dependencies, no secrets, no machine, short files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.project.house import ROOT, relative, repository_files, text_of

LINES = 450
#: Files above the limit, each with its reason.
LONG = {
    "docs/modules.md": "generated: one entry for each module of the product",
    "tests/project/doors.py": "one line for each address of the product",
}
FORBIDDEN = {
    "a folder of one machine": r"(?<![\w.\-/])/(?:work|root)/",
    "a package registry": r"pypi\.org|pythonhosted\.org|registry\.npmjs|npmmirror|tuna\.tsinghua",
    "a private key": r"-----BEGIN [A-Z ]*PRIVATE KEY",
    "an access key": r"\b(?:AKIA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{30,}|xox[baprs]-[\w-]{10,})",
    "an address with a password": r"postgres(?:ql)?://[\w.-]+:[\w.-]+@",
    "a secret setting": r"(?:SECRET|TOKEN|PASSWORD|API)_?KEY\s*=\s*[\"'][^\"']{8,}[\"']",
}


def requirements(name: str) -> Iterator[tuple[str, str, str]]:
    """Return (line, package with version, reason) of each requirement of a file."""
    for line in (ROOT / name).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith(("#", "-")):
            package, _, reason = line.partition("#")
            yield line, package.strip(), reason.strip()


@pytest.mark.parametrize("name", ["requirements.in", "requirements-dev.in"])
def test_each_dependency_has_a_reason(name: str) -> None:
    assert [line for line, _package, reason in requirements(name) if not reason] == []


def test_product_dependencies_are_pinned() -> None:
    unpinned = [line for line, package, _reason in requirements("requirements.in") if "==" not in package]
    assert unpinned == []


@pytest.mark.parametrize("name", ["requirements", "requirements-dev"])
def test_lock_is_complete_and_hashed(name: str) -> None:
    lock = (ROOT / f"{name}.lock").read_text(encoding="utf-8")
    pinned = re.findall(r"^([a-z0-9][\w.-]*)==\S+ \\\n {4}--hash=sha256:[0-9a-f]{64}", lock, re.MULTILINE)
    packages = re.findall(r"^([a-z0-9][\w.-]*)==", lock, re.MULTILINE)
    assert pinned == packages
    wanted = {re.split(r"[\[=<>!~]", package)[0] for _line, package, _reason in requirements(f"{name}.in")}
    normal = {re.sub(r"[-_.]+", "-", package).lower() for package in wanted}
    assert normal - set(packages) == set()


def test_no_secret_no_machine_no_registry() -> None:
    found = []
    for path in set(repository_files()) - {Path(__file__).resolve()}:
        text = text_of(path)
        for what, pattern in FORBIDDEN.items():
            if text is not None and (hit := re.search(pattern, text)):
                found.append(f"{relative(path)}: {what}: {hit.group()}")
    assert found == []


def test_files_are_short() -> None:
    lengths = {
        relative(path): text.count("\n")
        for path in repository_files()
        if path.suffix in {".py", ".html", ".ts", ".css", ".md"}
        and "migrations" not in path.parts
        and (text := text_of(path)) is not None
    }
    assert {name: count for name, count in lengths.items() if count > LINES and name not in LONG} == {}
    assert [name for name in LONG if lengths.get(name, 0) <= LINES] == []


def test_no_open_ends() -> None:
    marks = re.compile(r"\b(?:TODO|FIXME|XXX|HACK)\b")
    code = {".py", ".html", ".ts", ".css", ".md", ".toml"}
    open_ends = [
        relative(path)
        for path in repository_files()
        if path.suffix in code and path != Path(__file__).resolve() and marks.search(text_of(path) or "")
    ]
    assert open_ends == []


def test_no_name_of_the_notice_is_in_the_repository() -> None:
    """The source notice names real people; examples, tests and the demo zone use invented names."""
    seeds = sorted((ROOT.parent / "shared" / "seed").glob("*.txt"))
    if not seeds:
        pytest.skip("the source notice is not here")
    from pingzhan.domain.organisation.reading import read_text

    names = {
        entry.name
        for group in read_text(seeds[0].read_text(encoding="utf-8")).groups
        for entry in group.entries
        if entry.name
    }
    assert len(names) > 30
    spaced = {re.sub(r"\s", "", name) for name in names}
    found = []
    for path in repository_files():
        text = text_of(path) or ""
        found += [f"{relative(path)}: {index}" for index, name in enumerate(sorted(spaced)) if name in text]
    assert found == []


def targets() -> set[str]:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    return set(re.findall(r"^([a-z][\w-]*):", makefile, re.MULTILINE))


def documents() -> list[Path]:
    return [ROOT / "README.md", ROOT / "README.zh-CN.md", *sorted((ROOT / "docs").rglob("*.md"))]


@pytest.mark.parametrize("path", documents(), ids=relative)
def test_commands_of_the_documents_exist(path: Path) -> None:
    from pingzhan.config.cli import COMMANDS

    text = path.read_text(encoding="utf-8")
    code = "\n".join(re.findall(r"^```.*?^```|`[^`\n]+`", text, re.MULTILINE | re.DOTALL))
    assert set(re.findall(r"\bmake ([a-z][\w-]*)", code)) <= targets()
    assert set(re.findall(r"(?<![\w./-])pingzhan ([a-z]+)", code)) <= set(COMMANDS)


@pytest.mark.parametrize("path", documents(), ids=relative)
def test_links_of_the_documents_lead_somewhere(path: Path) -> None:
    text = re.sub(r"^```.*?^```", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    links = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text)
    broken = [link for link in links if "://" not in link and not (path.parent / link).exists()]
    assert broken == []
