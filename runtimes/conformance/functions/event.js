// Answers with what it was given, and what it sees of the world.
const fs = require('node:fs');

const AT_IMPORT = { ...process.env };

exports.handler = async (event, context) => ({
  event,
  context: {
    request_id: context.awsRequestId,
    remaining: context.getRemainingTimeInMillis(),
    function_name: context.functionName,
    function_version: context.functionVersion,
    memory_mb: context.memoryLimitInMB,
  },
  environ: { ...process.env },
  at_import: AT_IMPORT,
  directory: process.cwd(),
  standard_input: fs.readFileSync(0, 'utf8'),
});
