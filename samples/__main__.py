"""`python -m samples`: make the sample county that ships (`ledgers/xiushan`) anew, whole or not at all.

`python -m samples --clean --seed 7 FOLDER` writes another county, in which nothing is wrong, into an empty folder.
"""

import argparse
import shutil
import tempfile
from pathlib import Path

from ledgers import XIUSHAN
from samples.county import SEED, write


def main() -> None:
    """Write the county beside its folder, then put it in the old one's place; or another one into a folder."""
    parser = argparse.ArgumentParser(prog="python -m samples", description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, help="an empty folder; without one, the county that ships")
    parser.add_argument("--clean", action="store_true", help="with nothing wrong on purpose")
    parser.add_argument("--seed", type=int, default=SEED)
    given = parser.parse_args()
    if given.folder is not None:
        write(given.folder, seed=given.seed, clean=given.clean)
        return
    if given.clean or given.seed != SEED:
        parser.error("the county that ships has its seed and its faults: name a folder")
    with tempfile.TemporaryDirectory(prefix=".county-", dir=XIUSHAN.parent) as beside:
        write(Path(beside) / "county")
        shutil.rmtree(XIUSHAN)
        (Path(beside) / "county").rename(XIUSHAN)


if __name__ == "__main__":
    main()
