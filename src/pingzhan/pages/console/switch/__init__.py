"""平战转换: choose, preview, order; and the stand-down (command.md sections 5 and 10)."""
