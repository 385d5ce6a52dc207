"""门岗: visitors, vehicles, appointments, closed management, meetings. Made for a guard with one wet hand."""
