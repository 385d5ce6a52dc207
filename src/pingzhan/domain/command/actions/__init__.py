"""Changes: the switch, reconcile and what follows it, seats, tasks, duty sets, the running log."""
