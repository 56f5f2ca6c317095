package io.callbacks.standalone;

import io.callbacks.embedded.BrokerSettings;
import io.callbacks.embedded.EmbeddedBroker;
import io.callbacks.embedded.EmbeddedStore;
import io.callbacks.seal.SealKeys;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.slf4j.LoggerFactory;
import org.springframework.context.ConfigurableApplicationContext;

/** The whole platform in one JVM: the four services, a broker and a store. */
public final class Standalone {
    private static final String LOG_DIRECTORY = "callbacks.log";
    private static final String LOG_FILE_ONLY = "io.callbacks.standalone.failure";

    private final Options options;
    private final Console console;
    private final DataDirectory data;
    private final Ports ports;
    private final Parts parts;

    private Standalone(
            Options options, Console console, DataDirectory data, Ports ports, Parts parts) {
        this.options = options;
        this.console = console;
        this.data = data;
        this.ports = ports;
        this.parts = parts;
    }

    public static void main(String[] arguments) {
        var console = new Console(System.out, System.err);
        try {
            var options = Options.parse(arguments);
            if (options.purpose() == Options.Purpose.PREPARE_FAST_START) {
                FastStart.now(fastStartCache().orElseThrow());
            } else {
                start(options, console);
            }
        } catch (StartFailure e) {
            fail(e, console);
        }
    }

    /** One line for whoever started it, the rest for the log, if there is one already. */
    private static void fail(StartFailure failure, Console console) {
        var log = System.getProperty(LOG_DIRECTORY);
        var more = log == null ? "" : " (more in %s)".formatted(log);
        console.fail(failure.getMessage() + more);
        if (log != null) {
            LoggerFactory.getLogger(LOG_FILE_ONLY).error("Could not start", failure);
        }
        Ending.exit(1);
    }

    private static void start(Options options, Console console) {
        if (options.purpose() == Options.Purpose.REHEARSE) {
            Rehearsal.endWithParent();
        }
        var data = DataDirectory.hold(options.data());
        var ports = Ports.choose(options);
        logInto(data.resolve("log"));
        var parts = new Parts();
        parts.add("data directory", data);
        Ending.atExit(parts, console);
        new Standalone(options, console, data, ports, parts).run();
    }

    /** One configuration for all services, in place before any of them could make its own. */
    private static void logInto(Path directory) {
        System.setProperty("org.springframework.boot.logging.LoggingSystem", "none");
        System.setProperty(LOG_DIRECTORY, directory.toString());
        LoggerFactory.getILoggerFactory();
    }

    private void run() {
        console.say("Callbacks starts; everything it keeps is in " + data);
        try (var startup = new Startup(console)) {
            var languages = startup.begin("languages", () -> Languages.find(console));
            SealKeys.in(data.resolve("keys"));
            var broker = startup.begin("broker", this::broker);
            var store = startup.begin("store", this::store);
            startup.awaitAll();
            startServices(startup, broker.resultNow(), store.resultNow());
            startup.awaitAll();
            console.say("Ready in %s: %s".formatted(Console.inSeconds(startup.took()), gateway()));
            proceed(languages.resultNow());
        }
    }

    private void startServices(Startup startup, EmbeddedBroker broker, EmbeddedStore store) {
        var services = new Services(options, ports, data, broker.address(), store.uri());
        begin(startup, "registry", services::registry, local(ports.registry()));
        begin(startup, "builder", services::builder, local(ports.builder()));
        begin(startup, "deployer", services::deployer, local(ports.deployer()));
        begin(startup, "invoker", services::invoker, gateway());
    }

    private void begin(
            Startup startup, String name, Callable<ConfigurableApplicationContext> start, URI url) {
        startup.begin(
                name,
                () -> {
                    parts.add(name, start.call());
                    Readiness.await(name, url);
                    return url;
                });
    }

    private EmbeddedBroker broker() {
        var settings = new BrokerSettings(data.resolve("kafka"), ports.kafka(), ports.controller());
        return parts.add("broker", EmbeddedBroker.start(settings));
    }

    private EmbeddedStore store() {
        return parts.add("store", EmbeddedStore.start(data.resolve("store")));
    }

    private void proceed(Languages languages) {
        if (options.purpose() == Options.Purpose.REHEARSE) {
            new Rehearsal(gateway()).run(languages);
            Ending.exit(0);
        }
        var first = languages.has("python") ? "python" : "node";
        console.say(
                data.isNew()
                        ? Greeting.first(gateway().toString(), first)
                        : Greeting.again(gateway().toString()));
        fastStartCache().ifPresent(cache -> parts.add("fast start", FastStart.later(cache)));
    }

    /** Where the launcher misses a cache for quicker starts, if it wants one. */
    private static Optional<Path> fastStartCache() {
        return Optional.ofNullable(System.getProperty("callbacks.fast-start")).map(Path::of);
    }

    private URI gateway() {
        return options.url(ports.gateway());
    }

    private static URI local(int port) {
        return URI.create("http://127.0.0.1:" + port);
    }
}
