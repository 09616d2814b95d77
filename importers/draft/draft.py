"""The book as an import changes it: registries, vouchers, rolls, households, people, what waits; nothing is on disk yet.

Everything lies in `Staged` dictionaries, so that a refused file leaves no trace. Text is made only at the end
(render.py), and only of what differs from the book.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from importers.draft.corrections import of_vouchers
from importers.draft.entries import (
    IMPORT_ID,
    ORIGINAL_DATE,
    Directive,
    HouseState,
    Leg,
    Line,
    MemberRow,
    Meta,
    Voucher,
    negated,
)
from importers.draft.staged import Staged
from ledgers.files.side_files import BankLine, Imported, Waiting
from ledgers.people import Identities, Person
from ledgers.personal.find import without_numbers

# Keys of a voucher that imports alone decide; whatever else someone wrote beside them stays.
OWNED = ("fund", "project", "asset", "equity", "income-year", "payment-no", "payer", "moved-from", ORIGINAL_DATE)


def after_seal(held: tuple[HouseState, ...], wanted: tuple[HouseState, ...], sealed: date) -> tuple[HouseState, ...]:
    """The sealed rows as they are, then what is wanted: rows of sealed days that differ are dated the first open day."""
    last, first = sealed.isoformat(), (sealed + timedelta(1)).isoformat()
    kept = [state for state in held if state.date <= last]
    late = [state for state in wanted if state.date > last]
    moved = [state._replace(date=first) for state in wanted if state.date <= last and state not in kept]
    known = {(state.state, state.date) for state in late}
    rows = [*kept, *(state for state in moved if (state.state, state.date) not in known), *late]
    return tuple(row for place, row in enumerate(rows) if row._replace(date="") not in {one._replace(date="") for one in rows[:place]})


@dataclass
class Draft:
    """A book under change."""

    root: Path
    today: date
    identities: Callable[[], Identities]  # opened when first asked for
    read_roll: Callable[[str, date, bool], tuple[Line, ...]]  # roll id, day of its voucher, shares
    directives: Staged[tuple[str, str], tuple[Directive, ...]] = field(default_factory=Staged)
    vouchers: Staged[str, Voucher] = field(default_factory=Staged)
    imported: Staged[str, str] = field(default_factory=Staged)  # import id -> number of the voucher that stands
    reversed: Staged[str, str] = field(default_factory=Staged)  # number -> number of its reversal
    opened: Staged[str, tuple[date, str]] = field(default_factory=Staged)  # account -> day, currency
    balances: Staged[tuple[date, str], int | None] = field(default_factory=Staged)  # 分
    states: Staged[str, tuple[HouseState, ...]] = field(default_factory=Staged)
    people: Staged[str, Person] = field(default_factory=Staged)  # token -> person
    codes: Staged[str, str] = field(default_factory=Staged)  # household -> 户编号
    households: Staged[str, str] = field(default_factory=Staged)  # 户编号 -> household
    names: Staged[str, tuple[tuple[str, int], ...]] = field(default_factory=Staged)  # name -> (household, person)
    moved: Staged[tuple[str, int], tuple[str, Person]] = field(default_factory=Staged)  # former places of people
    members: Staged[str, tuple[MemberRow, ...]] = field(default_factory=Staged)  # who -> rows
    attached: Staged[str, bytes] = field(default_factory=Staged)  # files of evidence that are taken into the book
    waiting: Staged[str, Waiting | None] = field(default_factory=Staged)
    bank: Staged[str, tuple[BankLine, ...]] = field(default_factory=Staged)  # village -> lines
    log: Staged[tuple[str, str, int, str], Imported] = field(default_factory=Staged)
    last: Staged[str, int] = field(default_factory=Staged)  # series of ids -> last number given
    sealed: date | None = None  # last day of the last sealed period
    changes: list[tuple[str, str, str]] = field(default_factory=list)  # verb, what, text
    warnings: list[str] = field(default_factory=list)
    _marks: tuple[int, int] = (0, 0)
    _people_read: bool = False

    # -- each file whole or not at all --------------------------------------------------------------------------------

    def begin(self) -> None:
        self._marks = len(self.changes), len(self.warnings)

    def keep(self) -> None:
        for layer in self._layers():
            layer.keep()

    def drop(self) -> None:
        for layer in self._layers():
            layer.drop()
        del self.changes[self._marks[0] :]
        del self.warnings[self._marks[1] :]

    def reset(self) -> None:
        """Back to the book as it is on disk."""
        for layer in self._layers():
            layer.drop()
            layer.kept.clear()
        self.changes.clear()
        self.warnings.clear()

    def _layers(self) -> Iterator[Staged[Any, Any]]:
        for one in fields(self):
            if isinstance(value := getattr(self, one.name), Staged):
                yield value

    def note(self, verb: str, what: str, text: str) -> None:
        self.changes.append((verb, what, without_numbers(text)))

    def warn(self, text: str) -> None:
        if (said := without_numbers(text)) not in self.warnings:
            self.warnings.append(said)

    # -- ids ----------------------------------------------------------------------------------------------------------

    def next_number(self, series: str, used: Iterable[str]) -> int:
        """The next running number of a series such as `P2022-`; `used` are the ids that the book holds."""
        if series not in self.last:
            numbers = (name.removeprefix(series) for name in used if name.startswith(series))
            self.last[series] = max((int(number) for number in numbers if number.isdigit()), default=0)
        number = self.last[series] + 1
        self.last[series] = number
        return number

    # -- registries ---------------------------------------------------------------------------------------------------

    def ids(self, type: str) -> list[str]:
        return [name for (kind, name), mentions in self.directives.items() if kind == type and mentions]

    def facts(self, type: str, id: str, day: date | None = None) -> dict[str, Any]:
        """Everything the registry says of an id (until a day): later mentions override earlier ones."""
        found: dict[str, Any] = {}
        for directive in sorted(self.directives.get((type, id), ()), key=lambda d: d.date):
            if day is None or directive.date <= day:
                found |= dict(directive.meta)
        return found

    def first_day(self, type: str, id: str) -> date:
        return min(directive.date for directive in self.directives[type, id])

    def add_directive(self, directive: Directive) -> None:
        """Register something; what belongs into a sealed period is dated the first open day."""
        if not self.is_open(directive.date):
            day = self.open_day(directive.date)
            self.warn(f"{directive.id}：{directive.date} 所在期间已封账，记在封账后的第一天 {day}")
            directive = replace(directive, date=day)
        key = directive.type, directive.id
        self.directives[key] = (*self.directives.get(key, ()), directive)

    def set_facts(self, type: str, id: str, meta: Mapping[str, Any]) -> list[str]:
        """Correct what a registry says where it says it, else add it to the first mention; keys that changed.

        What a seal covers stays: there the change is a line of the first open day.
        """
        mentions = list(self.directives[type, id])
        order = sorted(range(len(mentions)), key=lambda number: mentions[number].date)
        changed, late = [], {}
        for key, value in meta.items():
            holder = next((n for n in reversed(order) if key in dict(mentions[n].meta)), order[0])
            held = dict(mentions[holder].meta)
            if held.get(key) == value:
                continue
            changed.append(key)
            if self.is_open(mentions[holder].date):
                held[key] = value
                mentions[holder] = replace(mentions[holder], meta=tuple(held.items()))
            else:
                late[key] = value
        if late:
            self._amend(mentions, type, id, late)
        if changed:
            self.directives[type, id] = tuple(mentions)
        return changed

    def _amend(self, mentions: list[Directive], type: str, id: str, meta: Mapping[str, Any], args: tuple[Any, ...] = ()) -> None:
        """Say of an id on the first open day after a seal what is different from then on."""
        day = self.open_day(self.sealed or self.today)
        place = next((n for n, one in enumerate(mentions) if one.date == day and not one.state and (not args or not one.args)), None)
        self.warn(f"{id}：已封账的登记不改，变更记在封账后的第一天 {day}")
        if place is None:
            mentions.append(Directive(type, id, day, args, tuple(meta.items())))
        else:
            held = mentions[place]
            mentions[place] = replace(held, args=args or held.args, meta=tuple((dict(held.meta) | dict(meta)).items()))

    def set_amount(self, type: str, id: str, amount: Any) -> bool:
        """Correct the amount that a registry's directive is given; whether it differed."""
        mentions = sorted(self.directives[type, id], key=lambda mention: mention.date)
        given = [mention.args[0] for mention in mentions if mention.args]
        if given and given[-1] == amount:
            return False
        if self.is_open(mentions[0].date):
            mentions[0] = replace(mentions[0], args=(amount,))
        else:
            self._amend(mentions, type, id, {}, (amount,))
        self.directives[type, id] = tuple(mentions)
        return True

    def set_state(self, type: str, id: str, state: str, day: date) -> str:
        """The day of a state: "" where the book has it already, else what was done (added, moved)."""
        mentions = list(self.directives[type, id])
        for number, mention in enumerate(mentions):
            if mention.state == state:
                if mention.date == day:
                    return ""
                if not self.is_open(mention.date) or not self.is_open(day):
                    self.warn(f"{id} “{state}”的日期 {mention.date} 已封账，没有改为 {day}")
                    return ""
                mentions[number] = replace(mention, date=day)
                self.directives[type, id] = tuple(mentions)
                return "moved"
        self.add_directive(Directive(type, id, day, (state,)))
        return "added"

    def set_states(self, household: str, states: tuple[HouseState, ...]) -> tuple[HouseState, ...]:
        """What a household is, day by day; what a seal covers stays, a difference holds from the first open day on."""
        if self.sealed is not None:
            states = after_seal(self.states.get(household, ()), states, self.sealed)
        self.states[household] = states
        return states

    def open_account(self, account: str, currency: str, day: date) -> None:
        """Make sure that an account is open on a day."""
        known = self.opened.get(account)
        if known is None:
            self.opened[account] = (self.open_day(min(day, date(2021, 1, 1))), currency)
        elif known[0] > day:
            self.opened[account] = (day, known[1])

    # -- vouchers -----------------------------------------------------------------------------------------------------

    def is_open(self, day: date) -> bool:
        return self.sealed is None or day > self.sealed

    def open_day(self, day: date) -> date:
        """The day itself, or the first open one after a seal."""
        return day if self.is_open(day) else (self.sealed or day) + timedelta(1)

    def standing(self, import_id: str) -> Voucher | None:
        number = self.imported.get(import_id)
        return self.vouchers[number] if number else None

    def put(
        self,
        import_id: str,
        day: date,
        payee: str,
        narration: str,
        legs: Sequence[Leg],
        meta: Meta = (),
        what: str = "凭证",
        number: str = "",
    ) -> str:
        """Book a voucher under its import id, or correct the one that stands. Its number: `number`, where one is given, else the next.

        A correction replaces in an open period and keeps the number; in a sealed one it is reversed and booked anew.
        """
        wanted = Voucher(number, day, payee, narration, tuple(leg for leg in legs if leg.number), (*meta, (IMPORT_ID, import_id)))
        old = self.standing(import_id)
        if old is None:
            return self.add(wanted, what)
        if self.same(old, wanted):
            return old.number
        if self.is_open(old.day) and self.open_day(day).year == old.day.year:
            self._replace(old, wanted, what)
            return old.number
        said = of_vouchers(old, wanted, self._all_lines(old), self._all_lines(wanted))
        self.note("更正", what, f"{old.number} {said}（已封账，冲销后重记）")
        self.reverse(old.number, f"更正{what}")
        return self.add(wanted, what)

    def same(self, old: Voucher, new: Voucher) -> bool:
        """Whether a voucher of the book already says what is wanted; keys that someone added to it do not count."""
        texts = (old.true_day, old.payee, old.narration) == (new.day, new.payee, new.narration)
        owned = any(old.get(key) != new.get(key) for key in OWNED if key != ORIGINAL_DATE)
        if not texts or owned or len(old.legs) != len(new.legs) or any(old.get(key) != value for key, value in new.meta):
            return False
        return all(self._same_leg(old, one, two) for one, two in zip(old.legs, new.legs, strict=True))

    def _same_leg(self, old: Voucher, one: Leg, two: Leg) -> bool:
        amounts = (one.account, one.number, one.currency, one.cost) == (two.account, two.number, two.currency, two.cost)
        if not amounts or any(one.get(key) != value for key, value in two.meta):
            return False
        return (self.lines(old, one) or None) == (two.lines or None)

    def settled(self, waiting: Waiting) -> bool:
        """Whether a pay list has found its money."""
        return not self.waiting.get(waiting.id)

    def lines(self, voucher: Voucher, leg: Leg) -> tuple[Line, ...] | None:
        """The roll of a posting, read from the book when first asked for."""
        if leg.lines is None and leg.get("roll"):
            return self.read_roll(str(leg.get("roll")), voucher.day, leg.currency != "CNY")
        return leg.lines

    def _all_lines(self, voucher: Voucher) -> list[Line]:
        return [line for leg in voucher.legs for line in self.lines(voucher, leg) or ()]

    def replace_voucher(self, voucher: Voucher) -> None:
        """Put a changed voucher in the place of the one of its number."""
        self.vouchers[voucher.number] = voucher

    def add(self, wanted: Voucher, what: str) -> str:
        """Book a voucher under its number or the next, on its day or the first open one; its number."""
        day = self.open_day(wanted.day)
        meta = wanted.meta
        if day != wanted.day:
            meta = (*meta, (ORIGINAL_DATE, wanted.day))
            self.warn(f"{wanted.day} 所在期间已封账，记在封账后的第一天 {day}")
        number = wanted.number or f"{day.year}-{self.next_number(f'{day.year}-', self.vouchers):06d}"
        self.vouchers[number] = replace(wanted, number=number, day=day, meta=meta)
        if import_id := wanted.get(IMPORT_ID):
            self.imported[import_id] = number
        self._open_accounts(self.vouchers[number])
        self.note("新增", what, f"{number} {wanted.narration}")
        return number

    def _replace(self, old: Voucher, wanted: Voucher, what: str) -> None:
        own = dict(wanted.meta)
        kept = own | {key: value for key, value in old.meta if key not in OWNED and key not in own}
        day = self.open_day(wanted.day)
        if day != wanted.day:
            kept[ORIGINAL_DATE] = wanted.day
        self.vouchers[old.number] = replace(wanted, number=old.number, day=day, meta=tuple(kept.items()), place=old.place)
        self._open_accounts(self.vouchers[old.number])
        self.note("更正", what, f"{old.number} {of_vouchers(old, wanted, self._all_lines(old), self._all_lines(wanted))}")

    def reverse(self, number: str, why: str, day: date | None = None, meta: Meta = ()) -> str:
        """Reverse a voucher whole, on its own day or the first open one."""
        old = self.vouchers[number]
        legs = [self._negated(old, leg) for leg in old.legs]
        kept = tuple((key, value) for key, value in old.meta if key not in (IMPORT_ID, ORIGINAL_DATE, "payment-no", *dict(meta)))
        wanted = Voucher("", day or old.day, old.payee, f"冲销 {number}：{why}", tuple(legs), (*kept, *meta, ("reverses", number)))
        reversal = self.add(wanted, "冲销凭证")
        self.reversed[number] = reversal
        if not dict(meta).get(IMPORT_ID) and (import_id := old.get(IMPORT_ID)):
            self.imported[import_id] = ""  # corrected; what the bank returned stays known as imported
        return reversal

    def _negated(self, voucher: Voucher, leg: Leg) -> Leg:
        lines = self.lines(voucher, leg)
        meta = tuple((key, value) for key, value in leg.meta if key not in ("roll", "roll-sha256", "pay-list"))
        return replace(leg, number=-leg.number, meta=meta, lines=tuple(map(negated, lines)) if lines else None)

    def _open_accounts(self, voucher: Voucher) -> None:
        for leg in voucher.legs:
            currency = "" if leg.cost is not None or leg.account.startswith(("Equity:9301", "Equity:9302")) else "CNY"
            self.open_account(leg.account, currency, voucher.day)

    # -- people -------------------------------------------------------------------------------------------------------

    def load_people(self) -> Identities:
        """Open the identities store, once. Raises people.Unusable."""
        store = self.identities()
        if not self._people_read:
            self._people_read = True
            self.people.held.update(store.people)
            self.codes.held.update(store.codes)
            self.households.held.update({code: household for household, code in store.codes.items()})
            names: dict[str, list[tuple[str, int]]] = {}
            for person in store.people.values():
                names.setdefault(person.name, []).append((person.household, person.person))
            self.names.held.update({name: tuple(places) for name, places in names.items()})
        return store
