package io.callbacks.deployer.rollout;

import java.security.SecureRandom;
import java.util.HexFormat;

/** Names of instances. */
final class InstanceNames {
    private static final SecureRandom RANDOM = new SecureRandom();

    private InstanceNames() {}

    /** Tells callback and generation, and is unlike any other's. */
    static String next(long callbackId, long generation) {
        return callbackId + "-" + generation + "-" + hex(4);
    }

    private static String hex(int bytes) {
        var random = new byte[bytes];
        RANDOM.nextBytes(random);
        return HexFormat.of().formatHex(random);
    }
}
