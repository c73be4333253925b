@echo off
rem On first use the program is installed into app\ (no network, no administrator rights); then the pages open.
chcp 65001 >nul
cd /d "%~dp0"
set /p WANTED=<PYTHON
if exist app\installed goto start
py -%WANTED% --version >nul 2>&1
if errorlevel 1 (
  echo 本机没有 Python %WANTED%。请先为本用户安装 Python %WANTED%（安装时不需要管理员权限），再运行本程序。
  pause
  exit /b 1
)
echo 正在安装……
if exist app rmdir /s /q app
py -%WANTED% -m venv --without-pip app || goto failed
for %%f in (wheels\pip-*.whl) do set PIPWHEEL=%%f
app\Scripts\python "%PIPWHEEL%\pip" install --quiet --no-index --find-links wheels patent-matcher || goto failed
echo done>app\installed
:start
if not defined MATCHER_HOME set MATCHER_HOME=%CD%\workspace
if not "%~1"=="demo" goto serve
if not exist demo app\Scripts\matcher demo --folder demo
set MATCHER_HOME=%CD%\demo\工作区
:serve
app\Scripts\matcher serve --open
pause
exit /b
:failed
echo 安装没有完成。请确认整个文件夹已完整复制，再运行一次。
pause
exit /b 1
