package io.callbacks.registry.callback;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.callbacks.event.DeploymentObserved.Serving;
import io.callbacks.event.Failure;
import io.callbacks.event.Limits;
import io.callbacks.event.Retry;
import io.callbacks.event.Scale;
import io.callbacks.registry.status.BuildState;
import io.callbacks.registry.status.Seen;
import io.callbacks.registry.status.Status;
import io.callbacks.registry.validation.CallbackFields;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A callback as the API shows it.
 *
 * @param code only where one callback is read
 * @param env names, and the mask for every value
 */
record CallbackView(
        long callbackId,
        String uid,
        String path,
        String method,
        String type,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String code,
        @Nullable String library,
        Map<String, String> env,
        @JsonUnwrapped Limits limits,
        Scale instances,
        Retry retry,
        List<TriggerView> triggers,
        String status,
        int revision,
        long envVersion,
        long version,
        @Nullable Deployment deployment,
        @Nullable Build latestBuild,
        @Nullable Problem error,
        Instant createdAt,
        Instant updatedAt) {

    /** What serves. */
    record Deployment(
            @JsonProperty("c_type") String target,
            long generation,
            int revision,
            long envVersion,
            int instances) {
        static @Nullable Deployment of(@Nullable Serving serving) {
            return serving == null
                    ? null
                    : new Deployment(
                            serving.target(),
                            serving.generation(),
                            serving.revision(),
                            serving.envVersion(),
                            serving.ready());
        }
    }

    /** The build of the newest wanted revision for where it shall run. */
    record Build(int revision, String state, double seconds, boolean cached) {
        static @Nullable Build of(@Nullable BuildState build) {
            return build == null
                    ? null
                    : new Build(
                            build.revision(),
                            build.stage().name().toLowerCase(Locale.ROOT),
                            build.seconds(),
                            build.cached());
        }
    }

    /** What stands in the way. */
    record Problem(
            String stage,
            @JsonProperty("class") String kind,
            @JsonProperty("package") @Nullable String packageName,
            String message,
            @Nullable String hint,
            @Nullable String logTail) {
        static @Nullable Problem of(Status.@Nullable Problem problem) {
            return problem == null ? null : of(problem.stage(), problem.failure());
        }

        private static Problem of(String stage, Failure failure) {
            return new Problem(
                    stage,
                    failure.kind(),
                    failure.packageName(),
                    failure.message(),
                    failure.hint(),
                    failure.logTail());
        }
    }

    static CallbackView of(Callback callback, Seen seen, @Nullable String code) {
        var status = Status.of(callback.desired(), callback.source().revision(), seen);
        var build = seen.build(callback.source().revision(), callback.desired().target());
        return new CallbackView(
                callback.id(),
                callback.uid(),
                callback.path(),
                callback.method(),
                callback.source().type(),
                code,
                callback.source().library(),
                masked(callback.envSealed()),
                callback.limits(),
                callback.instances(),
                callback.retry(),
                callback.triggers().stream().map(TriggerView::of).toList(),
                status.name().toString(),
                callback.source().revision(),
                callback.envVersion(),
                callback.version(),
                Deployment.of(seen.serving()),
                Build.of(build.orElse(null)),
                Problem.of(status.problem()),
                callback.createdAt(),
                callback.updatedAt());
    }

    private static Map<String, String> masked(Map<String, String> env) {
        var masked = new TreeMap<String, String>();
        env.keySet().forEach(name -> masked.put(name, CallbackFields.MASK));
        return masked;
    }
}
