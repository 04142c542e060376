#!/usr/bin/env bash
# Writes both lock files from pyproject.toml: the newest versions that it allows.
set -euo pipefail
cd "$(dirname "$0")/.."
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

"${PYTHON:-python3}" -m venv "$scratch/venv"
wanted() {
    "$scratch/venv/bin/python" - "$1" <<'PY'
import sys, tomllib
project = tomllib.load(open("pyproject.toml", "rb"))["project"]
extras = project["optional-dependencies"]
of_developers = extras["dev"] + extras["package"]
of_users = [extras[name] for name in extras if name not in ("dev", "package", "torch")]
print(*(of_developers if sys.argv[1] == "dev" else sum(of_users, project["dependencies"])), sep="\n")
PY
}
frozen() { "$scratch/venv/bin/python" -m pip freeze | sort -f; }

wanted run | xargs -d '\n' "$scratch/venv/bin/python" -m pip install -q
frozen >"$scratch/run"
wanted dev | xargs -d '\n' "$scratch/venv/bin/python" -m pip install -q
frozen | grep -vxFf "$scratch/run" >"$scratch/dev"

{
    echo "# Exact versions of what the application needs; \`make lock\` renews them from pyproject.toml."
    cat "$scratch/run"
} >requirements.lock
{
    echo "# Exact versions of what the tests and checks need on top; \`make lock\` renews them."
    echo "-r requirements.lock"
    cat "$scratch/dev"
} >requirements-dev.lock
