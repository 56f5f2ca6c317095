package io.callbacks.seal;

import static java.nio.charset.StandardCharsets.UTF_8;

/** What a sealed value is bound to, so that it opens nowhere else. */
final class SealContext {
    private SealContext() {}

    static byte[] of(String uid, String name) {
        return (uid + "|" + name).getBytes(UTF_8);
    }
}
