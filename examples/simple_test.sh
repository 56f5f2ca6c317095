#!/usr/bin/env bash
# The simple example: a function in each language, its env, and a change of it.
#   examples/simple_test.sh [target]       target: process (default), docker, kubernetes
#   CALLBACKS_URL=http://127.0.0.1:8000    where the platform is
set -euo pipefail
# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
NAME=simple_$$

step "Python: create it with an environment variable"
create '{
  "path": "'"$NAME"'/python", "method": "POST", "type": "python",
  "code": "import os\n\ndef handler(event):\n    return {\"statusCode\": 200, \"body\": \"Hello from \" + os.environ[\"PLACE\"]}",
  "env": {"PLACE": "Seoul"}
}'
PYTHON=$ID

step "Python: deploy it and call it"
deploy "$PYTHON"
call POST "/api/$NAME/python" '{"test": "data"}'
expect 200
contains 'Hello from Seoul'

step "Python: change the variable; the very next call sees it"
call PUT "/callbacks/$PYTHON" '{"env": {"PLACE": "Busan"}}'
expect 200
lacks Busan # values are never shown
call POST "/api/$NAME/python" '{"test": "data"}'
expect 200
contains 'Hello from Busan'

step "Node.js: create, deploy, call"
create '{
  "path": "'"$NAME"'/node", "method": "POST", "type": "node",
  "code": "exports.handler = async (event) => {\n  const { name } = JSON.parse(event.body);\n  return { statusCode: 200, body: `${process.env.GREETING}, ${name}!` };\n};",
  "env": {"GREETING": "Annyeong"}
}'
NODE=$ID
deploy "$NODE"
call POST "/api/$NAME/node" '{"name": "Mina"}'
expect 200
contains 'Annyeong, Mina!'

step "Delete: the path is gone at once"
call DELETE "/callbacks/$PYTHON"
expect 204
call POST "/api/$NAME/python" '{}'
expect 404

finish
