"""Where the money of a fund, project, household, asset, grant, village, voucher or payee came from and went, to the 分."""

from ledgers.facts import registered
from ledgers.tables.tables import Tables
from reports.trace.assets import asset_node
from reports.trace.money import fund_node, project_nodes, sources
from reports.trace.nodes import Node
from reports.trace.others import grant_nodes, payee_nodes, village_nodes, voucher_nodes
from reports.trace.people import household_nodes


def trace(tables: Tables, name: str) -> list[Node]:
    """The trees of whatever bears the id, backwards and forwards; none for an id that the book does not know."""
    found: list[Node] = []
    if name in registered.funds(tables):
        found.append(fund_node(tables, name))
    if name in registered.projects(tables):
        found += project_nodes(tables, name)
    if name in registered.assets(tables):
        found += [*_behind(tables, name), asset_node(tables, name)]
    if (tables.households["household"] == name).any():
        found += household_nodes(tables, name)
    if name in registered.villages(tables):
        found += village_nodes(tables, name)
    found += grant_nodes(tables, name)
    found += voucher_nodes(tables, name)
    return found or payee_nodes(tables, name)


def _behind(tables: Tables, asset: str) -> list[Node]:
    """The projects that formed an asset, each back to its funds."""
    nodes = []
    for project in registered.assets(tables)[asset].project or ():
        row = registered.projects(tables).get(project)
        came = sources(tables, project)
        title = f"资产 {asset} 的来源：项目 {project} {row.name if row else ''}".rstrip()
        nodes.append(Node(title, sum(part.amount for part in came), parts=came or [Node("没有分配资金", 0)]))
    return nodes
