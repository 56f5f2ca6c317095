package io.callbacks.event;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;

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

    /** How triggers are doing, of interest for seconds; written by the invokers. */
    public static final String TRIGGER = "callbacks.trigger";

    /** Calls; written by whoever wants a callback called. */
    public static final String INVOCATION = "callbacks.invocation";

    /** What came of calls; written by the invokers. */
    public static final String INVOCATION_RESULT = "callbacks.invocation-result";

    /** Which calls are done, in one partition; written and read by the invokers. */
    public static final String INVOCATION_DONE = "callbacks.invocation-done";

    /** Management calls; written by whoever wants to manage. */
    public static final String COMMAND = "callbacks.command";

    /** What came of management calls; written by the registry. */
    public static final String COMMAND_RESULT = "callbacks.command-result";

    /** All of them among the services. */
    public static final List<String> ALL =
            List.of(CALLBACK, BUILD, DEPLOYMENT, ROUTE, TARGET, LOAD, TRIGGER);

    /** Those of which only the last record of a key is kept. */
    public static final List<String> COMPACTED = List.of(CALLBACK, ROUTE, TARGET);

    /** Those of which nothing old is kept. */
    public static final List<String> SHORT_LIVED = List.of(LOAD, TRIGGER);

    /** Those of calls and commands, and how long their records are kept. */
    public static final Map<String, Duration> OPEN =
            Map.of(
                    INVOCATION,
                    Duration.ofDays(7),
                    INVOCATION_RESULT,
                    Duration.ofDays(7),
                    INVOCATION_DONE,
                    Duration.ofDays(1),
                    deadLetter(INVOCATION),
                    Duration.ofDays(14),
                    // may hold env values in the clear
                    COMMAND,
                    Duration.ofHours(1),
                    COMMAND_RESULT,
                    Duration.ofDays(7),
                    deadLetter(COMMAND),
                    Duration.ofDays(1));

    /** Those of them that others write. */
    public static final Set<String> GIVEN = Set.of(INVOCATION, COMMAND);

    /**
     * Those of which a machine that dies may take the last second with it: what they tell is told
     * again, or done again.
     */
    public static final Set<String> EXPENDABLE =
            Set.of(TARGET, LOAD, TRIGGER, INVOCATION_RESULT, INVOCATION_DONE);

    /** Partitions of every topic; fixed, since the order of a key's records depends on it. */
    public static final int PARTITIONS = 6;

    private Topics() {}

    /** The topic for records of {@code topic} that cannot be decoded, or carried out. */
    public static String deadLetter(String topic) {
        return topic + ".dlt";
    }
}
