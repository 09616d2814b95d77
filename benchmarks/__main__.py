"""`python -m benchmarks`: print every ratio; exit status 1 where one is over its limit."""

import sys
import tempfile
from pathlib import Path

from benchmarks import bench_check, bench_consolidate, bench_import, bench_publish

with tempfile.TemporaryDirectory() as folder:
    over = 0
    for bench in (bench_check, bench_import, bench_publish, bench_consolidate):
        place = Path(folder) / bench.__name__
        place.mkdir()
        for result in bench.results(place):
            print(result, flush=True)
            over += result.value > result.limit
sys.exit(bool(over))
