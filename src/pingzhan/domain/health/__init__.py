"""Temperatures twice a day, symptoms, stopping work and coming back.

Serves annex 2 of the notice, (3): 全员每日早晚两次测温；出现发热、咳嗽等症状立即停止工作并就诊，经医院确认排除疫情且
症状消失后方可返岗.
"""
