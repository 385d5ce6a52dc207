"""A thousand processes killed with SIGKILL at random points of switch, fan-out, sweep and send (goal G9).

``python -m bench.kills [--kills N] [--seed N]`` makes a database of its own on the server of PINGZHAN_DATABASE_URL
and prints one JSON object: the kills by job, how many died after their commit, and what was broken. Exit code 1
when an order was half done or lost, or an invariant did not hold. ``tests.domain.command.kills`` says how.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile

KILLS = 1_000


def main() -> None:
    """Make the database, kill, print, and drop the database again."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=KILLS)
    parser.add_argument("--seed", type=int, default=2_026)
    asked = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pingzhan.config.settings")
    with tempfile.TemporaryDirectory() as keys:
        os.environ["PINGZHAN_KEY_DIR"] = keys
        kill(asked.seed, asked.kills)


def kill(seed: int, kills: int) -> None:
    """Kill so many processes and exit with 1 when anything broke."""
    import django

    django.setup()
    from django.db import connection
    from tests.domain.command.kills import Broken, make_killer, rounds
    from tests.domain.command.test_concurrency import environment
    from tests.factories import small_zone

    from pingzhan.foundation.privacy import keyring

    keyring.create()
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    result: dict[str, object] = {"kills": 0, "seed": seed}
    try:
        with make_killer(small_zone(), seed=seed, environment=environment()) as killer:
            try:
                for done in rounds(killer, kills):
                    result |= {"kills": sum(done.values()), "by_job": dict(done)}
            except Broken as error:
                result["broken"] = str(error)[:2_000]
            result |= {"died_after_commit": killer.replays, "finished_before": killer.survived}
    finally:
        connection.creation.destroy_test_db(connection.settings_dict["NAME"], verbosity=0)
    passed = result["kills"] == kills and "broken" not in result
    print(json.dumps({**result, "passed": passed}, ensure_ascii=False))
    sys.exit(0 if passed else 1)


if __name__ == "__main__":
    main()
