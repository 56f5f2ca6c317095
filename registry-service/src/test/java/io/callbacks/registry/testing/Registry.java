package io.callbacks.registry.testing;

import static java.util.Objects.requireNonNull;

import io.callbacks.blob.TreeFiles;
import io.callbacks.embedded.EmbeddedBroker;
import io.callbacks.embedded.EmbeddedStore;
import io.callbacks.registry.RegistryApplication;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;

/** The registry as it is started by its users, on a store and mostly a broker of its own. */
public final class Registry implements AutoCloseable {
    private final Path directory;
    private final Optional<EmbeddedBroker> broker;
    private final String kafka;
    private final EmbeddedStore store;
    private ConfigurableApplicationContext context;

    private Registry(Path directory, Optional<EmbeddedBroker> broker, String kafka) {
        this.directory = directory;
        this.broker = broker;
        this.kafka = kafka;
        store = EmbeddedStore.start(directory.resolve("store"));
        context = run("first");
    }

    /** Starts all of it. */
    public static Registry start() {
        var directory = directory();
        var broker = EmbeddedBroker.start(directory.resolve("kafka"));
        return new Registry(directory, Optional.of(broker), broker.address());
    }

    /** Starts it on a broker that is there. */
    public static Registry on(String kafka) {
        return new Registry(directory(), Optional.empty(), kafka);
    }

    private static Path directory() {
        try {
            return Files.createTempDirectory("registry");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Another copy beside this one, on the same broker and store. */
    public ConfigurableApplicationContext run(String replica, String... settings) {
        return RegistryApplication.application().run(arguments(replica, settings));
    }

    /** What a copy must be told to live here. */
    public String[] arguments(String replica, String... settings) {
        var usual =
                Stream.of(
                        "--server.port=0",
                        "--callbacks.replica=" + replica,
                        "--callbacks.kafka=" + kafka,
                        "--callbacks.mongo=" + store.uri(),
                        "--callbacks.data=" + directory.resolve("data"),
                        "--callbacks.registry.live-timeout=2s",
                        "--logging.level.root=WARN",
                        "--logging.level.io.callbacks=DEBUG");
        return Stream.concat(usual, Stream.of(settings)).toArray(String[]::new);
    }

    /** Stops the registry and starts it again; broker and store go on. */
    public void restart() {
        stop();
        context = run("first");
    }

    /** Stops the registry alone. */
    public void stop() {
        context.close();
    }

    /** Where it answers. */
    public URI uri() {
        return uri(context);
    }

    /** Where one copy answers. */
    public static URI uri(ConfigurableApplicationContext context) {
        var server = ((WebServerApplicationContext) context).getWebServer();
        return URI.create("http://127.0.0.1:" + requireNonNull(server).getPort());
    }

    /** Where Kafka is. */
    public String kafka() {
        return kafka;
    }

    /** Where MongoDB is. */
    public String mongo() {
        return store.uri();
    }

    /** Where keys and blobs are. */
    public Path data() {
        return directory.resolve("data");
    }

    @Override
    public void close() {
        context.close();
        broker.ifPresent(EmbeddedBroker::close);
        store.close();
        try {
            TreeFiles.delete(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
