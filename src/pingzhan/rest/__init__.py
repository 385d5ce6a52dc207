"""What machines call: temperatures, gate passages and attendance of devices (docs/guide/api.md)."""
