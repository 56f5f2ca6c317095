#!/usr/bin/env bash
# The curl lines users know, as they stand, against the gateway at localhost:$PORT; the target is the argument.
set -eu
curl() { command curl --silent --show-error --fail-with-body "${@//localhost:8000/localhost:$PORT}"; echo; }

# 1. a Python callback
curl -X POST "http://localhost:8000/callbacks/" \
  -H "Content-Type: application/json" \
  -d '{
    "path": "my_python_function",
    "method": "POST",
    "type": "python",
    "code": "import os\nimport requests\n\ndef handler(event):\n    api_key = os.environ.get(\"API_KEY\")\n    return {\"statusCode\": 200, \"body\": \"Success\"}",
    "library": "requests==2.28.0\npandas==1.5.0",
    "env": {
      "API_KEY": "secret_key_123",
      "DB_URL": "postgresql://db:5432/mydb"
    }
  }'

# 2. a Node.js callback
curl -X POST "http://localhost:8000/callbacks/" \
  -H "Content-Type: application/json" \
  -d '{
    "path": "my_nodejs_function",
    "method": "POST",
    "type": "node",
    "code": "exports.handler = async (event) => {\n  const key = process.env.API_KEY;\n  return {statusCode: 200, body: \"Success\"};\n};",
    "library": "{\"dependencies\": {\"axios\": \"^1.3.0\", \"express\": \"^4.18.2\"}}",
    "env": {
      "API_KEY": "node_secret_456",
      "WEBHOOK_URL": "https://webhook.example.com"
    }
  }'

# 3. another env
curl -X PUT "http://localhost:8000/callbacks/1" \
  -H "Content-Type: application/json" \
  -d '{
    "env": {
      "API_KEY": "updated_key_789",
      "LOG_LEVEL": "DEBUG"
    }
  }'

# 4. deployed, then called: the first call waits until it is ready or says that it is not yet
for id in 1 2; do
curl -X POST "http://localhost:8000/deploy/" \
  -H "Content-Type: application/json" \
  -d '{"callback_id": '$id', "status": true, "c_type": "'"${1:-process}"'"}'
done
