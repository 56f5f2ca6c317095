package io.callbacks.standalone;

import java.net.URI;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Stream;

/**
 * What the command line asks for.
 *
 * @param host where the gateway listens
 * @param port of the gateway; 0: any free one
 * @param data everything that is kept
 * @param kafkaPort of the broker, if it matters
 * @param purpose what it is started for
 */
record Options(String host, int port, Path data, OptionalInt kafkaPort, Purpose purpose) {
    enum Purpose {
        /** To run until it is told to stop. */
        SERVE,
        /** To walk once through everything and stop. */
        REHEARSE,
        /** To have another one rehearse and keep what the JVM learned. */
        PREPARE_FAST_START
    }

    private static final Options DEFAULTS =
            new Options("127.0.0.1", 8000, Path.of("data"), OptionalInt.empty(), Purpose.SERVE);

    static Options parse(String... arguments) {
        var options = DEFAULTS;
        var words = List.of(arguments).stream().flatMap(Options::split).iterator();
        while (words.hasNext()) {
            options = options.with(words.next(), words);
        }
        return options;
    }

    /** Both {@code --port 80} and {@code --port=80}. */
    private static Stream<String> split(String argument) {
        return argument.startsWith("--")
                ? List.of(argument.split("=", 2)).stream()
                : List.of(argument).stream();
    }

    /** Where the gateway is met from this machine. */
    URI url(int port) {
        var address =
                switch (host) {
                    case "0.0.0.0", "::" -> "127.0.0.1";
                    default -> host.contains(":") ? "[" + host + "]" : host;
                };
        return URI.create("http://" + address + ":" + port);
    }

    private Options with(String name, Iterator<String> values) {
        return switch (name) {
            case "--host" -> new Options(value(name, values), port, data, kafkaPort, purpose);
            case "--port" -> new Options(host, number(name, values), data, kafkaPort, purpose);
            case "--data" ->
                    new Options(host, port, Path.of(value(name, values)), kafkaPort, purpose);
            case "--kafka-port" ->
                    new Options(host, port, data, OptionalInt.of(number(name, values)), purpose);
            case "--rehearsal" -> new Options(host, port, data, kafkaPort, Purpose.REHEARSE);
            case "--prepare-fast-start" ->
                    new Options(host, port, data, kafkaPort, Purpose.PREPARE_FAST_START);
            default ->
                    throw new StartFailure(
                            "unknown option: " + name + "; ./callbacks help lists them all");
        };
    }

    private static String value(String name, Iterator<String> values) {
        if (!values.hasNext()) {
            throw new StartFailure(name + " needs a value");
        }
        return values.next();
    }

    private static int number(String name, Iterator<String> values) {
        var value = value(name, values);
        if (!value.matches("[0-9]{1,5}") || Integer.parseInt(value) > 65_535) {
            throw new StartFailure(name + " must be a port, 0 to 65535, not " + value);
        }
        return Integer.parseInt(value);
    }
}
