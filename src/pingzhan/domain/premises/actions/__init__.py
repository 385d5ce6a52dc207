"""Changes of this module. Each checks the right, writes, announces and records last."""
