package io.callbacks.registry.callback;

import java.security.SecureRandom;
import java.time.Clock;
import java.util.UUID;

/**
 * Makes identities: UUIDs of version 7, which sort by time.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9562#name-uuid-version-7">RFC 9562</a>
 */
final class Uids {
    private static final SecureRandom RANDOM = new SecureRandom();

    private Uids() {}

    static String next(Clock clock) {
        var high = clock.millis() << 16 | 0x7000 | RANDOM.nextInt(1 << 12);
        var low = RANDOM.nextLong() >>> 2 | 1L << 63;
        return new UUID(high, low).toString();
    }
}
