#!/usr/bin/env bash
# The life of a function, by events alone: created, deployed, called, its env changed, called again, deleted.
# With the console tools of any Kafka distribution (3.2 or later).
#   life.sh [bootstrap servers: 127.0.0.1:9092] [target: the platform's default]
#   KAFKA_BIN=/opt/kafka/bin                                     where the tools are, if not on the PATH
#   KAFKA_BIN="docker-compose exec -T kafka /opt/kafka/bin"      those of the broker's own container
set -euo pipefail

SERVERS=${1:-127.0.0.1:9092}
TARGET=${2:-}
NAME=life-$$-$(date +%s)
DIRECTORY=$(mktemp -d)
RESULTS=$DIRECTORY/results
HEADERS= # of the last result: one a line
VALUE=   # of the last result

fail() {
    printf 'FAILED: %s\n' "$*" >&2
    exit 1
}

# tool NAME: sets TOOL, the words that run it.
tool() {
    local command=kafka-$1.sh
    if [ -n "${KAFKA_BIN:-}" ]; then
        read -r -a TOOL <<<"$KAFKA_BIN/$command"
    elif command -v "$command" >/dev/null; then
        TOOL=("$command")
    else
        TOOL=("kafka-$1") # as some distributions name it
    fi
}

# Results from now on: a group of our own is set to the ends before anything is sent, and a consumer in the background
# goes on from there.
read_results() {
    tool consumer-groups
    "${TOOL[@]}" --bootstrap-server "$SERVERS" --group "$NAME" --reset-offsets --to-latest --execute \
        --topic callbacks.command-result --topic callbacks.invocation-result >"$DIRECTORY/group" 2>&1 ||
        fail "cannot set the group to the ends: $(tail -n 3 "$DIRECTORY/group")"
    tool console-consumer
    "${TOOL[@]}" --bootstrap-server "$SERVERS" --group "$NAME" --isolation-level read_committed \
        --include 'callbacks\.(command|invocation)-result' --timeout-ms 180000 \
        --property print.headers=true --property print.key=true >"$RESULTS" 2>"$DIRECTORY/consumer" &
    CONSUMER=$!
}

leave() {
    if [ -n "${CONSUMER:-}" ]; then kill "$CONSUMER" 2>/dev/null && wait "$CONSUMER" || true; fi
    rm -rf "$DIRECTORY"
}
trap leave EXIT

# send TOPIC KEY TYPE ID SUBJECT DATA [EXTENSION:VALUE]: a CloudEvent in binary mode. A line is headers, key and value.
send() {
    local headers="ce_specversion:1.0,ce_id:$4,ce_source:/examples/life.sh,ce_type:$3,content-type:application/json"
    if [ -n "$5" ]; then headers+=",ce_subject:$5"; fi
    if [ -n "${7:-}" ]; then headers+=",ce_$7"; fi
    tool console-producer
    printf '%s\t%s\t%s\n' "$headers" "$2" "${6:-NONE}" |
        "${TOOL[@]}" --bootstrap-server "$SERVERS" --topic "$1" --property parse.headers=true \
            --property parse.key=true --property null.marker=NONE >"$DIRECTORY/producer" 2>&1 ||
        fail "not sent: $(tail -n 3 "$DIRECTORY/producer")"
}

# result ID: waits for the result of an event; sets HEADERS and VALUE.
result() {
    local wait line
    for wait in $(seq 1 900); do
        line=$(grep -F "ce_correlationid:$1" "$RESULTS" | head -n 1 || true)
        if [ -n "$line" ]; then
            HEADERS=$(cut -f 1 <<<"$line" | tr ',' '\n')
            VALUE=$(cut -f 3- <<<"$line")
            return
        fi
        kill -0 "$CONSUMER" 2>/dev/null || fail "the consumer ended: $(tail -n 3 "$DIRECTORY/consumer")"
        sleep 0.1
    done
    fail "no result for event $1 after $((wait / 10)) s"
}

# header NAME: of the last result.
header() { sed -n "s/^$1://p" <<<"$HEADERS"; }

# expect WANTED FOUND WHAT
expect() { [ "$1" = "$2" ] || fail "$3: expected $1, got $2: $VALUE"; }

NUMBER=0

# manage STATUS TYPE SUBJECT DATA [EXTENSION:VALUE]: a command, and the status it must be answered with.
manage() {
    NUMBER=$((NUMBER + 1))
    send callbacks.command "$NAME" "$2" "$NAME-$NUMBER" "${@:3}"
    result "$NAME-$NUMBER"
    printf '%s -> %s %s\n' "$2" "$(header ce_type)" "$(header ce_statuscode)"
    expect "$1" "$(header ce_statuscode)" "$2"
}

# call SUBJECT DATA ANSWER: of one customer one after the other
call() {
    NUMBER=$((NUMBER + 1))
    send callbacks.invocation customer-5 greeting-wanted "$NAME-$NUMBER" "$1" "$2"
    result "$NAME-$NUMBER"
    printf 'call -> %s %s after %s tries: %s\n' \
        "$(header ce_type)" "$(header ce_statuscode)" "$(header ce_tries)" "$VALUE"
    expect invocation-completed "$(header ce_type)" "the call"
    expect "$3" "$VALUE" "the answer"
}

read_results

manage 201 create-callback '' '{"path": "'"$NAME"'", "method": "POST", "type": "python", "env": {"GREETING": "Annyeong"}, "code": "import os\n\ndef handler(event):\n    return {\"statusCode\": 200, \"headers\": {\"Content-Type\": \"text/plain\"}, \"body\": os.environ[\"GREETING\"] + \", \" + event[\"data\"][\"name\"] + \"!\"}"}'
CALLBACK=$(header ce_subject)

# with this wish the answer comes when it serves
WISH=
if [ -n "$TARGET" ]; then WISH='{"c_type": "'"$TARGET"'"}'; fi
manage 200 deploy "$CALLBACK" "$WISH" prefer:wait=60

# by its number, and by its path
call "$CALLBACK" '{"name": "Mina"}' 'Annyeong, Mina!'
call "POST $NAME" '{"name": "Juno"}' 'Annyeong, Juno!'

# a succeeded change of env is live
manage 200 update-env "$CALLBACK" '{"GREETING": "Hello"}'
call "$CALLBACK" '{"name": "Mina"}' 'Hello, Mina!'

manage 200 undeploy "$CALLBACK" ''
manage 204 delete-callback "$CALLBACK" ''

printf 'OK: every answer was as expected\n'
