"""Orders (交办、督办、反馈、销号), meetings and decisions.

Serves 三 of the notice (领导小组“研判形势、发现问题、制定对策”) and 附件1（一）、（四）: what was decided is handed to
somebody, followed, checked by somebody else and closed, with every time kept.
"""
