"""演练和复盘: preparing, running, measuring, and what is learned."""
