"""One module a table: each measures one thing and returns a `Report` that says what was measured on what."""

from textvae.evaluation.report import Report, Row, signature

__all__ = ["Report", "Row", "signature"]
