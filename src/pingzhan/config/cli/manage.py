"""``pingzhan manage ...``: Django's own management commands."""

from __future__ import annotations

import os

import click

from pingzhan.config.cli import setup_django

OWNER_COMMANDS = frozenset({"flush", "migrate", "pgtrigger"})
"""What needs the owner of the tables."""


@click.command(
    context_settings={"ignore_unknown_options": True, "help_option_names": []}, add_help_option=False
)
@click.argument("words", nargs=-1, type=click.UNPROCESSED)
def manage(words: tuple[str, ...]) -> None:
    """Run one of Django's management commands, e.g. migrate or makemigrations --check."""
    if words and words[0] in OWNER_COMMANDS:
        os.environ["PINGZHAN_AS_OWNER"] = "1"
    setup_django()
    from django.core.management import execute_from_command_line

    execute_from_command_line(["pingzhan manage", *words])
