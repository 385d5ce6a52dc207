"""事件报告: one button, the facts a first report must have, the clock, and the story until it is closed."""
