package io.callbacks.builder.layer;

import io.callbacks.blob.BlobStore;

/** What came of waiting for a layer. */
public sealed interface Arrival {
    /** Nothing yet, or only a part of it. */
    record Awaited() implements Arrival {}

    /** It is in the blob store. */
    record Arrived(BlobStore.Tree tree) implements Arrival {}

    /** It was larger than is allowed. */
    record TooLarge() implements Arrival {}

    /** It held what a layer must not hold. */
    record Refused(String why) implements Arrival {}
}
