package io.callbacks.invoker.management;

import java.util.regex.Pattern;

/** Which service answers a management call: the registry, but for what others alone know. */
record Services(Service registry, Service builder, Service deployer) {
    private static final Pattern BUILD_LOG = Pattern.compile("/callbacks/[^/]+/build-log/?");
    private static final Pattern LOGS = Pattern.compile("/callbacks/[^/]+/logs/?");

    Services(ManagementProperties properties) {
        this(
                new Service("registry", properties.registryUrl()),
                new Service("builder", properties.builderUrl()),
                new Service("deployer", properties.deployerUrl()));
    }

    Service answering(String path) {
        if (BUILD_LOG.matcher(path).matches()) {
            return builder;
        }
        return LOGS.matcher(path).matches() ? deployer : registry;
    }
}
