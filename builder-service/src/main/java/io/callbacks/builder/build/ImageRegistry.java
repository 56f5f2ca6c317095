package io.callbacks.builder.build;

import io.callbacks.builder.build.Sandbox.Revision;

/** Where images are pushed to, for the nodes of a cluster to pull them. */
public interface ImageRegistry {
    /**
     * Makes the image of a revision and pushes what of it is not there yet. Blocks, and may be
     * repeated without harm.
     *
     * @param base the plain image of the language, as the nodes would pull it
     * @param architecture of the nodes: {@code amd64} or {@code arm64}
     * @return its reference, by digest
     * @throws SandboxException if the registry is not reached or refuses
     */
    String push(String base, String architecture, Revision revision);
}
