# venv.bash - a folder of Python packages from PyPI below the build folder; source it after `build` is set.

# Compiled modules stay out of the source folders, and of the next start's way.
export PYTHONPYCACHEPREFIX=$build/venv/compiled

# uv, made once also where several tests ask for it at a time.
uv() {
    (
        flock 9
        [ -x "$build/venv/uv/bin/uv" ] || { python3 -m venv "$build/venv/uv" && "$build/venv/uv/bin/pip" install -q uv; }
    ) 9>"$build/venv/.lock" && "$build/venv/uv/bin/uv" "$@"
}

# venv NAME PACKAGE... - its path in $venv; made once for a list of packages. Ends with 77 where PyPI is not reached.
venv() {
    local name=$1 began=$SECONDS
    shift
    venv=$build/venv/$name
    [ "$(cat "$venv/packages" 2>/dev/null)" = "$*" ] && return
    rm -rf "$venv"
    mkdir -p "$build/venv"
    if python3 -m venv --without-pip "$venv" && VIRTUAL_ENV=$venv uv pip install -q "$@"; then
        echo "$*" >"$venv/packages"
        echo "installed $* in $((SECONDS - began)) s"
    else
        echo "PyPI is not reached, or has no $*"
        exit 77
    fi >&2
}
