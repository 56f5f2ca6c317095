package io.callbacks.standalone;

import org.springframework.http.client.ReactorResourceFactory;

/**
 * The event loops of the JVM, which a service may use but not end: a context that closes would
 * otherwise take the servers and clients of all others down with it.
 */
final class SharedLoops extends ReactorResourceFactory {
    static final String BEAN_NAME = "reactorResourceFactory";

    @Override
    public void stop() {
        // the others still use them
    }

    @Override
    public void destroy() {
        // the others still use them
    }
}
