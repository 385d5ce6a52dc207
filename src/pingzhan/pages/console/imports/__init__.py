"""导入: the wizard that takes spreadsheets in, and the history of imports (annex 2: registers of the enterprise)."""
