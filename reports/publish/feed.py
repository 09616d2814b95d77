"""An Atom feed of the notices, newest first: addresses and ids stay the same in every edition."""

import uuid
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from ledgers.facts import registered
from ledgers.tables.directives import Notice
from ledgers.tables.schema import records
from ledgers.tables.tables import Tables
from reports.publish.edition import Edition
from reports.publish.edition import page_name as page_of

MOST = 60
_SPACE = uuid.UUID("6f0d7c1e-3a52-5b60-9a55-0d2f5a1c7e11")


def feed(tables: Tables, edition: Edition) -> bytes:
    """The feed of an edition of the county."""
    source = edition.source
    kinds: dict[str, dict[str, Any]] = {
        "projects": registered.projects(tables),
        "funds": registered.funds(tables),
        "assets": registered.assets(tables),
    }
    entries = [_entry(source.notice_from.isoformat(), edition.heading, "index.html", f"{source.title}/{source.year}")]
    for row in sorted(
        records(Notice, tables.notices), key=lambda row: (row.date, row.subject, row.stage), reverse=True
    )[:MOST]:
        kind = next((name for name, known in kinds.items() if row.subject in known), "")
        if kind:
            title = f"{kinds[kind][row.subject].name or row.subject}：{row.stage}"
            day = min(row.date, source.as_of).isoformat()
            entries.append(
                _entry(day, title, page_of(kind, row.subject), f"{source.title}/{row.subject}/{row.stage}/{row.date}")
            )
    base = f" xml:base={quoteattr(str(edition.policy['office.site']))}" if edition.policy["office.site"] else ""
    head = (
        f'<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="zh-CN"{base}>\n'
        f"<title>{escape(source.title)}公开</title>\n<id>{_id(source.title)}</id>\n"
        f"<updated>{source.notice_from}T00:00:00+08:00</updated>\n<author><name>{escape(edition.office)}</name></author>\n"
        '<link rel="self" href="feed.xml"/>\n<link rel="alternate" href="index.html"/>\n'
    )
    return (head + "".join(entries) + "</feed>\n").encode()


def _entry(day: str, title: str, page: str, name: str) -> str:
    parts = (  # a line each: side by side the digits of two would make a number
        "<entry>",
        f"<title>{escape(title)}</title>",
        f"<id>{_id(name)}</id>",
        f"<updated>{day}T00:00:00+08:00</updated>",
        f'<link rel="alternate" href={quoteattr(page)}/>',
        f"<summary>{escape(title)}</summary>",
        "</entry>\n",
    )
    return "\n".join(parts)


def _id(name: str) -> str:
    return f"urn:uuid:{uuid.uuid5(_SPACE, name)}"
