"""办理: one act and what came of it: how far it is, what is asked, what would change, what was done."""

from collections.abc import Mapping
from typing import Any

from reports.desk import kit, roles
from reports.desk.collect import UNITS, kinds
from reports.desk.kit import PageError
from reports.desk.review import Review

ALONE = False  # there is no such page without a job


def view(_desk: Any, _review: Review, args: Mapping[str, str]) -> dict[str, Any]:
    job = kit.writer().find(args.get("id", ""), kit.reader())
    if job is None or job.slug != kit.slug():
        raise PageError(404, "没有这一项：已放弃，或服务重新启动过。请重新办理")
    return {"job": job, "told": job.result or {}, "act": roles.ACTS[job.act], "kinds": kinds(), "units": UNITS}
