"""包保 (帮包责任制) and 下沉一线: who answers for which enterprise, where each official stands in an emergency.

Serves 四（四） of the notice (“所有机关干部下沉一线，做到战时人人有岗位、有任务”) and 附件3 四 (包企责任人 supervise
the enterprises they answer for).
"""
