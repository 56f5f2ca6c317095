package io.callbacks.builder.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.NotFoundException;
import io.callbacks.builder.build.SandboxException;
import io.callbacks.docker.DockerEngine;
import io.callbacks.docker.EngineUnavailableException;
import java.util.Optional;
import java.util.function.Supplier;

/** The engine, with its failures told as the builder knows them. */
final class Engine {
    private final Supplier<DockerEngine> engine;

    /** The engine is not asked for before it is needed: it takes its time even to be named. */
    Engine(Supplier<DockerEngine> engine) {
        this.engine = engine;
    }

    /** Runs something that calls the engine; whatever goes wrong there is trouble of the place. */
    static <T> T calling(Supplier<T> calls) {
        try {
            return calls.get();
        } catch (SandboxException e) {
            throw e;
        } catch (EngineUnavailableException e) {
            throw new SandboxException(String.valueOf(e.getMessage()), e);
        } catch (RuntimeException e) { // the client throws its transport's as they are
            throw new SandboxException("the Docker engine says: " + e.getMessage(), e);
        }
    }

    /** For calls that are answered soon. */
    DockerClient control() {
        return engine.get().control();
    }

    /** For what stays open. */
    DockerClient streams() {
        return engine.get().streams();
    }

    Optional<EngineImage> image(String reference) {
        try {
            return Optional.of(EngineImage.of(control().inspectImageCmd(reference).exec()));
        } catch (NotFoundException e) {
            return Optional.empty();
        }
    }
}
