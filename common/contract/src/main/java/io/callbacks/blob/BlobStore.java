package io.callbacks.blob;

import java.nio.file.Path;

/**
 * Keeps sources and layers under the digest of their content ({@code sha256:<hex>}). What is stored
 * never changes; storing it again changes nothing. Every method blocks and throws {@link
 * java.io.UncheckedIOException} when the store cannot be reached or is full.
 */
public interface BlobStore {
    /** Stores bytes and gives their digest. */
    String put(byte[] content);

    /**
     * The bytes under a digest.
     *
     * @throws MissingBlobException if there are none
     */
    byte[] get(String digest);

    /**
     * Stores a directory tree, taking it over: the directory is gone afterwards. The digest covers
     * names, kinds, execute permission and content of everything in it.
     */
    Tree putTree(Path directory);

    /**
     * A read-only directory with the content of a tree, on this machine. Nobody may write to it.
     *
     * @throws MissingBlobException if there is none
     */
    Path tree(String digest);

    /**
     * A stored tree.
     *
     * @param size bytes of its files
     */
    record Tree(String digest, long size) {}
}
