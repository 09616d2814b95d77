"""What the sample county's book has besides what sheets bear: of an imported book only what a hand could have written."""

from pathlib import Path

from ledgers import chart
from samples.county import evidence, manual
from samples.county.files import by_month, write_month, write_text
from samples.county.model import FIRST_DAY, County
from samples.county.planted import write_planted
from samples.county.registered import is_borne
from samples.county.text import directive

# Registry files: those that an import needs to have before it, and those that follow it.
BEFORE = {"benefits": "补助种类"}
AFTER = {
    "progress": "移交与绩效自评",
    "notices": "公告公示",
    "inspections": "检查",
    "waivers": "豁免",
    "rectifications": "整改",
    "seals": "封账",
    "contracts": "合同、决议和盘点",
    "supplements": "手工补记",
}


def write_before(county: County, folder: Path) -> None:
    """The county's own policy and benefits, in a book that carries the policy that ships; of an imported book sheets bring them."""
    own = "".join(f"\n{directive(one)}" for one in county.registry.get("policy", []))
    with (folder / "policy.beancount").open("a", encoding="utf-8", newline="\n") as policy:
        policy.write(f"\n;; 本县自定的参数（样例，数字是虚构的）。\n{own}")
    _write_registry(county, folder, BEFORE)


def write_after(county: County, folder: Path, postings: bool = False, *, imported: bool = False) -> None:
    """What no sheet bears, and of a book that is not imported what sheets do. Vouchers must be numbered."""
    _write_registry(county, folder, AFTER, imported)
    for path, text in county.papers.items():
        if not (folder / path).exists():
            write_text(folder / path, text)
    if county.members:
        rows = ["who,household,person,from,to,reason", *map(",".join, county.members)]
        write_text(folder / "registry/members.csv", "".join(f"{row}\n" for row in rows))
    proofs = {} if imported else evidence.proofs(by_month(county.vouchers))
    left = (v for v in county.vouchers if not v.sheet and not (imported and manual.is_borne(v)))
    for month, vouchers in by_month(left).items():
        write_month(folder, f"{month}-sg", vouchers, proofs, inline=postings)
    if not imported:
        evidence.keep(folder, proofs)
        _attach(county, folder, proofs)
        evidence.tamper(folder, proofs)
    _open_accounts(county, folder)
    write_planted(county, folder)


def _write_registry(county: County, folder: Path, titles: dict[str, str], imported: bool = False) -> None:
    for name, title in titles.items():
        left = (d for d in county.registry.get(name, []) if not (imported and is_borne(name, d)))
        directives = sorted(left, key=lambda d: d.day)
        if imported and not directives:
            continue
        name = f"{name}-sg" if imported and (folder / f"registry/{name}.beancount").exists() else name
        write_text(folder / f"registry/{name}.beancount", f";; {title}\n" + "\n".join(map(directive, directives)))


def _attach(county: County, folder: Path, proofs: evidence.Proofs) -> None:
    """Give the payments that sheets bear their evidence, below the line of the voucher's number."""
    for month, vouchers in by_month(v for v in county.vouchers if v.sheet).items():
        path = folder / f"{month}.beancount"
        text = path.read_text("utf-8")
        for voucher in vouchers:
            head = f'  voucher: "{voucher.number}"\n'
            if proof := evidence.metadata(voucher, proofs):
                text = text.replace(head, head + "".join(f'  {key}: "{value}"\n' for key, value in proof.items()))
        path.write_text(text, "utf-8", newline="\n")


def _open_accounts(county: County, folder: Path) -> None:
    """Open what the vouchers use and nobody has opened, from the first day."""
    texts = [path.read_text("utf-8") for path in sorted((folder / "registry").glob("*.beancount"))]
    opened = {line.split()[2] for text in texts for line in text.splitlines() if line[10:16] == " open "}
    wanted = {
        leg.account: "" if leg.units or leg.account in (chart.ASSET_FUND, chart.EQUITY_FUND) else "CNY"
        for voucher in county.vouchers
        for leg in voucher.legs
        if leg.account not in opened
    }
    lines = [chart.open_line(f"{FIRST_DAY}", name, currency) for name, currency in wanted.items()]
    write_text(
        folder / "registry/accounts-sg.beancount", ";; 手工凭证用到的科目\n" + "".join(f"{line}\n" for line in lines)
    )
