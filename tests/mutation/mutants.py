"""All the small changes that a module's tests must notice: an operator, a number, a condition, a filter, an order."""

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass

_COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
}
_OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Div,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.Mod: ast.Mult,
}
_WORDS = {"min": "max", "max": "min", "any": "all", "all": "any", "abs": "int"}


@dataclass(frozen=True)
class Mutant:
    """A changed module: where, what was there, what is there now."""

    line: int
    before: str
    after: str
    tree: ast.Module


def mutants(source: str) -> Iterator[Mutant]:
    """Every mutant of a module, one change each. Annotations, decorators, docstrings and messages are left alone."""
    tree = ast.parse(source)
    nodes = list(ast.walk(tree))
    skipped = _left_alone(tree)
    for number, node in enumerate(nodes):
        if id(node) in skipped:
            continue
        for change in _changes(node):
            other = copy.deepcopy(tree)
            twin = list(ast.walk(other))[number]
            before = ast.unparse(twin)
            changed = change(twin)
            ast.fix_missing_locations(other)
            place = node.target if isinstance(node, ast.comprehension) else node
            yield Mutant(getattr(place, "lineno", 0), before, ast.unparse(changed or twin), other)


def _left_alone(tree: ast.Module) -> set[int]:
    """Nodes whose change is no change of a verdict: texts, types, what a rule says of itself."""
    alone: set[int] = set()
    for node in ast.walk(tree):
        parts: list[ast.AST | None] = []
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            parts += node.decorator_list
        if isinstance(node, ast.FunctionDef):
            parts += [node.returns, *(argument.annotation for argument in ast.walk(node.args) if isinstance(argument, ast.arg))]
        if isinstance(node, ast.AnnAssign):
            parts.append(node.annotation)
        if isinstance(node, ast.JoinedStr):
            parts.append(node)
        alone |= {id(child) for part in parts if part for child in ast.walk(part)}
    return alone


def _changes(node: ast.AST) -> Iterator:  # type: ignore[type-arg]
    if isinstance(node, ast.Compare):
        for place, operator in enumerate(node.ops):
            for other in _COMPARISONS[type(operator)]:
                yield lambda twin, place=place, other=other: twin.ops.__setitem__(place, other())
    elif isinstance(node, ast.BinOp | ast.AugAssign) and type(node.op) in _OPERATORS and not _texts(node):
        yield lambda twin: setattr(twin, "op", _OPERATORS[type(twin.op)]())
    elif isinstance(node, ast.BoolOp):
        yield lambda twin: setattr(twin, "op", ast.Or() if isinstance(twin.op, ast.And) else ast.And())
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not | ast.USub | ast.Invert):
        yield lambda twin: setattr(twin, "op", ast.UAdd()) if isinstance(twin.op, ast.USub) else _undo(twin)
    elif isinstance(node, ast.Constant) and type(node.value) is int:
        yield lambda twin: setattr(twin, "value", twin.value + 1)
    elif isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield lambda twin: setattr(twin, "value", not twin.value)
    elif isinstance(node, ast.Name) and node.id in _WORDS and isinstance(node.ctx, ast.Load):
        yield lambda twin: setattr(twin, "id", _WORDS[twin.id])
    elif isinstance(node, ast.IfExp):
        yield _swap
    elif isinstance(node, ast.comprehension):
        for place in range(len(node.ifs)):
            yield lambda twin, place=place: twin.ifs.__delitem__(place)
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "sorted":
        yield _turn_round
    elif isinstance(node, ast.Continue):
        yield lambda twin: setattr(twin, "__class__", ast.Pass)


def _texts(node: ast.AST) -> bool:
    """Texts put together: a message."""
    return any(isinstance(part, ast.JoinedStr) or (isinstance(part, ast.Constant) and isinstance(part.value, str)) for part in ast.walk(node))


def _undo(twin: ast.UnaryOp) -> None:
    """`not x` and `~x` become plain x, doubled so that the node stays where it is."""
    twin.operand = ast.UnaryOp(twin.op, twin.operand)


def _swap(twin: ast.IfExp) -> None:
    twin.body, twin.orelse = twin.orelse, twin.body


def _turn_round(twin: ast.Call) -> None:
    """`sorted(x)` becomes `sorted(x, reverse=True)`, and the other way round."""
    kept = [keyword for keyword in twin.keywords if keyword.arg != "reverse"]
    twin.keywords = [*kept, ast.keyword("reverse", ast.Constant(True))] if len(kept) == len(twin.keywords) else kept
