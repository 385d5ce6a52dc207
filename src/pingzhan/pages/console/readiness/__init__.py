"""就绪检查: could we switch now, and what stands in the way (command.md section 12)."""
