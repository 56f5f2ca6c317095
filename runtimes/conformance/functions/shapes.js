// Handlers need not be async functions.
class Application {
  call(event, context) {
    return { path: event.path, request_id: context.awsRequestId };
  }
}

const application = new Application();
exports.handler = application.call.bind(application);
