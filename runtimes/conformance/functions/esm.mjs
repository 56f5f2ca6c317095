import { value } from 'of_library';

const twice = await Promise.resolve(value);

export const handler = (event, context) => ({ twice, kind: typeof context.awsRequestId, url: import.meta.url.slice(-13) });
