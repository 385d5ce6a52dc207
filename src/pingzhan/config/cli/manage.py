"""``pingzhan manage ...``: Django's own management commands."""

from __future__ import annotations

import click

from pingzhan.config.cli import setup_django


@click.command(
    context_settings={"ignore_unknown_options": True, "help_option_names": []}, add_help_option=False
)
@click.argument("words", nargs=-1, type=click.UNPROCESSED)
def manage(words: tuple[str, ...]) -> None:
    """Run one of Django's management commands, e.g. migrate or makemigrations --check."""
    setup_django()
    from django.core.management import execute_from_command_line

    execute_from_command_line(["pingzhan manage", *words])
