package io.callbacks.deployer.rollout;

import java.net.URI;

/**
 * An instance that takes requests.
 *
 * @param url scheme, host and port
 * @param token what control calls to it must carry
 */
public record RunningInstance(String id, long callbackId, URI url, String token) {
    @Override
    public String toString() {
        return "RunningInstance[id=%s, url=%s]".formatted(id, url);
    }
}
