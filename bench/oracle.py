"""Ten thousand random transitions on nested scopes equal a naive oracle, seat by seat and gap by gap (goal G10).

``python -m bench.oracle [--states N] [--seed N]`` makes a database of its own on the server of
PINGZHAN_DATABASE_URL and prints one JSON object: how many states were compared and how long it took. A state
that differs ends it with the seed and step, and exit code 1. ``tests.domain.command.play`` says what a play is.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time

STATES = 10_000


def main() -> None:
    """Make the database, play, print, and drop the database again."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--states", type=int, default=STATES)
    parser.add_argument("--seed", type=int, default=100_000)
    asked = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pingzhan.config.settings")
    with tempfile.TemporaryDirectory() as keys:
        os.environ["PINGZHAN_KEY_DIR"] = keys
        play(asked.seed, asked.states)


def play(seed: int, states: int) -> None:
    """Compare so many states and exit with 1 when one differs."""
    import django

    django.setup()
    from django.db import connection
    from tests.domain.command.ground import make_ground
    from tests.domain.command.play import plays

    from pingzhan.foundation.privacy import keyring

    keyring.create()
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    result: dict[str, object] = {"states": 0, "seed": seed}
    begin = time.process_time()
    try:
        for done in plays(make_ground(), first=seed, states=states):
            result["states"] = done
    except AssertionError as error:
        result["differs"] = str(error)[:2_000]
    finally:
        result["python_cpu_s"] = round(time.process_time() - begin, 1)
        connection.creation.destroy_test_db(connection.settings_dict["NAME"], verbosity=0)
    passed = result["states"] == states and "differs" not in result
    print(json.dumps({**result, "passed": passed}, ensure_ascii=False))
    sys.exit(0 if passed else 1)


if __name__ == "__main__":
    main()
