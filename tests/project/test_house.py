"""The order of the house beyond imports: relations, clauses, private parts, migrations."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db.migrations.loader import MigrationLoader

from pingzhan.config.upkeep import modules
from tests.project.house import contracts, domain_modules, rank_of, relative

PUBLIC = {"__init__", "api", "apps", "enums", "events", "migrations", "models", "data", "templates"}
CLAUSE = ("notice", "annex")


def name_of(path: Path) -> str:
    return path.name


def test_relations_point_downwards() -> None:
    """A string foreign key is no import, so import-linter does not see it; migrations do."""
    upward = []
    for model in apps.get_models():
        own = model.__module__
        if not own.startswith("pingzhan."):
            continue
        for field in model._meta.get_fields(include_hidden=True):
            if not field.is_relation or field.auto_created or not hasattr(field, "remote_field"):
                continue
            target = field.related_model
            if target is None or isinstance(target, str) or not target.__module__.startswith("pingzhan."):
                continue
            same = target._meta.app_label == model._meta.app_label
            if not same and rank_of(target.__module__) >= rank_of(own):
                upward.append(f"{model.__name__}.{field.name} -> {target.__name__}")
    assert upward == []


@pytest.mark.parametrize("module", domain_modules(), ids=name_of)
def test_domain_module_names_its_clause(module: Path) -> None:
    text = ast.get_docstring(ast.parse((module / "__init__.py").read_text(encoding="utf-8"))) or ""
    assert "Serves" in text
    assert any(word in text for word in CLAUSE)


@pytest.mark.parametrize("module", domain_modules(), ids=name_of)
def test_private_parts_are_protected(module: Path) -> None:
    parts = {
        path.stem if path.suffix == ".py" else path.name
        for path in module.iterdir()
        if path.suffix == ".py" or (path / "__init__.py").is_file()
    }
    contract = contracts()[f"importlinter:contract:private-{module.name}"]
    listed = {name.rpartition(".")[2] for name in contract["protected_modules"].split()}
    assert parts - PUBLIC == listed


@pytest.mark.parametrize("module", domain_modules(), ids=name_of)
def test_api_exports_what_it_imports(module: Path) -> None:
    """``__all__`` is sorted, and no name of api.py stays outside it: what is there may be called."""
    tree = ast.parse((module / "api.py").read_text(encoding="utf-8"))
    imported = {
        alias.asname or alias.name
        for node in tree.body
        if isinstance(node, ast.ImportFrom) and node.module != "__future__"
        for alias in node.names
    }
    exported = next(
        ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "__all__"
    )
    assert sorted(exported) == sorted(imported)


def test_module_overview_is_current() -> None:
    assert modules.is_current(), "run: pingzhan modules write"


def test_migrations_are_one_line_per_app() -> None:
    loader = MigrationLoader(None)
    for app in apps.get_app_configs():
        if app.name not in settings.FIRST_PARTY_APPS or not loader.migrated_apps >= {app.label}:
            continue
        leaves = [name for label, name in loader.graph.leaf_nodes(app.label) if label == app.label]
        newest = Path(app.path, "migrations", "max_migration.txt")
        assert leaves == [newest.read_text(encoding="utf-8").strip()], relative(newest)


def test_every_part_with_tables_is_installed() -> None:
    """A module whose app is forgotten in the settings would have no tables and no checks."""
    labels = {app.name for app in apps.get_app_configs()}
    for module in domain_modules():
        assert f"pingzhan.domain.{module.name}" in labels
