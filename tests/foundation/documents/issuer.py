"""Signs papers in a process of its own, for tests with several processes: ids in, numbers out."""

from __future__ import annotations

import json
import sys


def main() -> None:
    """Sign the papers named on the command line; print the number of each, null for a planned failure."""
    import django

    django.setup()
    from django.db import transaction

    from pingzhan.foundation.access.actor import system_actor
    from pingzhan.foundation.documents.models import Paper
    from pingzhan.foundation.documents.papers import issue_paper

    done: list[int | None] = []
    for word in sys.argv[1:]:
        fail = word.startswith("-")
        paper = Paper.objects.get(pk=abs(int(word)))
        try:
            with transaction.atomic():
                issued = issue_paper(paper=paper, edition=1, by=system_actor("试验"))
                assert issued.number is not None
                if fail:
                    raise RuntimeError("after the number was given")
                done.append(issued.number.number)
        except RuntimeError:
            done.append(None)
    print(json.dumps(done))


if __name__ == "__main__":
    main()
