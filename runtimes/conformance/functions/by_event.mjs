// Answers an event in the way its data says.
const raises = () => {
  throw new RangeError('a secret of the function');
};

const RESULTS = {
  'nothing': () => undefined,
  'itself': (event) => event,
  'number': () => 42,
  'created': (event) => ({ statusCode: 201, headers: { 'X-Mine': event.attributes.id }, body: 'made' }),
  'no-content': () => ({ statusCode: 204 }),
  'server-error': () => ({ statusCode: 503, body: 'later' }),
  'base64': () => ({ statusCode: 200, body: 'AP8Q', isBase64Encoded: true }),
  'stream': () => ({ statusCode: 200, body: ['first ', 'second'].values() }),
  'bad-status': () => ({ statusCode: 99 }),
  'raises': raises,
};

export const handler = (event, context) => {
  console.log('called', context.awsRequestId);
  return RESULTS[event.data](event);
};
