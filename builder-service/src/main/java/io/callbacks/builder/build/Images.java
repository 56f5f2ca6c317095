package io.callbacks.builder.build;

import java.util.List;

/**
 * The images that a platform keeps of what was built for it. Every method blocks, may be repeated
 * without harm, and throws {@link SandboxException} when the place itself is in trouble.
 */
public interface Images {
    /** The platform they are for. */
    String platform();

    /** Whether the platform keeps them itself; what is in a registry is that registry's to keep. */
    boolean keeps();

    /** Those that were made here, and no others. */
    List<BuiltImage> present();

    /** Removes one, unless something uses it; one that is not there is not an error. */
    void remove(BuiltImage image);

    /** Removes what builds that nobody works on any more have left. */
    void sweep();
}
