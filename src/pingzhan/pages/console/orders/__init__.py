"""督办: the board of orders, one order with its history, giving orders, meetings and decisions."""
