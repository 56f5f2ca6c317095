package io.callbacks.builder.build;

import io.callbacks.event.Failure;
import io.callbacks.event.Layer;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * Installs dependencies for one platform. Every method blocks, may be repeated without harm, and
 * throws {@link SandboxException} when the place itself is in trouble.
 */
public interface Sandbox {
    /** The platform it builds for: {@code process}, {@code docker} or {@code kubernetes}. */
    String platform();

    /**
     * What installed dependencies depend on beside the library: implementation, ABI, libc,
     * architecture of what will run the type. Empty if nothing runs it.
     */
    Optional<String> runtime(String type);

    /** Installs a library, or says why it cannot be installed. */
    Outcome install(Install install, BuildLog log);

    /** Whether what it installed is there still. */
    boolean holds(Layer dependencies);

    /**
     * Makes the image of a revision, where the platform runs images.
     *
     * @return its reference; empty where the platform takes layers as they are
     */
    Optional<String> image(Revision revision);

    /**
     * A revision whose layers are there.
     *
     * @param dependencies empty if it needs none
     */
    record Revision(
            long callbackId,
            String uid,
            int number,
            String type,
            Optional<Layer> dependencies,
            Layer code) {}

    /**
     * What to install.
     *
     * @param type of the callback, such as {@code python3.11}
     * @param library normalised
     * @param cancelled asked now and then; once true, the install is ended
     */
    record Install(String type, String library, BooleanSupplier cancelled) {}

    /** What came of an install. */
    sealed interface Outcome {
        /** It is there. */
        record Installed(Layer layer) implements Outcome {}

        /** It is up to the user to mend this. */
        record Rejected(Failure failure) implements Outcome {}

        /** It was ended before it was done. */
        record Cancelled() implements Outcome {}
    }
}
