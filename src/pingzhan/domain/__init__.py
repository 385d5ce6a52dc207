"""One package per duty of the zone; each imports only those below it."""
