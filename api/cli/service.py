"""Commands around the service: serve, key, doctor, backup, restore."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.options import AsJson, Home, Model, now, read_settings
from api.cli.terminal import print_json, progress
from matcher.errors import NotReady, SettingsError

if TYPE_CHECKING:
    from matcher.settings import ProxySettings, Settings

_LOOPBACK = ("127.0.0.1", "localhost")


def serve(
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="端口。")] = 8600,
    host: Annotated[
        str, typer.Option("--host", help="监听的地址；不是本机（127.0.0.1）的，须先在设置中写好 [proxy]。")
    ] = "127.0.0.1",
    workers: Annotated[
        int, typer.Option("--workers", min=1, max=64, help="服务进程数；人多时取处理器的核数。")
    ] = 1,
    open_page: Annotated[bool, typer.Option("--open", help="就绪后在本机浏览器中打开页面。")] = False,
    log_format: Annotated[
        str, typer.Option("--log-format", help="日志格式：text，或 json（每个请求一行，不含内容和人员）。")
    ] = "text",
    home: Home = None,
    model: Model = None,
) -> None:
    """提供页面和 HTTP 接口，默认只在本机（127.0.0.1）；第一次启动时给出建立管理员账号的一次性链接。

    例：matcher serve --port 8600
    """
    import uvicorn

    from api.access.sign_in import Access
    from api.cli.browser import open_when_ready
    from api.http import create_app
    from api.http.logs import LogFormat, log_config
    from api.http.process import run_processes
    from api.store.database import open_service

    if log_format not in set(LogFormat):
        raise SettingsError(f"--log-format 应为 {' 或 '.join(LogFormat)}，收到的是“{log_format}”。")
    settings = read_settings(home, model)
    _require_proxy(host, settings.proxy)
    _require_free(host, port)
    _refresh(settings)
    address = settings.proxy.origin or f"http://127.0.0.1:{port}"
    typer.echo(f"页面 {address}/　接口说明 {address}/docs", err=True)
    token = Access(open_service(settings)).first_link(now())
    first = address if token is None else f"{address}/invitation/{token}"
    if token is not None:
        typer.echo(f"还没有管理员。请在 24 小时内用这个链接建立（用过即失效）：{first}", err=True)
    if open_page:
        open_when_ready(host, port, first)
    options: dict[str, Any] = {
        "host": host,
        "port": port,
        "log_level": "warning",
        "log_config": log_config(LogFormat(log_format)),
        "access_log": False,
        "server_header": False,
        "proxy_headers": False,
    }
    if workers == 1:
        uvicorn.run(create_app(settings, warm=True), **options)
    else:
        run_processes(settings, workers, **options)


def key(
    name: Annotated[str, typer.Argument(help="密钥的用途，如“对接平台”。")],
    scope: Annotated[
        list[str],
        typer.Option(
            "--scope",
            help="权限范围（可重复），如 search、needs:read、lists:make；全部见“管理”页或写错时的提示。",
        ),
    ],
    role: Annotated[
        str, typer.Option("--role", help="角色：省级主管部门、专利权人、企业、分析员、平台接口客户。")
    ] = "省级主管部门",
    subject: Annotated[str, typer.Option("--subject", help="专利权人名称或企业编号（仅这两种角色）。")] = "",
    days: Annotated[int, typer.Option("--days", min=1, max=366, help="有效天数。")] = 90,
    home: Home = None,
) -> None:
    """为一个程序新建接口密钥，只显示一次。

    例：matcher key 对接平台 --scope search --scope lists:make --days 90
    """
    from api.access.keys import KeyRequest
    from api.access.parties import known_subject
    from api.access.roles import role_named
    from api.access.sign_in import Access
    from api.store.database import open_service
    from matcher.workspace import Workspace

    settings = read_settings(home)
    with Workspace.open(settings) as workspace:
        party = known_subject(workspace.store, role_named(role), subject)
    wanted = KeyRequest(name, role, tuple(scope), party, days)
    typer.echo(Access(open_service(settings)).new_key("命令行", wanted, now()))


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


def _require_proxy(host: str, proxy: ProxySettings) -> None:
    """Raise SettingsError where the service would leave this machine, or has a proxy, without all that this takes."""
    missing = "、".join(proxy.missing())
    if missing and host not in _LOOPBACK:
        raise SettingsError(
            f"不能在“{host}”上提供服务：本服务自己不加密传输，须经提供 HTTPS 的代理。"
            f"请先在 matcher.toml 的 [proxy] 中设置 {missing}；只在本机使用的，请不要改 --host。"
        )
    if missing and proxy != type(proxy)():
        raise SettingsError(f"matcher.toml 的 [proxy] 不完整，还须设置 {missing}；不经代理的，请删去这一节。")


def _require_free(host: str, port: int) -> None:
    """Raise SettingsError where nothing can listen there, before anything is built or a link given out."""
    import socket

    try:
        socket.create_server((host, port)).close()
    except OSError as error:
        raise SettingsError(
            f"不能在 {host} 的端口 {port} 上提供服务：地址不是本机的，或端口正被另一个程序使用（也许服务已经在运行）。"
            f"请核对 --host，或用 --port 换一个端口。"
        ) from error


def _refresh(settings: Settings) -> None:
    """Bring the index up to date before the first request; an empty workspace is served as it is.

    So is one whose index another process is building: the service takes the new one as soon as it is there.
    """
    from matcher import usecases
    from matcher.opening import INDEX_BUSY
    from matcher.workspace import Workspace

    with Workspace.open(settings) as workspace:
        if not workspace.store.patents.count():
            return
        try:
            with progress("建立索引") as show:
                usecases.build_index(workspace, now(), show)
        except NotReady as error:
            if error.code != INDEX_BUSY:
                raise
            typer.echo("另一个程序正在建立索引；服务先使用现有的索引，新索引建好后自动换用。", err=True)


def backup(
    out: Annotated[Path, typer.Argument(help="备份写到哪个文件（.zip）。")],
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """把整个工作区备份成一个文件；服务可以继续运行。文件含联系方式和密码的散列值，请妥善保管。

    例：matcher backup 备份-20260630.zip
    """
    from api.store.database import HISTORIES
    from matcher import usecases

    made = usecases.back_up(read_settings(home), out, now(), HISTORIES)
    if as_json:
        print_json(made)
    else:
        typer.echo(f"已备份到 {out}：{made.files} 个文件，{made.bytes / 1e6:.1f} MB。")


def restore(
    file: Annotated[Path, typer.Argument(help="matcher backup 写出的文件。")],
    home: Annotated[Path, typer.Option("--home", help="恢复到哪个文件夹（须为空，或还不存在）。")],
    as_json: AsJson = False,
) -> None:
    """从备份恢复出一个工作区，逐个文件核对校验码；已有内容的文件夹不会被覆盖。

    例：matcher restore 备份-20260630.zip --home 新工作区
    """
    from api.store.database import HISTORIES
    from matcher import usecases

    made = usecases.restore(file, home, HISTORIES)
    if as_json:
        print_json(made)
    else:
        typer.echo(f"已恢复到 {home}：{made.made_at} 的备份，{made.files} 个文件。")
