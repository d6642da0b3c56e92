#!/usr/bin/env bash
# A slim image of a Debian release, RELEASE (bookworm, which ours are built on, or trixie): the official one where it can be
# had, otherwise one like it, made from the Debian archive that this machine's own apt uses. BASE_IMAGE_FILE, where set, is
# given its name.
set -euo pipefail
release=${RELEASE:-bookworm}
made=leadforest-test-$release
case $release in
    bookworm) official=$(sed -n "s|^ARG BASE=||p" "$(dirname "$0")/../../Dockerfile.api") ;;
    *) official=debian:$release-slim ;;
esac

docker info >/dev/null 2>&1 || { echo "no Docker engine runs here"; exit 77; }

archive_lines() {
    apt-get indextargets --format 'deb $(REPO_URI) $(CODENAME) $(COMPONENT)' 'Identifier: Packages' 'Origin: Debian' |
        sed "s/$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)/$release/"
}

# Like the slim images: no manuals, no translations, no package lists.
make_one() {
    local tar
    tar=$(mktemp --suffix .tar)
    archive_lines | sort -u | mmdebstrap --quiet --variant=minbase \
        --hook-dir=/usr/share/mmdebstrap/hooks/merged-usr --include=usr-is-merged \
        --dpkgopt='path-exclude=/usr/share/man/*' \
        --dpkgopt='path-exclude=/usr/share/locale/*' \
        --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-include=/usr/share/doc/*/copyright' \
        "$release" "$tar" -
    docker import "$tar" "$made" >/dev/null
    rm -f "$tar"
}

if docker image inspect "$official" >/dev/null 2>&1 || timeout 60 docker pull --quiet "$official" >/dev/null 2>&1; then
    image=$official
else
    docker image inspect "$made" >/dev/null 2>&1 || make_one
    image=$made
fi
[ -z "${BASE_IMAGE_FILE:-}" ] || echo "$image" > "$BASE_IMAGE_FILE"
docker run --rm "$image" sh -c 'grep -q "$1" /etc/os-release && command -v apt-get >/dev/null' - "$release"
echo "ok the image of $release is $image, $(docker image inspect --format '{{.Size}}' "$image" | numfmt --to=si --suffix=B)"
