package io.callbacks.standalone;

import io.callbacks.process.Interpreters;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The languages this machine can run functions in. */
record Languages(Map<String, String> versions) {
    private static final Map<String, String> NEEDED =
            Map.of("python", "Python 3.8 or later", "node", "Node.js 18 or later");

    /** Looks for them; warns of each that is missing, and fails if there is none at all. */
    static Languages find(Console console) {
        var interpreters = Interpreters.onThisMachine();
        var found = new TreeMap<String, String>();
        for (var type : NEEDED.keySet()) {
            interpreters.find(type).ifPresent(it -> found.put(type, it.version()));
        }
        if (found.isEmpty()) {
            throw new StartFailure(
                    "found neither Python 3.8 or later nor Node.js 18 or later on the PATH; install one of them");
        }
        NEEDED.keySet().stream()
                .filter(type -> !found.containsKey(type))
                .forEach(
                        type ->
                                console.warn(
                                        "no %s found: functions of type %s cannot run until it is installed"
                                                .formatted(NEEDED.get(type), type)));
        return new Languages(found);
    }

    boolean has(String type) {
        return versions.containsKey(type);
    }

    @Override
    public String toString() {
        return versions.entrySet().stream()
                .map(entry -> entry.getKey() + " " + entry.getValue())
                .collect(Collectors.joining(", "));
    }
}
