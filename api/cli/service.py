"""Commands around the service: serve, doctor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.options import AsJson, Home, Model, now, read_settings
from api.cli.terminal import print_json, progress

if TYPE_CHECKING:
    from matcher.settings import Settings


def serve(
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="端口。")] = 8600,
    home: Home = None,
    model: Model = None,
) -> None:
    """在本机（127.0.0.1）提供 HTTP 接口；接口说明在 /api/v1/openapi.json。

    例：matcher serve --port 8600
    """
    import uvicorn

    from api.http import create_app

    settings = read_settings(home, model)
    _refresh(settings)
    typer.echo(f"http://127.0.0.1:{port}/api/v1/openapi.json", err=True)
    uvicorn.run(create_app(settings), host="127.0.0.1", port=port, log_level="warning", access_log=False)


def doctor(home: Home = None, model: Model = None, as_json: AsJson = False) -> None:
    """检查本机、工作区、模型和索引，逐项说明是否可用、该怎么办。

    例：matcher doctor
    """
    from matcher import usecases

    findings = usecases.doctor(read_settings(home, model))
    if as_json:
        print_json([finding.document() for finding in findings])
    else:
        for finding in findings:
            mark = "✓" if finding.ok else "✗" if finding.essential else "○"
            typer.echo(f"{mark} {finding.label}：{finding.detail}")
    if not all(finding.ok for finding in findings if finding.essential):
        raise typer.Exit(1)


def _refresh(settings: Settings) -> None:
    """Bring the index up to date before the first request; an empty workspace is served as it is."""
    from matcher import usecases
    from matcher.workspace import Workspace

    with Workspace.open(settings) as workspace:
        if workspace.store.patents.count():
            with progress("建立索引") as show:
                usecases.build_index(workspace, now(), show)
