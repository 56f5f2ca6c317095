package io.callbacks.registry.invocation;

import io.callbacks.registry.invocation.Invocation.State;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A call as it is shown.
 *
 * @param callbackId null if it is not known yet, or there is none
 * @param acceptedAt null if the record of the call is not kept any more
 * @param error why it failed; null unless it did
 */
record InvocationView(
        String invocationId,
        @Nullable Long callbackId,
        State state,
        int tries,
        @Nullable Instant acceptedAt,
        @Nullable Instant endedAt,
        @Nullable ResultView result,
        @Nullable JsonNode error) {
    /**
     * What the function answered.
     *
     * @param body if it is text; null if there is nothing, or it is not kept any more
     * @param bodyBase64 if it is not
     */
    record ResultView(
            @Nullable Integer status,
            @Nullable String contentType,
            @Nullable String body,
            @Nullable String bodyBase64) {
        static ResultView of(Result result) {
            var content = result.body() == null ? Content.NONE : Content.of(result.body());
            return new ResultView(
                    result.status(), result.contentType(), content.text(), content.base64());
        }
    }

    static InvocationView queued(RecordId id, Call call) {
        return new InvocationView(
                id.toString(),
                call.callbackId().orElse(null),
                State.QUEUED,
                0,
                call.acceptedAt(),
                null,
                null,
                null);
    }

    static InvocationView of(
            Invocation invocation,
            @Nullable Instant acceptedAt,
            @Nullable Result result,
            @Nullable JsonNode error) {
        return new InvocationView(
                invocation.id(),
                invocation.callbackId(),
                invocation.state(),
                invocation.tries(),
                acceptedAt,
                invocation.endedAt(),
                result == null ? null : ResultView.of(result),
                error);
    }
}
