package io.callbacks.blob;

/** Nothing is stored under a digest. */
public final class MissingBlobException extends RuntimeException {
    public MissingBlobException(String digest) {
        super("nothing is stored under " + digest);
    }
}
