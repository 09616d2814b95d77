"""Vouchers as the month's files of a book: Beancount text, and the rolls beside it."""

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from ledgers.files.text import PAY_COLUMNS, SHARE_COLUMNS
from samples.county import evidence
from samples.county.model import Leg, Voucher
from samples.county.text import roll_lines, voucher_text


def write_text(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8", newline="\n")


def by_month(vouchers: Iterable[Voucher]) -> dict[str, list[Voucher]]:
    """Vouchers by `YYYY/MM`."""
    months: dict[str, list[Voucher]] = defaultdict(list)
    for voucher in vouchers:
        months[f"{voucher.day:%Y/%m}"].append(voucher)
    return months


def write_month(
    folder: Path, name: str, vouchers: list[Voucher], proofs: evidence.Proofs, head: str = "", inline: bool = False
) -> None:
    """Write vouchers of one month as `<name>.beancount`, their rolls behind those that the month's files have.

    With `inline`, the lines of a pay list become postings; a share register stays a roll.
    """
    month = name[:7]
    columns = {
        False: _columns(folder / f"rolls/{month}.csv", PAY_COLUMNS),
        True: _columns(folder / f"rolls/{month}-shares.csv", SHARE_COLUMNS),
    }
    lines: dict[bool, list[str]] = {False: [], True: []}

    def lines_of(leg: Leg, roll: str) -> list[str]:
        shares = leg.register is not None
        found = roll_lines(leg, roll, columns[shares])
        lines[shares] += found
        return found

    texts = [head] if head else []
    texts += [voucher_text(v, evidence.metadata(v, proofs), lines_of, inline) for v in vouchers]
    write_text(folder / f"{name}.beancount", "\n".join(texts))
    _append(folder / f"rolls/{month}.csv", columns[False], lines[False])
    _append(folder / f"rolls/{month}-shares.csv", columns[True], lines[True])


def _columns(path: Path, default: tuple[str, ...]) -> tuple[str, ...]:
    """The columns of a month's file that is there already."""
    if not path.exists():
        return default
    with path.open(encoding="utf-8") as lines:
        return tuple(next(lines).rstrip("\r\n").split(","))


def _append(path: Path, columns: tuple[str, ...], lines: list[str]) -> None:
    if lines:
        new = "" if path.exists() else ",".join(columns) + "\n"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8", newline="\n") as target:
            target.write(new + "".join(f"{line}\n" for line in lines))
