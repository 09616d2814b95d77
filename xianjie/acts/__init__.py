"""What is done at the desk (`xianjie serve --desk`): each act as the command line does it, in a process that may die.

task      one job: what was sent for it, what came of it
process   the writing process: takes jobs one at a time, each in a child of its own
sheets    收表, 撤销导入, 空白表样
review    意见, 整改, 豁免
closing   封账, 公开
papers    底稿, 台账, 整改通知
"""
