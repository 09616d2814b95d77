"""A trace as a tree in the terminal, and as a workbook in which every sum can be recomputed."""

from collections.abc import Iterator

from ledgers.money import yuan_cn
from ledgers.tables.span import said_of
from ledgers.tables.tables import Tables
from reports.trace.nodes import Node
from reports.width import pad, width
from reports.workbook import COUNT, DATE, LONG, MONEY, PLAIN, TOTAL, Column, Formula, Row, Workbook

MANY = 12  # roll lines that a terminal shows; a longer roll is one line there
TEXT = 78
COLUMNS = (
    Column("序号", 7, COUNT),
    Column("上级", 7, COUNT),
    Column("内容", 66, LONG),
    Column("日期", 11, DATE),
    Column("凭证号", 15),
    Column("金额（元）", 17, MONEY),
    Column("下级合计", 17, MONEY),
    Column("差额", 11, MONEY),
    Column("位置", 34),
)


def as_text(roots: list[Node]) -> str:
    """The trees, a line a node, amounts at the right."""
    return "\n\n".join("\n".join(_tree(root, "", "")) for root in roots) + "\n"


def _tree(node: Node, lead: str, below: str) -> Iterator[str]:
    day = f"{node.day} " if node.day and node.voucher else ""
    yield _line(f"{lead}{day}", node.text, f"　{node.voucher}" if node.voucher else "", node.amount)
    parts = node.parts
    if node.roll and len(parts) > MANY:
        mark = "├─" if node.links else "└─"
        text = f"清册 {node.roll} 共 {len(parts)} 行（逐行见工作簿）"
        yield _line(f"{below}{mark}", text, "", sum(part.amount for part in parts))
        parts = []
    children = [*((part, "─") for part in parts), *((link, "→") for link in node.links)]
    for number, (child, sign) in enumerate(children, start=1):
        last = number == len(children)
        yield from _tree(child, f"{below}{'└' if last else '├'}{sign}", f"{below}{'　' if last else '│ '}")


def _line(lead: str, text: str, tail: str, amount: int) -> str:
    room = TEXT - width(lead) - width(tail)
    if width(text) > room:
        while text and width(text) > room - 2:
            text = text[:-1]
        text += "…"
    return f"{pad(f'{lead}{text}{tail}', TEXT)}{pad(yuan_cn(amount), 18, right=True)}"


def as_xlsx(tables: Tables, name: str, roots: list[Node]) -> bytes:
    """A workbook of one sheet: every node with its parent's number, and the sum of its parts as a live formula."""
    book = Workbook(f"{name} 资金追溯", tables.as_of)
    sheet = book.sheet("资金追溯", [column.width for column in COLUMNS])
    sheet.title(f"{name} 资金追溯")
    sheet.right(f"{tables.title}　截至 {tables.as_of}　单位：元")
    sheet.note(said_of(tables.as_of, tables.span))
    sheet.note(
        "“上级”相同的各行之和等于上级的金额，“差额”应为零。“→”引出资金形成的资产、收益等，另行计算，不计入上级。"
    )
    rows = list(_numbered(roots))
    first = sheet.row + 2
    sheet.table(COLUMNS, (_row(*one, (first, first + len(rows) - 1)) for one in rows))
    return book.content()


def _numbered(roots: list[Node]) -> Iterator[tuple[int, int | None, int, Node]]:
    """Number, number of what it is a part of (none for roots and links), depth, node."""
    number = 0

    def visit(node: Node, parent: int | None, depth: int) -> Iterator[tuple[int, int | None, int, Node]]:
        nonlocal number
        number += 1
        mine = number
        yield mine, parent, depth, node
        for part in node.parts:
            yield from visit(part, mine, depth + 1)
        for link in node.links:
            yield from visit(link, None, depth + 1)

    for root in roots:
        yield from visit(root, None, 0)


def _row(number: int, parent: int | None, depth: int, node: Node, area: tuple[int, int]) -> Row:
    sign = "→ " if parent is None and depth else ""
    amounts, parents = (f"${letter}${area[0]}:${letter}${area[1]}" for letter in "FB")
    total = Formula(f"=SUMIFS({amounts},{parents},A{{row}})", sum(part.amount for part in node.parts))
    gap = Formula("=ROUND(F{row}-G{row},2)", 0)
    sums = (total, gap) if node.parts else (None, None)
    text = f"{'　' * depth}{sign}{node.text}"
    return Row(
        (number, parent, text, node.day, node.voucher, node.amount, *sums, node.place), PLAIN if depth else TOTAL
    )
