"""Reports (初报、续报、日报、零报告、终报), papers made from the rows of the screens, and alerts for other systems.

Serves 附件1（一） of the notice (综合协调组：上传下达、文字和信息) and 附件2 item 9 (24 小时值班，及时报告): the system
counts, a person signs, and who has not reported is known by name.
"""
