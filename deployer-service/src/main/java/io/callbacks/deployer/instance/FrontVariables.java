package io.callbacks.deployer.instance;

import io.callbacks.deployer.rollout.InstanceSpec;
import java.util.Map;
import java.util.TreeMap;

/** What a front is told by environment variables, the same wherever it runs. */
public final class FrontVariables {
    private FrontVariables() {}

    /** Nothing of it is secret. */
    public static Map<String, String> of(InstanceSpec spec) {
        var variables = new TreeMap<String, String>();
        var limits = spec.limits();
        variables.put("LANG", "C.UTF-8");
        variables.put("CALLBACKS_INSTANCE", spec.id());
        variables.put("CALLBACKS_CALLBACK_ID", Long.toString(spec.callbackId()));
        variables.put("CALLBACKS_REVISION", Integer.toString(spec.revision()));
        variables.put("CALLBACKS_GENERATION", Long.toString(spec.generation()));
        variables.put("CALLBACKS_FUNCTION_NAME", spec.functionName());
        variables.put("CALLBACKS_TIMEOUT_SECONDS", Integer.toString(limits.timeoutSeconds()));
        variables.put("CALLBACKS_CONCURRENCY", Integer.toString(limits.concurrency()));
        variables.put("CALLBACKS_MEMORY_MB", Integer.toString(limits.memoryMb()));
        variables.put(
                "CALLBACKS_STARTUP_TIMEOUT_SECONDS",
                Integer.toString(limits.startupTimeoutSeconds()));
        return variables;
    }
}
