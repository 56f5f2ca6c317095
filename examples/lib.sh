# What both examples use: one HTTP call, one look at its answer, the end at the first wrong one.
URL=${CALLBACKS_URL:-http://127.0.0.1:8000}
TARGET=${1:-process}
STARTED=$SECONDS
BODY=$(mktemp)
STATUS=
CREATED=()

step() { printf '\n== %s\n' "$*"; }

fail() {
    printf 'FAILED: %s\n' "$*" >&2
    exit 1
}

# call METHOD PATH [JSON [HEADER...]]: sets STATUS; the body is in $BODY.
call() {
    local method=$1 path=$2 json=${3:-} header
    local arguments=(--silent --show-error --max-time 150 --output "$BODY" --write-out '%{http_code}' -X "$method")
    if [ -n "$json" ]; then arguments+=(--data-binary "$json"); fi
    case ${*:4} in
    *Content-Type*) ;;
    *) arguments+=(-H 'Content-Type: application/json') ;;
    esac
    for header in "${@:4}"; do arguments+=(-H "$header"); done
    STATUS=$(curl "${arguments[@]}" "$URL$path") || fail "$method $URL$path: no answer"
    printf '%s %s -> %s\n   %s\n' "$method" "$path" "$STATUS" "$(head -c 400 "$BODY" | tr '\n' ' ')"
}

# expect STATUS...: what the last call must have answered.
expect() {
    local wanted
    for wanted in "$@"; do
        if [ "$STATUS" = "$wanted" ]; then return; fi
    done
    fail "expected $*, got $STATUS: $(cat "$BODY")"
}

contains() { grep -qF -- "$1" "$BODY" || fail "expected $1 in: $(cat "$BODY")"; }

lacks() { if grep -qF -- "$1" "$BODY"; then fail "found $1 in: $(cat "$BODY")"; fi; }

# field NAME: the first string or number of that name in the body.
field() {
    tr -d '\n' <"$BODY" | grep -oE "\"$1\" *: *(\"[^\"]*\"|[0-9]+)" | head -n 1 |
        sed -e 's/^[^:]*: *//' -e 's/^"//' -e 's/"$//'
}

# create JSON: sets ID.
create() {
    call POST /callbacks/ "$1"
    expect 201
    ID=$(field callback_id)
    [ -n "$ID" ] || fail "no callback_id in the answer"
    CREATED+=("$ID")
}

# deploy ID: returns when it serves, and fails when it cannot.
deploy() {
    local wait
    call POST /deploy/ "{\"callback_id\": $1, \"status\": true, \"c_type\": \"$TARGET\"}" 'Prefer: wait=60'
    expect 200 202
    for wait in $(seq 1 180); do
        if [ "$(field status)" = deployed ]; then return; fi
        if [ "$(field status)" = failed ]; then fail "not deployed: $(cat "$BODY")"; fi
        sleep 1
        call GET "/callbacks/$1" >/dev/null
        expect 200
    done
    fail "not deployed after $wait s: $(cat "$BODY")"
}

remove_created() {
    local id
    for id in ${CREATED[@]+"${CREATED[@]}"}; do
        curl --silent --max-time 30 --output /dev/null -X DELETE "$URL/callbacks/$id" || true
    done
    rm -f "$BODY"
}
trap remove_created EXIT

finish() { printf '\nOK: every answer was as expected (%s s, target %s)\n' "$((SECONDS - STARTED))" "$TARGET"; }
