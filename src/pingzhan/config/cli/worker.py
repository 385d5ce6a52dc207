"""``pingzhan worker``: background tasks and periodic loops."""

from __future__ import annotations

import click

from pingzhan.config.cli import setup_django


@click.command()
def worker() -> None:
    """Run background tasks and periodic loops until told to stop."""
    setup_django()
    from pingzhan.foundation.jobs.worker import run_worker

    run_worker()
