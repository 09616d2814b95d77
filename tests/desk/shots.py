"""Screenshots of every page at both widths, light and dark: python -m tests.desk.shots BOOK FOLDER [TIME [PAGE,…]]."""

import sys
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from reports.desk.pages import PAGES
from tests.desk.browsing import AUDITOR, browser, log_in, running, write_users

LOOKS = ((1280, "light"), (390, "light"), (1280, "dark"), (390, "dark"))


def pages(running_: Any) -> dict[str, str]:
    """Name -> address below the book: every page of the desk with its examples, and what is Fava's own."""
    ledger = running_.shelf[running_.slug]
    review = ledger.desk.review(ledger.book.tables.as_of).result()
    found = {}
    for page in (page for page in PAGES.values() if not page.act):
        for number, args in enumerate(page.examples(review)):
            name = page.name + (f"-{number}" if number else "")
            found[name] = "extension/Desk/?" + urlencode({"page": page.name, **args})
    return {
        **found,
        "failure": "extension/Desk/?page=project&id=nothing",
        "errors": "errors/",
        "query": "query/?query_string=" + quote("SELECT account, sum(position) GROUP BY account LIMIT 10"),
    }


def main(book: str, folder: str, time: str = "", only: str = "", looks: str = "") -> None:
    """Log in as who may see everything, take every page in every look, and the first pages as they print."""
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home:
        users = write_users(Path(home) / "users.json")
        with running([book], users) as server, browser() as chromium:
            wanted = {name: path for name, path in pages(server).items() if not only or name in only.split(",")}
            for width, scheme in LOOKS:
                if looks and f"{width}-{scheme}" not in looks.split(","):
                    continue
                page = chromium.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme).new_page()
                page.on("console", lambda message: message.type == "error" and print("console:", message.text))
                page.goto(f"{server.url}/login")
                page.screenshot(path=target / f"login-{width}-{scheme}.png")
                log_in(page, server.url, AUDITOR)
                for name, path in wanted.items():
                    joint = "&" if "?" in path else "?"
                    page.goto(f"{server.url}/{quote(server.slug)}/{path}" + (f"{joint}time={time}" if time else ""))
                    page.wait_for_timeout(150)
                    height = page.evaluate("document.documentElement.scrollHeight")
                    page.set_viewport_size({"width": width, "height": min(int(height), 2400)})
                    page.screenshot(path=target / f"{name}-{width}-{scheme}.png")
                    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
                    print(f"{name} {width} {scheme}: {height} px high{f', sticks out by {wide}' if wide > 0 else ''}")
                    page.set_viewport_size({"width": width, "height": 900})
                    if name in ("overview", "project-1") and (width, scheme) == LOOKS[0]:
                        page.pdf(path=target / f"{name}.pdf", format="A4", landscape=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
