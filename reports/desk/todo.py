"""待办: everything that needs action, most yuan at risk first."""

from collections.abc import Mapping
from typing import Any

from reports.desk.paging import Paging
from reports.desk.review import Review


def view(_desk: Any, review: Review, args: Mapping[str, str]) -> dict[str, Any]:
    return {"paging": Paging(review.to_do, args)}
