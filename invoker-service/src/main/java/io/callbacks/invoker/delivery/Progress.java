package io.callbacks.invoker.delivery;

/**
 * How far a consumer is.
 *
 * @param lag records of its partitions that are not done
 * @param inFlight calls of the handler under way
 * @param partitions how many it has
 */
public record Progress(long lag, int inFlight, int partitions) {
    /** Of one that consumes nothing. */
    public static final Progress NONE = new Progress(0, 0, 0);
}
