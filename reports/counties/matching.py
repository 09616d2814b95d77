"""One person in two counties, found without an ID number leaving either, and without the city learning of the others.

A county's identities store holds, for each person, the HMAC of the ID number under the counties' common key. From it,
the purpose and the period, the county makes a token under the city's key: a second HMAC, of 128 bits. Tokens alone are
handed over, sorted, with nothing beside them. A token that two counties hand over is one person paid twice for the same
purpose and period; only for such tokens the two counties are asked for household, amount and vouchers (`revealed`).

The city has no key to an ID number, so it cannot try out all ID numbers; it learns how many payments each county made,
which tokens meet, and of these what is asked. A county that breaks the rules has the common key, and could try out ID
numbers on tokens of others if it got them; so could the city together with a county. Docs: consolidate.md.
"""

import datetime as dt
import hmac
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from ledgers.facts import work
from ledgers.people import Identities
from ledgers.tables.directives import Benefit
from ledgers.tables.schema import records
from ledgers.tables.tables import Tables, latest
from reports.counties import parquet

AID, WORK = "补助", "务工"


@dataclass
class _Received:
    """What one person received for one purpose in one period."""

    amount: int = 0
    days: float = 0.0
    households: set[str] = field(default_factory=set)
    vouchers: set[str] = field(default_factory=set)


def people(tables: Tables, identities: Identities, city_key: bytes) -> list[dict[str, Any]]:
    """What every known person received, by token: the county keeps this. Sorted by token."""
    tokens = _tokens(identities)
    received: dict[tuple[str, str, str, str], _Received] = defaultdict(_Received)
    for kind, purpose, period, payment, voucher in _payments(tables):
        for token in _payees(tokens, payment):
            entry = received[kind, purpose, period, token]
            entry.amount += payment.amount
            entry.days += work.days(payment.days, payment.amount)
            entry.households.add(payment.household)
            entry.vouchers.add(voucher)
    rows = [_row(city_key, *key, entry) for key, entry in received.items() if entry.amount > 0 or entry.days > 0]
    return sorted(rows, key=lambda row: str(row["token"]))


def _row(city_key: bytes, kind: str, purpose: str, period: str, token: str, entry: _Received) -> dict[str, Any]:
    bound = "\n".join((kind, purpose, period, token)).encode()
    return {
        "token": hmac.digest(city_key, bound, "sha256").hex()[:32],
        "kind": kind,
        "purpose": purpose,
        "period": period,
        "household": "、".join(sorted(entry.households)),
        "amount": entry.amount,
        "days": f"{entry.days:g}",
        "vouchers": "、".join(sorted(entry.vouchers)),
    }


def _tokens(identities: Identities) -> dict[str, dict[str, str]]:
    """Household -> number of the member in it -> keyed hash of the ID number."""
    known: dict[str, dict[str, str]] = defaultdict(dict)
    for token, person in (*identities.former, *identities.people.items()):
        known[person.household][str(person.person)] = token
    return known


def _payees(tokens: dict[str, dict[str, str]], payment: Any) -> Iterable[str]:
    """The person paid; where a whole household was paid, each of its members."""
    members = tokens.get(payment.household, {})
    if payment.person:
        return [members[payment.person]] if payment.person in members else []
    return members.values()


class Paid(NamedTuple):
    """What is handed over of a payment."""

    posting: int
    household: str
    person: str
    date: dt.date
    amount: int
    days: float | None


def _payments(tables: Tables) -> Iterator[tuple[str, str, str, Paid, str]]:
    """Kind, purpose, period, payment and voucher of every payment with a benefit, and of every labour payment."""
    periods = {name: "month" if row.per.endswith("月") else "year" for name, row in latest(tables, Benefit).items()}
    postings = tables.postings
    benefits, labour = postings["benefit"].tolist(), postings["labour"].tolist()
    vouchers = postings["voucher"].tolist()
    for payment in records(Paid, tables.payments):
        row = payment.posting
        if benefits[row]:
            purpose = "".join(unicodedata.normalize("NFKC", benefits[row]).split())
            yield AID, purpose, _period(payment.date, periods.get(benefits[row], "year")), payment, vouchers[row]
        if labour[row]:
            yield WORK, "务工", _period(payment.date, "month"), payment, vouchers[row]


def _period(day: date, length: str) -> str:
    return day.isoformat()[: 7 if length == "month" else 4]


def tokens(rows: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """What is handed over of them."""
    return ({"token": token} for token in dict.fromkeys(str(row["token"]) for row in rows))


def revealed(kept: Path, wanted: Iterable[str]) -> list[dict[str, Any]]:
    """What the county keeps about tokens that met another county's; nothing about any other."""
    with parquet.connect() as database:
        database.execute("CREATE TABLE wanted (token UUID)")
        database.execute("INSERT INTO wanted SELECT unnest(?::UUID[])", [list(wanted)])
        query = f"SELECT * FROM {parquet.from_files([kept])} SEMI JOIN wanted USING (token) ORDER BY ALL"
        found = database.execute(query)
        names = [column[0] for column in found.description or ()]
        return [dict(zip(names, map(_plain, row), strict=True)) for row in found.fetchall()]


def _plain(value: Any) -> Any:
    return value if isinstance(value, int) else str(value)
