#!/usr/bin/env bash
# The full example: libraries, env, changes, history, logs and what is refused.
#   examples/test_callback_with_library_env.sh [target]    target: process (default), docker, kubernetes
#   CALLBACKS_URL=http://127.0.0.1:8000                    where the platform is
set -euo pipefail
# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
NAME=full_$$

step "1. Python with a library and env"
create '{
  "path": "'"$NAME"'/python", "method": "POST", "type": "python",
  "code": "import os\nimport requests\n\ndef handler(event):\n    print(\"asked for\", event[\"path\"])\n    url = requests.Request(\"GET\", os.environ[\"DB_URL\"], params={\"q\": \"1\"}).prepare().url\n    return {\"statusCode\": 200, \"body\": requests.__version__ + \" \" + url + \" \" + os.environ.get(\"LOG_LEVEL\", \"none\")}",
  "library": "requests==2.28.0",
  "env": {"API_KEY": "secret_key_123", "DB_URL": "http://db.example/mydb"}
}'
PYTHON=$ID
lacks secret_key_123

step "2. Node.js with a library and env"
create '{
  "path": "'"$NAME"'/node", "method": "POST", "type": "node",
  "code": "const axios = require(\"axios\");\n\nexports.handler = async (event) => ({\n  statusCode: 200,\n  body: axios.getUri({ url: process.env.WEBHOOK_URL, params: JSON.parse(event.body) }),\n});",
  "library": "{\"dependencies\": {\"axios\": \"^1.3.0\"}}",
  "env": {"API_KEY": "node_secret_456", "WEBHOOK_URL": "https://webhook.example.com"}
}'
NODE=$ID

step "3. What is kept: names of env, never values"
call GET "/callbacks/$PYTHON"
expect 200
contains '"API_KEY"'
contains '********'
contains 'requests==2.28.0'
lacks secret_key_123

step "4. Deploy: the libraries are installed, then both answer"
deploy "$PYTHON"
call POST "/api/$NAME/python" '{"test": "data"}'
expect 200
contains '2.28.0 http://db.example/mydb?q=1 none'
deploy "$NODE"
call POST "/api/$NAME/node" '{"a": "1"}'
expect 200
contains 'https://webhook.example.com?a=1'

step "5. The build log says what was installed"
call GET "/callbacks/$PYTHON/build-log"
expect 200
contains requests

step "6. Env: PUT replaces all of it, live when it is answered"
call PUT "/callbacks/$PYTHON" '{"env": {"API_KEY": "updated_key_789", "DB_URL": "http://db.example/other", "LOG_LEVEL": "DEBUG"}}'
expect 200
call POST "/api/$NAME/python" '{}'
expect 200
contains '2.28.0 http://db.example/other?q=1 DEBUG'

step "7. Env: PATCH changes one name, null removes it"
call PATCH "/callbacks/$PYTHON" '{"env": {"LOG_LEVEL": null}}' 'Content-Type: application/merge-patch+json'
expect 200
call POST "/api/$NAME/python" '{}'
expect 200
contains '2.28.0 http://db.example/other?q=1 none'

step "8. Code: a new revision takes over without a failed request; the library is not installed again"
call PUT "/callbacks/$PYTHON" '{"code": "def handler(event):\n    return {\"statusCode\": 200, \"body\": \"second revision\"}"}' 'Prefer: wait=60'
expect 200
call POST "/api/$NAME/python" '{}'
expect 200
contains 'second revision'

step "9. Back to the first revision, without a build"
call GET "/callbacks/$PYTHON/revisions"
expect 200
call POST "/callbacks/$PYTHON/rollback" '{"revision": 1}' 'Prefer: wait=60'
expect 200
call POST "/api/$NAME/python" '{}' 'X-Request-Id: full-example-9'
expect 200
contains '2.28.0'

step "10. What the function wrote, by request"
for _ in $(seq 1 20); do
    call GET "/callbacks/$PYTHON/logs?request_id=full-example-9"
    expect 200
    if grep -qF 'asked for' "$BODY"; then break; fi
    sleep 0.5
done
contains "asked for /$NAME/python"

step "11. A library that does not exist: the error names it, the old revision keeps serving"
call PUT "/callbacks/$NODE" '{"library": "{\"dependencies\": {\"no-such-package-of-callbacks\": \"1.0.0\"}}"}' 'Prefer: wait=60'
expect 200 202
call GET "/callbacks/$NODE"
expect 200
contains no-such-package-of-callbacks
call POST "/api/$NAME/node" '{"a": "1"}'
expect 200

step "12. What makes no sense is refused, by name"
call POST /callbacks/ '{"path": "'"$NAME"'/bad", "method": "POST", "type": "python", "code": "def handler(event): pass", "env": {"PATH": "/tmp"}}'
expect 400
call POST /callbacks/ '{"path": "'"$NAME"'/python", "method": "POST", "type": "python", "code": "def handler(event): pass"}'
expect 409

step "13. Undeploy, deploy again, delete"
call POST /deploy/ '{"callback_id": '"$PYTHON"', "status": false}'
expect 200
call POST "/api/$NAME/python" '{}'
expect 404
deploy "$PYTHON"
call POST "/api/$NAME/python" '{}'
expect 200
call DELETE "/callbacks/$PYTHON"
expect 204
call DELETE "/callbacks/$NODE"
expect 204
call POST "/api/$NAME/node" '{}'
expect 404

finish
