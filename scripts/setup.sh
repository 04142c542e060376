#!/usr/bin/env bash
# Sets everything up: the virtual environment with the locked versions, the `playground` command in
# it, and on Debian, Ubuntu and their derivatives the system libraries that Qt needs.
# `setup.sh run` is for the application, `setup.sh dev` for tests and checks as well. Where a step
# needs rights that it does not have, it prints the line to type.
set -euo pipefail
cd "$(dirname "$0")/.."
what=${1:?run or dev}

LIBRARIES=$(grep -v '^#' scripts/system-packages.txt)
KOREAN_FONTS="fonts-nanum"
DISPLAY_TOOLS="xvfb xdotool openbox xauth"

say() { echo "set-up: $*" >&2; }
die() {
    say "$*"
    exit 1
}

# Installs Debian packages, or says how to, for the reason given first.
packages() {
    local reason=$1
    shift
    local install="apt-get install -y --no-install-recommends $*"
    if ! command -v apt-get >/dev/null; then
        die "$reason; install the packages of your system that match Debian's: $*"
    fi
    if [ "$(id -u)" -ne 0 ]; then
        if command -v sudo >/dev/null; then install="sudo $install"; else install="su -c '$install'"; fi
        die "$reason. Type this, then try again:
  $install"
    fi
    say "$reason: installing system packages"
    export DEBIAN_FRONTEND=noninteractive
    # A package list that is a little stale is no reason to stop.
    apt-get update -qq >/dev/null </dev/null || true
    apt-get install -qq -y --no-install-recommends "$@" >/dev/null </dev/null ||
        die "apt-get could not install: $*"
}

new_enough() {
    command -v "$1" >/dev/null &&
        "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

find_python() {
    for candidate in ${PYTHON:-} python3 python3.14 python3.13 python3.12 python3.11; do
        if new_enough "$candidate"; then
            echo "$candidate"
            return
        fi
    done
    die "Python 3.11 or newer is needed (name it with PYTHON=…)"
}

make_environment() {
    if [ -x .venv/bin/python ] && .venv/bin/python -m pip --version >/dev/null 2>&1; then
        return
    fi
    local python
    python=$(find_python)
    if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        local version
        version=$("$python" -c 'import sys; print("python%d.%d" % sys.version_info[:2])')
        packages "$python cannot make virtual environments" "$version-venv"
    fi
    say "making a virtual environment in .venv with $("$python" --version)"
    rm -rf .venv
    "$python" -m venv .venv
}

install_locked() {
    say "installing $1"
    .venv/bin/python -m pip install --disable-pip-version-check --no-input -q -r "$1" </dev/null
}

# The `playground` command, which runs the code of this checkout.
install_command() {
    say "installing the playground command"
    .venv/bin/python -m pip install --disable-pip-version-check --no-input -q --no-deps -e . \
        </dev/null
}

# Names of shared libraries that the window needs and that are missing here.
missing_libraries() {
    local qt
    qt=$(.venv/bin/python -c 'import importlib.util as u
print(u.find_spec("PySide6").submodule_search_locations[0])')
    ldd "$qt"/Qt{Core,DBus,Gui,Widgets}.abi3.so "$qt"/Qt/plugins/platforms/libq{xcb,offscreen}.so \
        2>/dev/null | sed -n 's/^\s*\(\S*\) => not found.*/\1/p' | sort -u | tr '\n' ' '
}

# The first few of many words.
listed() {
    # shellcheck disable=SC2086
    set -- $1
    if [ $# -le 3 ]; then echo "$*"; else echo "$1, $2 and $(($# - 2)) more libraries"; fi
}

has_fonts() {
    [ -n "$(find /usr/share/fonts /usr/local/share/fonts ~/.fonts ~/.local/share/fonts \
        \( -name '*.ttf' -o -name '*.otf' -o -name '*.pfb' \) -print -quit 2>/dev/null)" ]
}

# Whether texts in Korean can be shown.
has_hangul() { command -v fc-list >/dev/null && fc-list :lang=ko | grep -q .; }

need_libraries() {
    [ "$(uname -s)" = Linux ] || return 0
    local lacking
    lacking=$(missing_libraries)
    has_fonts || lacking+="fonts"
    # shellcheck disable=SC2086 # a list of packages is several words
    [ -z "$lacking" ] || packages "the window lacks $(listed "$lacking")" $LIBRARIES
    lacking=$(missing_libraries)
    [ -z "$lacking" ] || die "the window still lacks $lacking"
    # In a subshell: without these fonts everything works, in English.
    # shellcheck disable=SC2086
    has_hangul || (packages "Korean texts lack a font" $KOREAN_FONTS) || true
}

need_display_tools() {
    [ "$(uname -s)" = Linux ] || return 0
    local lacking=""
    for tool in Xvfb xdotool openbox xauth; do
        command -v "$tool" >/dev/null || lacking+=" $tool"
    done
    # shellcheck disable=SC2086
    [ -z "$lacking" ] || packages "the tests in a real window lack$lacking" $DISPLAY_TOOLS
}

make_environment
if [ "$what" = dev ]; then
    install_locked requirements-dev.lock
    install_command
    need_libraries
    need_display_tools
else
    install_locked requirements.lock
    install_command
    need_libraries
fi
# So that the first start need not compile the application.
.venv/bin/python -m compileall -q core ui playground
