#!/bin/sh
# 首次运行时安装到本文件夹的 app/（不联网，不需要管理员权限），然后在本机打开页面。
set -eu
cd "$(dirname "$0")"
wanted=$(cat PYTHON)
python=
for candidate in "python$wanted" python3 python; do
  if command -v "$candidate" >/dev/null && [ "$("$candidate" -c 'import sys; print("%d.%d" % sys.version_info[:2])')" = "$wanted" ]; then
    python=$candidate
    break
  fi
done
if [ -z "$python" ]; then
  echo "本机没有 Python $wanted。请先为本用户安装 Python $wanted，再运行本程序。" >&2
  exit 1
fi
if [ ! -f app/installed ]; then
  sha256sum --check --quiet SHA256SUMS || { echo "安装包不完整，请重新复制整个文件夹。" >&2; exit 1; }
  echo "正在安装……" >&2
  rm -rf app
  "$python" -m venv --without-pip app
  pip=$(echo wheels/pip-*.whl)
  app/bin/python "$pip/pip" install --quiet --no-index --find-links wheels patent-matcher
  touch app/installed
fi
MATCHER_HOME=${MATCHER_HOME:-$PWD/workspace}
if [ "${1:-}" = 示例 ]; then
  shift
  [ -d demo ] || app/bin/matcher demo --folder demo
  MATCHER_HOME=$PWD/demo/工作区
fi
export MATCHER_HOME
exec app/bin/matcher serve --open "$@"
