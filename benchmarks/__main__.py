"""`python -m benchmarks`: print every ratio; exit status 1 where one is over its limit."""

import sys
import tempfile
from pathlib import Path

from benchmarks import bench_check, bench_import

with tempfile.TemporaryDirectory() as folder:
    over = 0
    for bench in (bench_check, bench_import):
        place = Path(folder) / bench.__name__
        place.mkdir()
        for result in bench.results(place):
            print(result, flush=True)
            over += result.value > result.limit
sys.exit(bool(over))
