"""What is screened: payments to payees, lines of pay lists, and vouchers by number, as arrays of a book."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from ledgers.facts import money, registered
from ledgers.money import yuan_cn
from ledgers.tables.schema import HouseholdState, records
from ledgers.tables.tables import Tables, derived
from reports.screening.statistics import Array

LINES = 200  # of one screening: where to begin, not the whole book
WORDS = 30  # characters of a narration that are shown


@dataclass(frozen=True)
class Line:
    """Where to look: what stands there in words, and the line of the book."""

    text: str
    file: str
    line: int


@dataclass(frozen=True)
class Population:
    """Rows that are screened together; `table` has at least `amount` (分), `date`, `file`, `line` and the columns `said`."""

    name: str
    table: pd.DataFrame
    said: tuple[str, ...] = ("voucher", "payee", "narration")  # what a line says besides day and amount

    @property
    def amounts(self) -> Array:
        return self.table["amount"].to_numpy(dtype="int64")

    def lines(self, wanted: Any) -> tuple[Line, ...]:
        """The wanted rows (mask or positions), the largest amounts first, as many as are shown."""
        rows = self.table.iloc[np.flatnonzero(wanted) if wanted.dtype.kind == "b" else wanted]
        rows = rows.sort_values("amount", ascending=False, kind="stable").head(LINES)
        names = ("date", "amount", "file", "line", *self.said)
        return tuple(
            Line("　".join([str(day), *(str(one)[:WORDS] for one in said), f"{yuan_cn(int(amount))} 元"]), str(file), int(line))
            for day, amount, file, line, *said in zip(*(rows[name].tolist() for name in names), strict=True)
        )


@derived
def payments(tables: Tables) -> Population:
    """One row a voucher that pays out quota, or money of a village's account for spending; reversals and returns left out."""
    table = tables.postings
    quota = (table["kind"] == "allocated") & ~table["quota_only"]
    spending = table["kind"].isin(["expense", "distribution"])
    bank = (table["kind"] == "bank") & money.beside(tables, spending) & ~money.beside(tables, quota)
    taken = set(table["reverses"].dropna()) - {""}
    plain = (table["reverses"] == "") & ~table["voucher"].isin(taken)
    out = table[(quota | bank) & plain]
    grouped = out.groupby("transaction", sort=True)
    found = pd.DataFrame(
        {
            "amount": -grouped["amount"].sum(),
            **{name: grouped[name].first() for name in ("date", "voucher", "payee", "narration")},
            "project": grouped["project"].first().astype(str),
            "file": grouped["file"].first().astype(str),
            "line": grouped["entry_line"].first(),
        }
    )
    found = found[found["amount"] > 0]
    return Population("付款凭证（动用指标，或村账户支出），不含冲销", found)


def listed(tables: Tables) -> Population:
    """One row a line of a pay list, or a posting that names its household; nothing that takes back."""
    columns = ["posting", "household", "person", "date", "amount", "days", "file", "line"]
    table = tables.payments.loc[(tables.payments["amount"] > 0).to_numpy(), columns].reset_index(drop=True)
    postings = table.pop("posting").to_numpy()
    for name in ("voucher", "roll"):  # one text for all lines of a voucher
        table[name] = pd.Categorical(tables.postings[name].astype(str)).take(postings)
    table["labour"] = tables.postings["labour"].to_numpy()[postings]
    homes = {id: row.village for id, row in _homes(tables).items()}
    households = pd.Categorical(table["household"])
    villages = np.array([homes.get(str(one), "") for one in households.categories] + [""], dtype=object)
    table["village"] = pd.Categorical(villages[households.codes])
    return Population("发放清册各行（含写明农户的分录）", table, ("voucher", "household"))


def _homes(tables: Tables) -> dict[str, HouseholdState]:
    return {row.household: row for row in records(HouseholdState, tables.households.sort_values("date", kind="stable"))}


def numbered(tables: Tables) -> Population:
    """One row a voucher, in the order of its number."""
    table = tables.postings
    found = table[table["voucher"] != ""].drop_duplicates("voucher")
    found = found[["voucher", "date", "payee", "narration", "file", "entry_line"]].rename(
        columns={"entry_line": "line"}
    )
    sums = table[table["amount"] > 0].groupby("voucher")["amount"].sum()
    found["amount"] = sums.reindex(found["voucher"]).fillna(0).astype("int64").to_numpy()
    return Population("全部凭证，按凭证号", found.sort_values("voucher", kind="stable"))


def village_names(tables: Tables) -> dict[str, str]:
    return {id: row.name for id, row in registered.villages(tables).items()}


def ordinals(days: Any) -> Array:
    """Days as whole numbers."""
    return np.array([day.toordinal() if isinstance(day, date) else 0 for day in days], dtype="int64")
