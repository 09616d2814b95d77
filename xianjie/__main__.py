"""What `xianjie` and `python -m xianjie` run: says in a sentence where the system is none of ours, before anything is loaded."""

import sys
from typing import NoReturn

from xianjie.system import unsupported


def main() -> NoReturn:
    """Run the command line; exit status 2 on a system that it does not run on."""
    if said := unsupported():
        print(said, file=sys.stderr)
        sys.exit(2)
    from xianjie.commands import main as run

    run()


if __name__ == "__main__":
    main()
