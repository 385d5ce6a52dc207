"""后台任务: what runs, what waits, what failed for good."""
