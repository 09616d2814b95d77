"""All rules as one Beancount plugin."""

from plugins.beancount import plugin

__plugins__ = ("check",)

check = plugin(__name__)
