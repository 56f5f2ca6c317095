package io.callbacks.event;

import io.callbacks.event.BuildEvent.BuildFailed;
import io.callbacks.event.BuildEvent.BuildStarted;
import io.callbacks.event.BuildEvent.BuildSucceeded;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.EnumNamingStrategies;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

/**
 * Writes events as CloudEvents 1.0 in Kafka's binary mode and reads them back. The {@code ce_type}
 * header alone says which event a record is; members of the JSON that are not known are ignored.
 *
 * @see <a
 *     href="https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/kafka-protocol-binding.md">CloudEvents
 *     Kafka binding</a>
 */
public final class EventCodec {
    private static final JsonMapper JSON =
            JsonMapper.builder()
                    .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
                    .enumNamingStrategy(EnumNamingStrategies.KEBAB_CASE)
                    .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                    .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
                    .disable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
                    .build();

    private EventCodec() {}

    /** The record to send for an event that happened at {@code time}. */
    public static EventRecord encode(Event event, Instant time) {
        Object body = event instanceof CallbackChanged changed ? changed.snapshot() : event;
        var headers =
                Map.of(
                        "ce_specversion", "1.0",
                        "ce_id", event.id(),
                        "ce_source", event.source(),
                        "ce_type", event.type(),
                        "ce_subject", event.key(),
                        "ce_time", time.truncatedTo(ChronoUnit.MILLIS).toString(),
                        "content-type", "application/json");
        return new EventRecord(event.topic(), event.key(), headers, JSON.writeValueAsBytes(body));
    }

    /**
     * The event in a record.
     *
     * @param type the {@code ce_type} header
     * @throws UndecodableEventException if there is no such event, or the value is not its JSON
     */
    public static Event decode(@Nullable String type, byte[] value) {
        return switch (type) {
            case "callback-created" -> snapshot(CallbackChange.CALLBACK_CREATED, value);
            case "callback-updated" -> snapshot(CallbackChange.CALLBACK_UPDATED, value);
            case "env-updated" -> snapshot(CallbackChange.ENV_UPDATED, value);
            case "deployment-requested" -> snapshot(CallbackChange.DEPLOYMENT_REQUESTED, value);
            case "callback-deleted" -> snapshot(CallbackChange.CALLBACK_DELETED, value);
            case "build-started" -> read(value, BuildStarted.class);
            case "build-succeeded" -> read(value, BuildSucceeded.class);
            case "build-failed" -> read(value, BuildFailed.class);
            case "deployment-ready" ->
                    observation(DeploymentObserved.Change.DEPLOYMENT_READY, value);
            case "deployment-failed" ->
                    observation(DeploymentObserved.Change.DEPLOYMENT_FAILED, value);
            case "deployment-removed" ->
                    observation(DeploymentObserved.Change.DEPLOYMENT_REMOVED, value);
            case "target-seen" -> read(value, TargetSeen.class);
            case "load-seen" -> read(value, LoadSeen.class);
            case "trigger-seen" -> read(value, TriggerSeen.class);
            case null -> throw new UndecodableEventException("no ce_type header", null);
            default -> throw new UndecodableEventException("unknown ce_type " + type, null);
        };
    }

    /** The JSON of a route. */
    public static byte[] encode(Route route) {
        return JSON.writeValueAsBytes(route);
    }

    /**
     * The route in a record that is not a tombstone.
     *
     * @throws UndecodableEventException if the value is not the JSON of a route
     */
    public static Route decodeRoute(byte[] value) {
        return read(value, Route.class);
    }

    private static Event snapshot(CallbackChange change, byte[] value) {
        return new CallbackChanged(change, read(value, CallbackSnapshot.class));
    }

    private static Event observation(DeploymentObserved.Change change, byte[] value) {
        var read = read(value, Observation.class);
        return new DeploymentObserved(
                change,
                read.callbackId(),
                read.uid(),
                read.observation(),
                read.serving(),
                read.attempt());
    }

    private static <T> T read(byte[] value, Class<T> type) {
        try {
            var read = JSON.readValue(value, type);
            if (read == null) { // the JSON "null"
                throw new UndecodableEventException("not a " + type.getSimpleName(), null);
            }
            return read;
        } catch (JacksonException e) {
            throw new UndecodableEventException(
                    "not a " + type.getSimpleName() + ": " + e.getOriginalMessage(), e);
        }
    }

    private record Observation(
            long callbackId,
            String uid,
            long observation,
            DeploymentObserved.@Nullable Serving serving,
            DeploymentObserved.@Nullable Attempt attempt) {}
}
