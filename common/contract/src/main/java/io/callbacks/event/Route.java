package io.callbacks.event;

import static java.util.Objects.requireNonNull;

import java.net.URI;
import java.util.List;

/**
 * Where the instances of a callback answer. Published on {@link Topics#ROUTE} under the callback's
 * id; a tombstone there means that nothing answers.
 *
 * @param uid the callback's identity
 * @param generation the desired generation the instances serve
 * @param instances at least one
 */
public record Route(
        String uid, long generation, int revision, long envVersion, List<Instance> instances) {
    /**
     * One instance.
     *
     * @param id told to the instance with each request, so that one that has another's address
     *     turns it away
     * @param url scheme, host and port
     */
    public record Instance(String id, URI url) {
        public Instance {
            requireNonNull(id, "id");
            requireNonNull(url, "url");
        }
    }

    public Route {
        requireNonNull(uid, "uid");
        instances = List.copyOf(instances);
    }
}
