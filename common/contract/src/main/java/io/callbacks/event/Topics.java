package io.callbacks.event;

import java.util.List;

/** Names and size of the Kafka topics. */
public final class Topics {
    /** Callback snapshots, compacted; written by the registry. */
    public static final String CALLBACK = "callbacks.callback";

    /** What came of builds; written by the builder. */
    public static final String BUILD = "callbacks.build";

    /** What is seen to run; written by the deployer. */
    public static final String DEPLOYMENT = "callbacks.deployment";

    /** Where instances answer, compacted; written by the deployer. */
    public static final String ROUTE = "callbacks.route";

    /** What can run here, compacted; written by the deployer. */
    public static final String TARGET = "callbacks.target";

    /** How busy callbacks are, of interest for seconds; written by the invokers. */
    public static final String LOAD = "callbacks.load";

    /** All of them. */
    public static final List<String> ALL =
            List.of(CALLBACK, BUILD, DEPLOYMENT, ROUTE, TARGET, LOAD);

    /** Those of which only the last record of a key is kept. */
    public static final List<String> COMPACTED = List.of(CALLBACK, ROUTE, TARGET);

    /** Those of which nothing old is kept. */
    public static final List<String> SHORT_LIVED = List.of(LOAD);

    /** Partitions of every topic; fixed, since the order of a key's records depends on it. */
    public static final int PARTITIONS = 6;

    private Topics() {}

    /** The topic for records of {@code topic} that cannot be decoded. */
    public static String deadLetter(String topic) {
        return topic + ".dlt";
    }
}
