#!/usr/bin/env bash
# Sets up an environment: scripts/setup.sh run|dev|synapse. With root it installs missing Debian packages as well.
set -euo pipefail
cd "$(dirname "$0")/.."
python=${PYTHON:-python3}
what=$1

need() { # PACKAGE…: Debian packages that must be there
  local missing=()
  for package in "$@"; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q "ok installed" || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return
  if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
    echo "para6: please install: apt-get install ${missing[*]}" >&2
    exit 2
  fi
  echo "para6: installing ${missing[*]}"
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null 2>&1 || {
    apt-get update -qq >/dev/null
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
  }
}

environment() { # DIR LOCK STAMP: a virtual environment with exactly the locked packages
  # pip is called through the interpreter: a folder that was moved keeps working.
  [ -x "$1/bin/python" ] || "$python" -m venv "$1"
  "$1/bin/python" -m pip install --quiet --disable-pip-version-check --no-input --require-hashes -r "$2" 2> >(grep -v '^WARNING' >&2)
}

command -v "$python" >/dev/null || need python3
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "para6: needs Python 3.11 or newer" >&2; exit 2; }
"$python" -c 'import ensurepip, venv' 2>/dev/null || need python3-venv

# What reads papers and sets reports: character recognition in English and Urdu, old Word files, fonts, Pango.
reading=(tesseract-ocr tesseract-ocr-eng tesseract-ocr-urd tesseract-ocr-osd antiword)
setting=(libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-noto-core)

case $what in
run | dev)
  need "${reading[@]}" "${setting[@]}"
  if [ "$what" = dev ]; then need chromium; fi
  echo "para6: setting up .venv ($what)"
  environment .venv "requirements/$what.txt"
  .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-input --no-deps --no-build-isolation -e . 2> >(grep -v '^WARNING' >&2)
  touch .venv/.run
  if [ "$what" = dev ]; then touch .venv/.dev; fi
  ;;
synapse)
  echo "para6: setting up .venv-synapse (a homeserver for the tests)"
  environment .venv-synapse requirements/synapse.txt
  touch .venv-synapse/.done
  ;;
*)
  echo "usage: scripts/setup.sh run|dev|synapse" >&2
  exit 2
  ;;
esac
