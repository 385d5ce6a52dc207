"""指挥大屏: the leading group's one picture on the wall, without any entry of its own (command.md section 16)."""
