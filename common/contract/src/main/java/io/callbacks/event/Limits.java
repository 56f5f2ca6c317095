package io.callbacks.event;

/**
 * What an instance of a callback may use.
 *
 * @param timeoutSeconds longest time a call may take, 1 to 900
 * @param memoryMb memory of an instance in MiB, 64 to 8192
 * @param concurrency requests an instance takes at once, 1 to 100
 * @param startupTimeoutSeconds longest time the import of the handler may take, 1 to 900
 */
public record Limits(int timeoutSeconds, int memoryMb, int concurrency, int startupTimeoutSeconds) {
    /** What a callback gets that says nothing. */
    public static final Limits DEFAULT = new Limits(30, 256, 10, 60);
}
