"""Long work with progress, cancelling, retries, schedules and a list of what failed for good."""
