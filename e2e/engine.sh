#!/usr/bin/env bash
# Sees to it that a Docker engine answers: the one DOCKER_HOST names, one that runs already, or Debian's,
# installed and started here without systemd. Repeatable. Says in one line what it did, or why it could not.
set -euo pipefail

PID_FILE=/var/run/docker.pid
CONTAINERD_PID_FILE=/var/run/docker/containerd/containerd.pid
LOG=/var/log/dockerd.log
LOCK=/var/run/callbacks-engine.lock
PATIENCE=60

say() { printf 'engine: %s\n' "$*"; }

die() {
    say "$*"
    exit 1
}

answers() {
    VERSION=$(limited 10 docker version --format '{{.Server.Version}}' 2>/dev/null) && [ -n "$VERSION" ]
}

# limited SECONDS COMMAND...: without timeout(1), as on macOS, as long as it takes.
limited() {
    if command -v timeout >/dev/null; then timeout "$@"; else "${@:2}"; fi
}

may_be_started() {
    [ -z "${DOCKER_HOST:-}" ] || die "nothing answers at DOCKER_HOST"
    [ "$(uname -s)" = Linux ] || die "no Docker engine answers"
    [ "$(id -u)" = 0 ] || die "no Docker engine answers this user, and only root can start one"
    mountpoint -q /sys/fs/cgroup || die "no Docker engine answers, and without control groups none can run"
}

install() {
    command -v apt-get >/dev/null || die "no Docker engine is installed, and there is no apt-get to install one"
    local log
    log=$(mktemp)
    apt "$log" update || true
    # shellcheck disable=SC2046
    apt "$log" install docker.io ca-certificates $(offered docker-cli) $(offered apparmor) || die "docker.io cannot be installed: $(grep '^E:' "$log" | tail -n 1)"
    rm -f "$log"
}

apt() {
    DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends -o Acquire::Retries=3 "${@:2}" >>"$1" 2>&1
}

# offered PACKAGE: its name where there is such a package: of later Debians the client is one of its own.
offered() {
    if apt-cache show "$1" >/dev/null 2>&1; then printf '%s' "$1"; fi
}

# runs FILE NAME: whether FILE holds the pid of a live process of that name.
runs() {
    local pid
    pid=$(cat "$1" 2>/dev/null) && [ "$(cat "/proc/$pid/comm" 2>/dev/null)" = "$2" ] &&
        ! grep -q '^State:[[:space:]]*Z' "/proc/$pid/status"
}

# A pid that is another process's by now would make dockerd wait for that one or give up.
drop_stale_pid_files() {
    runs "$PID_FILE" dockerd || rm -f "$PID_FILE"
    runs "$CONTAINERD_PID_FILE" containerd || rm -f "$CONTAINERD_PID_FILE"
}

start() {
    drop_stale_pid_files
    runs "$PID_FILE" dockerd && return
    setsid dockerd >>"$LOG" 2>&1 </dev/null 9>&- &
    STARTED=$!
}

await() {
    local deadline=$((SECONDS + PATIENCE))
    until answers; do
        [ "$SECONDS" -lt "$deadline" ] || die "dockerd does not answer; its log: $LOG"
        [ -z "${STARTED:-}" ] || kill -0 "$STARTED" 2>/dev/null || die "dockerd ended; its log: $LOG: $(tail -n 1 "$LOG")"
        sleep 0.1
    done
}

bring_up() {
    local did=started
    if ! command -v dockerd >/dev/null; then
        install
        did="installed and started"
    fi
    start
    await
    say "$did Docker $VERSION in $SECONDS s"
}

if answers; then
    say "Docker $VERSION answers"
    exit
fi
may_be_started
exec 9>"$LOCK"
flock 9
if answers; then
    say "Docker $VERSION answers"
else
    bring_up
fi
