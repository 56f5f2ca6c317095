// Requests that meet on one event loop, by files; each says when it came and when it left.
import { readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export const handler = async ({ queryStringParameters: { mark, count } }, { awsRequestId: name }) => {
  const here = () => readdirSync(tmpdir()).filter((each) => each.startsWith(`${mark}.`)).length;
  console.log(`came ${name}`);
  writeFileSync(join(tmpdir(), `${mark}.${name}`), '');
  while (here() < Number(count)) await sleep(10);
  console.log(`left ${name}`);
  return 'met';
};
