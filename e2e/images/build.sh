#!/usr/bin/env bash
# Images that stand in for public ones where no image registry is reachable; only tests use them.
#
#     e2e/images/build.sh [kafka | store]...
#
# Makes callbacks/kafka:local and callbacks/store:local on callbacks/base-java:local (runtimes/base-images.sh), or on
# the Dockerfile's own base where that is not there. One made of the same content is left alone.
set -euo pipefail

IMAGES=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
ROOT=$(cd "$IMAGES/../.." && pwd -P)
STATE=$ROOT/target/callbacks/images
BASE=callbacks/base-java:local

say() { printf 'images: %s\n' "$*"; }

die() {
    say "$*" >&2
    exit 1
}

maven() {
    (cd "$ROOT" && nice -n 10 "${MAVEN:-mvn}" -B -q "$@") || die "Maven cannot get what the image needs"
}

# What goes into an image besides its own directory.
contents() {
    case $1 in
    kafka) echo "$ROOT/pom.xml" ;;
    store) echo "$ROOT/pom.xml" "$ROOT/common/embedded/pom.xml" "$ROOT/common/embedded/src/main" ;;
    *) die "no such image: $1; there are kafka, store" ;;
    esac
}

kafka() {
    maven -f "$IMAGES/kafka/pom.xml" dependency:copy-dependencies -DincludeScope=runtime -DoutputDirectory="$1/libs"
}

store() {
    maven -pl common/embedded package dependency:copy-dependencies -DskipTests -Dspotless.check.skip \
        -DincludeScope=runtime -DexcludeGroupIds=org.apache.kafka,org.scala-lang,org.rocksdb -DoutputDirectory="$1/libs"
    cp "$ROOT"/common/embedded/target/embedded-*-SNAPSHOT.jar "$1/libs"
    "${JAVA_HOME:+$JAVA_HOME/bin/}javac" -cp "$1/libs/*" -d "$1/classes" "$1/Store.java"
}

fingerprint() {
    {
        # shellcheck disable=SC2046
        find "$IMAGES/$1" $(contents "$1") -type f -print0 | LC_ALL=C sort -z | xargs -0 cat
        told_by_docker '{{.RootFS.Layers}}' "$BASE"
    } | sha256sum | cut -c 1-16
}

make() {
    local name=$1 image=callbacks/$1:local begin=$SECONDS content old
    content=$(fingerprint "$name")
    if [ "$(told_by_docker '{{index .Config.Labels "callbacks.io/content"}}' "$image")" = "$content" ]; then
        say "$image is there"
        return
    fi
    old=$(told_by_docker '{{.Id}}' "$image")
    build "$name" "$image" "$content"
    forget "$old"
    say "made $image in $((SECONDS - begin)) s"
}

told_by_docker() { docker image inspect --format "$1" "$2" 2>/dev/null || true; }

build() {
    local name=$1 image=$2 content=$3 context=$STATE/$1 base=()
    if docker image inspect "$BASE" >/dev/null 2>&1; then base=(--build-arg "BASE_IMAGE=$BASE"); fi
    rm -rf "$context"
    mkdir -p "$STATE"
    cp -r "$IMAGES/$name" "$context"
    "$name" "$context"
    DOCKER_BUILDKIT=0 docker build --tag "$image" --label "callbacks.io/content=$content" "${base[@]}" "$context" \
        >"$STATE/$name.log" 2>&1 || die "docker cannot build $image: $(tail -n 1 "$STATE/$name.log")"
    rm -rf "$context"
}

# The image that had the name before, unless a container is still of it.
forget() {
    if [ -n "$1" ]; then docker image rm "$1" >/dev/null 2>&1 || true; fi
}

[ $# -gt 0 ] || set -- kafka store
mkdir -p "$STATE"
exec 9>"$STATE.lock"
flock 9
for name in "$@"; do make "$name"; done
