"""The writing process, as `xianjie serve --desk` starts it."""

from xianjie.acts.process import main

main()
