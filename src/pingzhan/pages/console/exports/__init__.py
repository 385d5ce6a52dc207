"""导出: any list as a file, with the filter and the rights of its page."""
