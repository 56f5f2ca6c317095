package io.callbacks.registry.callback;

import io.callbacks.registry.status.Targets;
import io.callbacks.registry.validation.Fields;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Whether and where a callback shall run.
 *
 * @param target null for the last one used, else the default
 * @param revision null for the newest wanted
 */
record DeployRequest(
        long callbackId, boolean on, @Nullable String target, @Nullable Integer revision) {
    /**
     * Reads the request.
     *
     * @throws io.callbacks.registry.validation.InvalidRequestException with all its faults
     */
    static DeployRequest of(JsonNode json) {
        var fields = new Fields(json);
        var request =
                new DeployRequest(callbackId(fields), on(fields), target(fields), revision(fields));
        fields.check();
        return request;
    }

    /**
     * Reads where, as a command says it.
     *
     * @throws io.callbacks.registry.validation.InvalidRequestException with all its faults
     */
    static DeployRequest of(long callbackId, JsonNode json) {
        var fields = new Fields(json);
        var request = new DeployRequest(callbackId, true, target(fields), revision(fields));
        fields.check();
        return request;
    }

    static DeployRequest off(long callbackId) {
        return new DeployRequest(callbackId, false, null, null);
    }

    private static long callbackId(Fields fields) {
        var value = fields.value("callback_id");
        if (value == null
                || !value.isIntegralNumber()
                || value.bigIntegerValue().bitLength() > 63) {
            fields.fault(
                    "callback_id",
                    "invalid-callback-id",
                    "'callback_id' must be the number of a callback.");
            return 0;
        }
        return value.longValue();
    }

    private static boolean on(Fields fields) {
        var value = fields.value("status");
        if (value == null || !value.isBoolean()) {
            fields.fault(
                    "status",
                    "invalid-status",
                    "'status' must be true (deploy) or false (undeploy).");
            return false;
        }
        return value.booleanValue();
    }

    private static @Nullable String target(Fields fields) {
        var given = fields.text("c_type", false);
        var target = "k8s".equals(given) ? "kubernetes" : given;
        if (target != null && !Targets.NAMES.contains(target)) {
            fields.fault(
                    "c_type",
                    "invalid-c-type",
                    "'c_type' must be one of " + String.join(", ", Targets.NAMES) + ".");
        }
        return target;
    }

    private static @Nullable Integer revision(Fields fields) {
        return fields.value("revision") == null
                ? null
                : Integer.valueOf(fields.number("revision", 1, Integer.MAX_VALUE, 1));
    }
}
