"""Screening: where an auditor should look first. Figures and lines, never verdicts."""
