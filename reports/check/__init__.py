"""The audit as a table, JSON and SARIF, and against an earlier one."""
