"""通讯录和值班表: the sheet for the day the server is down, written every hour (command.md sections 9 and 15, 27)."""
