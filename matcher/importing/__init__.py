"""File → rows → records or row errors."""

from matcher.importing.reading import Located, Reading, read_records
from matcher.importing.report import ImportReport, RowProblem, Severity
from matcher.importing.synonyms import RecordKind

__all__ = ["ImportReport", "Located", "Reading", "RecordKind", "RowProblem", "Severity", "read_records"]
