"""`xianjie rules`: the catalogue, or one rule with its parameters, their history and an example."""

import json

import click

from xianjie import options
from xianjie.chinese import Command


@click.command(cls=Command)
@click.argument("rule_id", required=False, metavar="[规则]")
@options.form("table", "json")
def rules(rule_id: str | None, form: str) -> None:
    """规则目录；给出规则编号则显示该规则的全文、公式、参数沿革、实例和变更。"""
    from reports.rulebook import pages
    from reports.rulebook.catalogue import as_table, entry

    known = {rule.id: rule for rule in pages.ordered()}
    if rule_id and rule_id not in known:
        raise click.UsageError(f"没有规则 {rule_id}，用 xianjie rules 查看全部规则")
    if form == "json":
        found = entry(known[rule_id], whole=True) if rule_id else [entry(rule) for rule in known.values()]
        click.echo(json.dumps(found, ensure_ascii=False, indent=1))
    elif rule_id:
        click.echo(pages.as_text(pages.page(known[rule_id])), nl=False)
    else:
        click.echo(as_table(known.values()))
