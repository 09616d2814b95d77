"""For the whole suite: what Debian's faketime (make test-dates) does not do well."""

import os
import select
import time

if "faketime" in os.environ.get("LD_PRELOAD", ""):
    # Its clock_nanosleep now and then refuses what time.sleep asks of it (EINVAL); a wait for nothing does not use it.
    time.sleep = lambda seconds: select.select([], [], [], seconds) and None  # type: ignore[assignment]
