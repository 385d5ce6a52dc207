"""系统设置: what an administrator changes in the browser."""
