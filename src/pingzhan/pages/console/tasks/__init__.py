"""我的任务: my posts, my tasks, my notices (command.md section 8)."""
