package io.callbacks.invoker.gateway;

import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;

/**
 * One request at the door.
 *
 * @param id what it goes by in answers and logs
 */
record Call(HttpServerRequest request, HttpServerResponse response, String id) {}
