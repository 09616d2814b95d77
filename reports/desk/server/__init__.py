"""`xianjie serve`: Fava behind a login, read-only because only what is listed may be asked; with --desk a door for acts.

guard     the outermost layer: Host, method, session, what may be asked, headers, access log
allowed   the list of what may be asked
confined  questions that could run for ever, answered by a child process with limits
sessions  who is logged in, and who has guessed too often
users     the file of users and password hashes
shelf     the books, reloaded in the background while the old ones are served
door      what is sent to be done: from our own pages, by who may (`reports/desk/roles.py`), not too much
writer    the way to the writing process, which does it (`xianjie/acts/`)
"""
