#!/usr/bin/env bash
# Base images without an image registry: a minimal Debian or Ubuntu of this machine's own release and apt sources
# with Python and pip, with Node.js and npm, or with the Java that runs the build.
#
#     runtimes/base-images.sh [python | node | java | all]... [--again]
#
# Makes callbacks/base-python:local, callbacks/base-node:local and callbacks/base-java:local. One that is there and
# of the same recipe is left alone, unless --again. Certificate authorities this machine was given go into them.
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
STATE=$ROOT/target/callbacks/base-images
CAS=/usr/local/share/ca-certificates
BUNDLE=/etc/ssl/certs/ca-certificates.crt

NODE=22.23.3
NPM=10.9.4
JAVA=25
# What the services and the Kafka stand-in use beyond the standard edition, and what shows their threads and heap.
JAVA_MODULES=java.se,jdk.unsupported,jdk.crypto.ec,jdk.crypto.cryptoki,jdk.zipfs,jdk.management,jdk.management.agent
JAVA_MODULES+=,jdk.naming.dns,jdk.net,jdk.httpserver,jdk.security.auth,jdk.security.jgss,jdk.charsets,jdk.jfr,jdk.jcmd

# Equal inputs make equal layers, and what is kept by its base's layers stays valid.
export SOURCE_DATE_EPOCH=1767225600

say() { printf 'base images: %s\n' "$*"; }

die() {
    say "$*" >&2
    exit 1
}

needs() {
    command -v "$1" >/dev/null || die "$1 is needed${2:+ $2}"
}

# ---------------------------------------------------------------- Debian

install_mmdebstrap() {
    needs apt-get "to make them: they are for Debian and Ubuntu"
    [ -n "$(sources)" ] || apt-get -qq update
    if command -v mmdebstrap >/dev/null; then return; fi
    [ "$(id -u)" = 0 ] || die "mmdebstrap is needed, and only root can install it"
    apt-get -qq update
    DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends install mmdebstrap >/dev/null 2>&1 ||
        die "mmdebstrap cannot be installed"
    say "installed mmdebstrap"
}

release() { (. /etc/os-release && printf '%s' "${!1}"); }

# The sources of this machine's own distribution; what else it installs from stays out.
sources() {
    apt-get indextargets --format 'deb $(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' \
        "Origin: $(release NAME | cut -d ' ' -f 1)" | sort -u
}

# mmdebstrap runs apt without this machine's configuration: how apt reaches its sources is handed over.
ways_to_sources() {
    apt-config dump | grep -E '^Acquire::(https?::|Check-)' | grep -v ' "";$' || true
}

# debian TAR PACKAGES: a minimal root directory with these packages and this machine's additional authorities.
debian() {
    local options=() option
    while IFS= read -r option; do options+=("--aptopt=$option"); done < <(ways_to_sources)
    if [ -d "$CAS" ]; then options+=("--customize-hook=sync-in $CAS $CAS"); fi
    sources | nice -n 10 mmdebstrap --quiet --variant=minbase --include="ca-certificates,$2" \
        --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
        --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-include=/usr/share/doc/*/copyright' \
        --aptopt='APT::Install-Recommends "false"' --aptopt='Acquire::Languages "none"' \
        --aptopt='Acquire::Retries "3"' "${options[@]}" \
        --customize-hook='chroot "$1" update-ca-certificates >/dev/null 2>&1' \
        --customize-hook='rm -rf "$1"/etc/apt/apt.conf.d/99mmdebstrap "$1"/var/lib/apt/lists/* "$1"/var/log/*' \
        "$(release VERSION_CODENAME)" "$1" -
}

# with_added TAR NAME PACKAGES: a Debian with these and what is under $STATE/opt/NAME, as root's.
with_added() {
    debian "$1" "$3"
    tar --append --file "$1" --directory "$STATE" --sort=name --owner=0 --group=0 --numeric-owner \
        --mtime="@$SOURCE_DATE_EPOCH" "opt/$2"
}

# ---------------------------------------------------------------- The three

python() { debian "$1" python3,python3-pip,python-is-python3; }

node() {
    needs npm "to fetch Node.js"
    local root=$STATE/opt/node
    unpacked "node-linux-$(node_architecture)@$NODE" "$STATE/node"
    unpacked "npm@$NPM" "$root/lib/node_modules/npm"
    install -D -m 755 "$STATE/node/bin/node" "$root/bin/node"
    ln -s ../lib/node_modules/npm/bin/npm-cli.js "$root/bin/npm"
    ln -s ../lib/node_modules/npm/bin/npx-cli.js "$root/bin/npx"
    with_added "$1" node libstdc++6
}

node_architecture() {
    case $(uname -m) in
    x86_64) echo x64 ;;
    aarch64) echo arm64 ;;
    *) die "no Node.js for $(uname -m)" ;;
    esac
}

# unpacked PACKAGE DIRECTORY: from the registry npm is configured for here.
unpacked() {
    local file
    mkdir -p "$2"
    file=$(npm pack --silent --pack-destination "$STATE" "$1") || die "npm cannot fetch $1"
    tar --extract --file "$STATE/$file" --directory "$2" --strip-components=1
    chmod -R a+rX "$2"
}

java() {
    grep -qs "^JAVA_VERSION=\"$JAVA[.\"+-]" "${JAVA_HOME:-}/release" || die "JAVA_HOME must be a JDK $JAVA"
    mkdir -p "$STATE/opt"
    nice -n 10 "$JAVA_HOME/bin/jlink" --add-modules "$JAVA_MODULES" --strip-debug --no-header-files --no-man-pages \
        --generate-cds-archive --output "$STATE/opt/java" >/dev/null
    with_added "$1" java libstdc++6,iptables # the deployer sets up a firewall
}

# ---------------------------------------------------------------- Images

# The recipe is this file, what it takes from this machine besides packages, and for Java the JDK.
recipe() {
    {
        cat "${BASH_SOURCE[0]}"
        find "$CAS" -name '*.crt' -print0 2>/dev/null | LC_ALL=C sort -z | xargs -0 -r cat
        if [ "$1" = java ]; then cat "${JAVA_HOME:-}/release" 2>/dev/null || true; fi
    } | sha256sum | cut -c 1-16
}

told_by_docker() { docker image inspect --format "$1" "$2" 2>/dev/null || true; }

make() {
    local kind=$1 image=callbacks/base-$1:local tar=$STATE/$1.tar begin=$SECONDS old
    if [ -z "$AGAIN" ] &&
        [ "$(told_by_docker '{{index .Config.Labels "callbacks.io/recipe"}}' "$image")" = "$(recipe "$kind")" ]; then
        say "$image is there"
        return
    fi
    install_mmdebstrap
    mkdir -p "$STATE"
    "$kind" "$tar"
    old=$(told_by_docker '{{.Id}}' "$image")
    import "$kind" "$tar" "$image" >/dev/null
    forget "$old"
    rm -f "$tar"
    say "made $image in $((SECONDS - begin)) s"
}

# The image that had the name before, unless something is still of it.
forget() {
    if [ -n "$1" ]; then docker image rm "$1" >/dev/null 2>&1 || true; fi
}

import() {
    local path=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
    docker import --change "ENV PATH=/opt/$1/bin:$path LANG=C.UTF-8" \
        --change "ENV SSL_CERT_FILE=$BUNDLE NODE_EXTRA_CA_CERTS=$BUNDLE REQUESTS_CA_BUNDLE=$BUNDLE PIP_CERT=$BUNDLE" \
        --change "LABEL callbacks.io/recipe=$(recipe "$1")" "$2" "$3"
}

AGAIN=
KINDS=()
for argument in "$@"; do
    case $argument in
    --again) AGAIN=yes ;;
    python | node | java) KINDS+=("$argument") ;;
    all) KINDS+=(python node java) ;;
    *) die "no such image: $argument; there are python, node, java" ;;
    esac
done
[ "${#KINDS[@]}" -gt 0 ] || KINDS=(python node java)

needs docker
mkdir -p "$(dirname "$STATE")"
exec 9>"$STATE.lock"
flock 9
trap 'rm -rf "$STATE"' EXIT
for kind in "${KINDS[@]}"; do make "$kind"; done
