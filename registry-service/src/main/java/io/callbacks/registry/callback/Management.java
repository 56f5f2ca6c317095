package io.callbacks.registry.callback;

import io.callbacks.registry.validation.InvalidRequestException;
import io.callbacks.service.web.ProblemHandlerSupport;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.web.ErrorResponseException;
import org.springframework.web.server.UnsupportedMediaTypeStatusException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * Management calls that do not come over HTTP: the same use cases, checks and answers. Every method
 * blocks.
 */
public final class Management {
    private static final List<MediaType> JSON = List.of(MediaType.APPLICATION_JSON);
    private static final List<MediaType> PATCHES =
            List.of(new MediaType("application", "merge-patch+json"), MediaType.APPLICATION_JSON);

    private final Callbacks callbacks;
    private final Liveness liveness;
    private final RegistryProperties properties;
    private final JsonMapper json;

    Management(
            Callbacks callbacks,
            Liveness liveness,
            RegistryProperties properties,
            JsonMapper json) {
        this.callbacks = callbacks;
        this.liveness = liveness;
        this.properties = properties;
        this.json = json;
    }

    /** What can be called for, and where HTTP has it. */
    public enum Kind {
        CREATE_CALLBACK("/callbacks"),
        UPDATE_CALLBACK("/callbacks/%d"),
        PATCH_CALLBACK("/callbacks/%d"),
        UPDATE_ENV("/callbacks/%d"),
        DEPLOY("/deploy"),
        UNDEPLOY("/deploy"),
        DELETE_CALLBACK("/callbacks/%d"),
        REBUILD("/callbacks/%d/rebuild"),
        ROLLBACK("/callbacks/%d/rollback");

        private final String path;

        Kind(String path) {
            this.path = path;
        }
    }

    /**
     * A call.
     *
     * @param callbackId 0 for one that makes a callback
     * @param contentType what the body is said to be; null if nothing is said
     * @param body as it was sent; null if nothing was
     * @param name unlike any other call's: what was done for it is not done again
     */
    @SuppressWarnings("ArrayRecordComponent") // compared by nobody
    public record Call(
            Kind kind,
            long callbackId,
            @Nullable String contentType,
            byte @Nullable [] body,
            String name) {
        @Override
        public String toString() {
            return "Call[kind=%s, callbackId=%d, name=%s]".formatted(kind, callbackId, name);
        }
    }

    /**
     * What is answered.
     *
     * @param status of HTTP
     * @param callbackId 0 where there is none
     * @param contentType null where there is no body
     */
    @SuppressWarnings("ArrayRecordComponent") // compared by nobody
    public record Answer(
            int status, long callbackId, @Nullable String contentType, byte @Nullable [] body) {}

    /**
     * Does what is asked for, and waits for nothing. May be repeated.
     *
     * @return when it has ended
     * @throws RuntimeException what is answered with a problem, and what goes wrong here
     */
    public Awaited begin(Call call) {
        var mine = callbacks.by(call.name());
        var id = call.callbackId();
        return switch (call.kind()) {
            case CREATE_CALLBACK -> Awaited.built(mine.create(body(call)));
            case UPDATE_CALLBACK -> Awaited.live(mine.update(id, body(call), false, IfMatch.ANY));
            case PATCH_CALLBACK -> Awaited.live(mine.update(id, body(call), true, IfMatch.ANY));
            case UPDATE_ENV -> Awaited.live(mine.update(id, env(call), false, IfMatch.ANY));
            case DEPLOY -> Awaited.live(mine.deploy(DeployRequest.of(id, bodyOrNone(call))));
            case UNDEPLOY -> Awaited.live(mine.deploy(DeployRequest.off(id)));
            case DELETE_CALLBACK -> Awaited.gone(mine.delete(id, IfMatch.ANY));
            case REBUILD -> Awaited.live(mine.rebuild(id));
            case ROLLBACK -> Awaited.live(mine.rollback(id, body(call)));
        };
    }

    private JsonNode body(Call call) {
        requireJson(call);
        return ProblemHandlerSupport.read(json, call.body());
    }

    private static void requireJson(Call call) {
        if (call.contentType() == null) {
            return;
        }
        var type = mediaType(call.contentType());
        var known = call.kind() == Kind.PATCH_CALLBACK ? PATCHES : JSON;
        if (known.stream().noneMatch(type::equalsTypeAndSubtype)) {
            throw new UnsupportedMediaTypeStatusException(type, known);
        }
    }

    private static MediaType mediaType(String text) {
        try {
            return MediaType.parseMediaType(text);
        } catch (InvalidMediaTypeException e) {
            throw new UnsupportedMediaTypeStatusException(e.getMessage(), JSON);
        }
    }

    private JsonNode bodyOrNone(Call call) {
        return call.body() == null || call.body().length == 0
                ? JsonNodeFactory.instance.objectNode()
                : body(call);
    }

    private JsonNode env(Call call) {
        return JsonNodeFactory.instance.objectNode().set("env", body(call));
    }

    /**
     * How long to wait for the end.
     *
     * @param prefer what the header would say
     */
    public Duration patience(Awaited awaited, Optional<String> prefer) {
        var wish = Prefer.of(prefer.map(List::of).orElse(List.of()), properties.longestWait());
        return liveness.ended(awaited) ? Duration.ZERO : liveness.patience(awaited, wish);
    }

    /** Waits for the end, for some time at most. */
    public void await(Awaited awaited, Duration patience) {
        liveness.await(awaited, patience);
    }

    /** The answer as of now. */
    public Answer answer(Awaited awaited) {
        return switch (awaited.end()) {
            case BUILT -> view(awaited, HttpStatus.CREATED);
            case LIVE ->
                    view(awaited, liveness.live(awaited) ? HttpStatus.OK : HttpStatus.ACCEPTED);
            case GONE ->
                    new Answer(
                            liveness.live(awaited)
                                    ? HttpStatus.NO_CONTENT.value()
                                    : HttpStatus.ACCEPTED.value(),
                            awaited.callbackId(),
                            null,
                            null);
        };
    }

    private Answer view(Awaited awaited, HttpStatus status) {
        try {
            var callback = callbacks.read(awaited.callbackId());
            var view = CallbackView.of(callback, callbacks.seen(callback), null);
            return new Answer(
                    status.value(),
                    awaited.callbackId(),
                    "application/json",
                    json.writeValueAsBytes(view));
        } catch (RegistryException e) { // deleted in the meantime
            return answer(
                    Problems.of(e), "/callbacks/" + awaited.callbackId(), awaited.callbackId());
        }
    }

    /**
     * The answer to a call that was not carried out.
     *
     * @return nothing if that is trouble of ours
     */
    public Optional<Answer> refusal(Call call, RuntimeException e) {
        var problem = problem(e);
        var path = call.kind().path.formatted(call.callbackId());
        return problem.map(p -> answer(p, path, call.callbackId()));
    }

    /** The answer to what is no call. */
    public Answer refusal(InvalidRequestException e) {
        return answer(Problems.of(e), "/callbacks", 0);
    }

    private static Optional<ProblemDetail> problem(RuntimeException e) {
        return switch (e) {
            case RegistryException known -> Optional.of(Problems.of(known));
            case InvalidRequestException invalid -> Optional.of(Problems.of(invalid));
            case ErrorResponseException error ->
                    Optional.of(ProblemHandlerSupport.typed(error.getBody()));
            default -> Optional.empty();
        };
    }

    private Answer answer(ProblemDetail problem, String path, long callbackId) {
        problem.setInstance(URI.create(path));
        return new Answer(
                problem.getStatus(),
                callbackId,
                "application/problem+json",
                json.writeValueAsBytes(problem));
    }
}
