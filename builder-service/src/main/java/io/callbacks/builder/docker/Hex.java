package io.callbacks.builder.docker;

/** Digests, shortened to what a name can take. */
final class Hex {
    private Hex() {}

    /** Of {@code sha256:…}. */
    static String first16(String digest) {
        var begin = digest.indexOf(':') + 1;
        return digest.substring(begin, begin + 16);
    }
}
