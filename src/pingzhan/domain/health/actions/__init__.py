"""The only writers of readings, attendance and cases."""
