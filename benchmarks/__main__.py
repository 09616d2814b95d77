"""`python -m benchmarks`: print every ratio; exit status 1 where one is over its limit."""

import sys
import tempfile
from pathlib import Path

from benchmarks import bench_check

with tempfile.TemporaryDirectory() as folder:
    over = 0
    for result in bench_check.results(Path(folder)):
        print(result, flush=True)
        over += result.value > result.limit
sys.exit(bool(over))
