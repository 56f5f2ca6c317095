package io.callbacks.builder.build;

import io.callbacks.event.Failure;
import java.nio.file.Path;
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

    /** Installs a library into a directory of its own, or says why it cannot be installed. */
    Outcome install(Install install, BuildLog log);

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
        /** The directory is the caller's from now on. */
        record Installed(Path directory) implements Outcome {}

        /** It is up to the user to mend this. */
        record Rejected(Failure failure) implements Outcome {}

        /** It was ended before it was done. */
        record Cancelled() implements Outcome {}
    }
}
