"""Screenshots of every page at both widths: python -m tests.desk.shots BOOK FOLDER [TIME]."""

import sys
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import quote

from ledgers.facts import registered
from tests.desk.browsing import AUDITOR, browser, log_in, running, write_users

WIDTHS = (1280, 390)


def pages(running_: Any) -> dict[str, str]:
    """Name -> address below the book of what is worth a look: lists, and the first of each kind that failed."""
    ledger = running_.shelf[running_.slug]
    review = ledger.desk.review(ledger.book.tables.as_of).result()
    failed = {one.subject.kind: one for one in reversed(review.to_do)}
    first = {
        "project": failed["project"].subject.id
        if "project" in failed
        else next(iter(registered.projects(review.tables))),
        "fund": next(iter(registered.funds(review.tables))),
        "village": failed["village"].subject.id
        if "village" in failed
        else next(iter(registered.villages(review.tables))),
    }
    rule = failed["project"].rule if "project" in failed else "labour-share"
    base = "extension/Desk/?page="
    roll = review.tables.postings.index[review.tables.postings["roll"] != ""]
    return {
        "overview": f"{base}overview",
        "rules": f"{base}rules",
        "rule": f"{base}rules&rule={rule}",
        "todo": f"{base}todo",
        "projects": f"{base}project",
        "project": f"{base}project&id={first['project']}",
        "funds": f"{base}fund",
        "fund": f"{base}fund&id={first['fund']}",
        "income": f"{base}income",
        "villages": f"{base}village",
        "village": f"{base}village&id={first['village']}",
        "source": f"{base}source&file=registry/funds.beancount&line=10",
        "roll": f"{base}roll&posting={roll[0] if len(roll) else 0}",
        "failure": f"{base}project&id=nothing",
        "errors": "errors/",
        "income_statement": "income_statement/",
        "journal": "journal/?time=2022-03",
        "query": "query/?query_string=" + quote("SELECT account, sum(position) GROUP BY account LIMIT 10"),
    }


def main(book: str, folder: str, time: str = "", only: str = "") -> None:
    """Log in as who may see everything, and take every page at both widths, and one as it prints."""
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home:
        users = write_users(Path(home) / "users.json")
        with running([book], users) as server, browser() as chromium:
            for width in WIDTHS:
                page = chromium.new_context(viewport={"width": width, "height": 900}).new_page()
                page.on("console", lambda message: message.type == "error" and print("console:", message.text))
                page.goto(f"{server.url}/login")
                page.screenshot(path=target / f"login-{width}.png")
                log_in(page, server.url, AUDITOR)
                for name, path in pages(server).items():
                    if only and name not in only.split(","):
                        continue
                    joint = "&" if "?" in path else "?"
                    page.goto(
                        f"{server.url}/{quote(server.slug)}/{path}"
                        + (f"{joint}time={time}" if time and "time=" not in path else "")
                    )
                    page.wait_for_timeout(700)
                    _whole(page)
                    page.screenshot(path=target / f"{name}-{width}.png")
                    if name in ("overview", "project") and width == WIDTHS[0]:
                        page.pdf(path=target / f"{name}.pdf", format="A4", landscape=True)


def _whole(page: Any) -> None:
    """Make the window as high as the page: Fava scrolls inside <article>."""
    height = page.evaluate("Math.max(...[...document.querySelectorAll('article')].map(e => e.scrollHeight), 700) + 60")
    page.set_viewport_size({"width": page.viewport_size["width"], "height": min(int(height), 2600)})
    page.wait_for_timeout(150)


if __name__ == "__main__":
    main(*sys.argv[1:])
