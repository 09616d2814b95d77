"""Workpapers: the audit as a workbook that an auditor takes away."""
