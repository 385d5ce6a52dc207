"""今日要办: what an enterprise has to do today, and the shortest way to have it done."""
