#!/usr/bin/env bash
# Locks the dependencies by hash, without the address of any index (run after changing pyproject.toml).
set -euo pipefail
cd "$(dirname "$0")/.."
command -v uv >/dev/null || { echo "lock: install uv first (pip install uv)" >&2; exit 2; }
uv lock --quiet
export_() { uv export --quiet --locked --no-emit-project --no-header --format requirements.txt "$@"; }
export_ --no-dev --group build -o requirements/run.txt
export_ --group dev -o requirements/dev.txt
rm uv.lock
uv pip compile --quiet --generate-hashes --no-header --no-annotate --no-emit-index-url \
  requirements/synapse.in -o requirements/synapse.txt
