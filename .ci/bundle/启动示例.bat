@echo off
call "%~dp0启动.bat" demo
