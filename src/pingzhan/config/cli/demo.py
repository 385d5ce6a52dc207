"""``pingzhan demo``: the demo zone, small as on a first start or of any size."""

from __future__ import annotations

import json
import time

import click

from pingzhan.config import embedded, site
from pingzhan.config.cli.up import database, end_on_signal, prepare


@click.command()
@click.option("--workers", type=click.IntRange(0, 500_000), default=None, help="职工人数，如 100000。")
@click.option("--enterprises", type=click.IntRange(1, 2_000), default=None, help="企业数，如 200。")
@click.option("--seed", type=int, default=7, show_default=True, help="同一数字建出同样的开发区。")
@click.option("--json", "as_json", is_flag=True)
def demo(workers: int | None, enterprises: int | None, seed: int, as_json: bool) -> None:
    """Fill an empty database with the demo zone; a database that holds a zone stays as it is.

    Without numbers it is the small zone of a first start. With them every declared worker is registered; a
    build that was interrupted after the zone was made goes on with its workers.
    """
    folder = embedded.default_data_dir()
    site.use_running_site()
    end_on_signal()
    begin = time.monotonic()
    with database(folder):
        prepare()
        made, facts = build(workers=workers, enterprises=enterprises, seed=seed)
        found = counts()
    seconds = round(time.monotonic() - begin, 1)
    if as_json:
        click.echo(json.dumps({"created": made, "facts": facts, "seconds": seconds, **found}))
    elif made or facts:
        click.echo(
            f"演示开发区已建立：{found['enterprises']} 家企业，{found['workers']} 名在职职工，用时 {seconds} 秒。"
        )
    else:
        click.echo("库中已有开发区，没有改动。")


def build(*, workers: int | None, enterprises: int | None, seed: int) -> tuple[bool, str]:
    """Build what is missing; return whether the zone was made and the hash of the workers' facts."""
    from pingzhan.config.demo import build_crowd, ensure_demo

    if workers is None and enterprises is None:
        return ensure_demo(), ""
    firms = enterprises or max(1, (workers or 0) // 500)
    made = ensure_demo(enterprises=firms, workers=workers if workers is not None else firms * 500, seed=seed)
    return made, build_crowd(seed=seed)


def counts() -> dict[str, int]:
    """Return how many enterprises and working people there are."""
    from pingzhan.domain.people.models import Employment
    from pingzhan.domain.territory.models import Enterprise

    return {
        "enterprises": Enterprise.objects.count(),
        "workers": Employment.objects.filter(left__isnull=True).count(),
    }
