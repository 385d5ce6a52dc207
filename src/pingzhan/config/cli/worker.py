"""``pingzhan worker``: background tasks and periodic loops."""

from __future__ import annotations

import click

from pingzhan.config.cli import setup_django


@click.command()
def worker() -> None:
    """Run background tasks and periodic loops until told to stop."""
    setup_django()
    from pingzhan.config.tuning import calm_collector
    from pingzhan.foundation.jobs.worker import run_worker

    calm_collector()
    run_worker()
