"""`python -m samples`: make the sample county that ships (`ledgers/xiushan`) anew, whole or not at all."""

import shutil
import tempfile
from pathlib import Path

from ledgers import XIUSHAN
from samples.county import write


def main() -> None:
    """Write the county beside its folder, then put it in the old one's place."""
    with tempfile.TemporaryDirectory(dir=XIUSHAN.parent) as beside:
        write(Path(beside) / "county")
        shutil.rmtree(XIUSHAN)
        (Path(beside) / "county").rename(XIUSHAN)


if __name__ == "__main__":
    main()
