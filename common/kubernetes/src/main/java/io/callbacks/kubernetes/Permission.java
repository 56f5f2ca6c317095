package io.callbacks.kubernetes;

import io.fabric8.kubernetes.api.model.authorization.v1.ResourceAttributes;
import io.fabric8.kubernetes.api.model.authorization.v1.ResourceAttributesBuilder;
import java.util.Arrays;
import java.util.List;

/**
 * Something that a role may permit.
 *
 * @param group API group; empty for the core one
 * @param resource such as {@code pods}, or {@code pods/log}
 */
public record Permission(String verb, String group, String resource) {
    /** One of each verb. */
    public static List<Permission> of(String group, String resource, String... verbs) {
        return Arrays.stream(verbs).map(verb -> new Permission(verb, group, resource)).toList();
    }

    ResourceAttributes in(String namespace) {
        var slash = resource.indexOf('/');
        return new ResourceAttributesBuilder()
                .withNamespace(namespace)
                .withVerb(verb)
                .withGroup(group)
                .withResource(slash < 0 ? resource : resource.substring(0, slash))
                .withSubresource(slash < 0 ? null : resource.substring(slash + 1))
                .build();
    }
}
