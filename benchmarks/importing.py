"""Import of a patents workbook into an empty workspace, beside a loop over its rows with openpyxl.

    python -m benchmarks.importing [--rows 50000]

The loop only reads cell values. The import also recognises the header, parses and checks every cell, finds whom each
row is, merges, and commits to the database.
"""

from __future__ import annotations

import tempfile
from datetime import datetime
from pathlib import Path

from benchmarks.measuring import heading, measure, report
from benchmarks.sizes import sizes
from benchmarks.synthetic import patents

_NOW = datetime(2026, 11, 1, 9, 0)
_HEADERS = "专利名称 申请号 申请日 授权公告日 专利类型 法律状态 状态核验日期 专利权人 IPC主分类号 所属地市 技术成熟度 转化意愿 摘要"


def main() -> None:
    """Print both."""
    rows = sizes(__doc__).rows
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "专利清单.xlsx"
        write_workbook(file, rows)
        heading(f"Import of {rows:,} patents, a workbook of {file.stat().st_size / (1 << 20):.0f} MiB")
        loop = measure(read_with_openpyxl, file)
        report("openpyxl, read-only, loop over the rows", loop)
        landed = measure(import_workbook, file, Path(folder) / "first")
        report(f"matcher import, {landed.answer:,} rows landed", landed, loop)
        again = measure(import_workbook, file, Path(folder) / "first")
        report(f"the same file again, {again.answer:,} rows landed", again, loop)


def write_workbook(file: Path, rows: int) -> None:
    """An inventory with the usual columns."""
    import xlsxwriter

    with xlsxwriter.Workbook(str(file), {"constant_memory": True}) as book:
        sheet = book.add_worksheet("专利清单")
        sheet.write_row(0, 0, _HEADERS.split())
        for row, patent in enumerate(patents(rows), start=1):
            cells = (
                patent.title,
                patent.application_number,
                str(patent.filed),
                str(patent.granted),
                str(patent.type),
                str(patent.status),
                str(patent.status_date),
                "；".join(patent.holders),
                patent.ipc[0],
                patent.region,
                patent.maturity.text if patent.maturity else "",
                "、".join(patent.modes),
                patent.abstract,
            )
            sheet.write_row(row, 0, cells)


def read_with_openpyxl(file: Path) -> int:
    """Rows with a first cell."""
    from openpyxl import load_workbook

    book = load_workbook(file, read_only=True)
    return sum(row[0] is not None for row in book.worksheets[0].iter_rows(values_only=True))


def import_workbook(file: Path, home: Path, url: str | None = None) -> int:
    """Rows that landed; `url` of another database than SQLite."""
    from matcher import usecases
    from matcher.landing import Manner
    from matcher.settings import Settings
    from matcher.workspace import Workspace

    with Workspace.open(Settings(home=home, database_url=url)) as workspace:
        found = usecases.import_file(workspace, "patents", file, Manner({}), at=_NOW)
    return found.report.landed


if __name__ == "__main__":
    main()
