"""企业值守: duty of the week, the emergency team, drills, and whom to ring."""
