#!/bin/sh
# Builds Palisade, puts it on the PATH, installs its hooks into a repository, and proves that they work.
#
#   ./install.sh [REPO]     REPO is the repository to guard; if none is given, the one that you stand in
#   PALISADE_BIN=DIR        where the program goes; $HOME/.local/bin if not set
set -eu

fail() {
    echo "install.sh: $1" >&2
    exit 2
}

need() {
    command -v "$1" >/dev/null 2>&1 || fail "$1 is missing; $2"
}

need git 'install it first (Debian: apt-get install git)'
need cargo 'install Rust 1.94 or newer first: https://rustup.rs'
need "${CC:-cc}" 'install a C compiler first (Debian: apt-get install gcc libc6-dev)'
[ $# -le 1 ] || fail 'one repository at a time: ./install.sh [REPO]'

# Called from a hook or an alias, git's own variables would point every command below at that repository.
unset $(git rev-parse --local-env-vars) GIT_PREFIX CDPATH
source=$(cd "$(dirname "$0")" && pwd)
guarded=
if [ $# -eq 1 ]; then
    git -C "$1" rev-parse --git-dir >/dev/null 2>&1 || fail "$1 is not a git repository; name one, or stand in one"
    guarded=$(cd "$1" && pwd)
elif git rev-parse --git-dir >/dev/null 2>&1; then
    guarded=$(pwd)
fi

bin=${PALISADE_BIN:-${HOME:?set HOME or PALISADE_BIN}/.local/bin}
mkdir -p "$bin" || fail "$bin cannot be made; set PALISADE_BIN to a folder that you may write to"
bin=$(cd "$bin" && pwd)

echo 'Building Palisade ...'
(
    cd "$source"
    unset CARGO_BUILD_TARGET
    target=${CARGO_TARGET_DIR:-target}
    build() {
        cargo rustc --release --locked --bin palisade --target-dir "$target" -- "$@"
    }
    # With the C library in it, the program is there in two thirds of the time, and a hook starts for every commit. Not every
    # system has that library to be put in (Debian has it with libc6-dev).
    case $(rustc -vV) in
        *linux-gnu*)
            build -C target-feature=+crt-static || {
                echo 'The C library cannot be put into the program; building without.'
                build
            } ;;
        *) build ;;
    esac || exit
    # Copied beside its place and moved there: a palisade that is running keeps its file.
    cp "$target/release/palisade" "$bin/palisade.new"
) || fail 'the build failed; what cargo says above tells why'
mv -f "$bin/palisade.new" "$bin/palisade"
echo "Installed $bin/palisade"
case ":$PATH:" in
    *":$bin:"*) ;;
    *) echo "It is not on your PATH yet; add this line to your shell's profile:"
       echo "    export PATH=\"$bin:\$PATH\"" ;;
esac

if [ -n "$guarded" ]; then
    (cd "$guarded" && "$bin/palisade" install) || fail "the hooks could not be installed into $guarded"
else
    echo "There is no repository here to guard: run \`palisade install\` in each one that you want guarded."
fi

# The proof: a repository of its own, which knows nothing of this user's or this machine's settings.
proof=$(mktemp -d)
trap 'rm -rf "$proof"' EXIT
trap 'exit 130' INT TERM
export HOME="$proof" XDG_CONFIG_HOME="$proof" GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 GIT_TEMPLATE_DIR=
export GIT_AUTHOR_NAME=Proof GIT_AUTHOR_EMAIL=proof@example.org
export GIT_COMMITTER_NAME=Proof GIT_COMMITTER_EMAIL=proof@example.org
git init --quiet "$proof/repository" 2>/dev/null
cd "$proof/repository"
"$bin/palisade" install >/dev/null || fail 'the proof failed: the hooks could not be installed into a new repository'

random() {
    LC_ALL=C tr -dc "$1" </dev/urandom | head -c "$2"
}

echo
echo 'The proof: a commit with a made-up AWS key ...'
id=AKIA$(random A-Z2-7 16)
secret=$(random A-Za-z0-9+/ 40)
printf '[default]\naws_access_key_id = %s\naws_secret_access_key = %s\n' "$id" "$secret" >credentials
git add credentials
if git commit --quiet -m 'Add credentials' >"$proof/report" 2>&1; then
    fail 'the proof failed: a commit with a made-up AWS key was accepted'
fi
sed 's/^/    /' "$proof/report"
grep -q aws "$proof/report" || fail 'the proof failed: the commit was refused, and not for its AWS key'
if grep -qF -e "$id" -e "$secret" "$proof/report"; then
    fail 'the proof failed: the report shows the key'
fi
echo '... is rejected, and the same commit without the key ...'
printf '[default]\nregion = eu-central-1\n' >credentials
git add credentials
git commit --quiet -m 'Add settings' || fail 'the proof failed: a commit without a secret was rejected'
echo '... is accepted. Palisade works.'
