package io.callbacks.builder.build;

import io.callbacks.event.BuildEvent;
import io.callbacks.event.BuildEvent.BuildFailed;
import io.callbacks.event.BuildEvent.BuildKey;
import io.callbacks.event.BuildEvent.BuildStarted;
import io.callbacks.event.BuildEvent.BuildSucceeded;
import io.callbacks.event.Failure;
import io.callbacks.event.Layer;
import io.callbacks.event.Source;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.data.annotation.Id;
import org.springframework.data.mongodb.core.index.Indexed;
import org.springframework.data.mongodb.core.mapping.Document;

/**
 * The building of one revision for one platform, and what came of it.
 *
 * @param id uid, revision and platform: there is one job for them
 * @param attempt counts the tries; 0 while nobody has begun
 * @param owner who works on it
 * @param beat counts the signs of life of whoever works on it
 * @param result null until it ended
 * @param outbox what is not published yet
 * @param pending true while there is such; absent otherwise
 */
@Document("jobs")
public record BuildJob(
        @Id String id,
        @Indexed long callbackId,
        String uid,
        Source source,
        @Indexed String platform,
        @Indexed State state,
        int attempt,
        @Nullable String owner,
        long beat,
        @Nullable Result result,
        List<Entry> outbox,
        @Indexed(sparse = true) @Nullable Boolean pending) {
    static final String STARTED = "started";
    static final String ENDED = "ended";

    /** Where a job stands. */
    public enum State {
        WAITING,
        BUILDING,
        SUCCEEDED,
        FAILED
    }

    /**
     * What came of it.
     *
     * @param image made of the layers, where the platform runs images
     * @param failure null if it succeeded
     */
    public record Result(
            List<Layer> layers,
            @Nullable String image,
            double seconds,
            boolean cached,
            @Nullable Failure failure) {
        public Result {
            layers = List.copyOf(layers);
        }
    }

    /** What is to be published: {@code started} or {@code ended}. */
    public record Entry(long seq, String what, Instant time) {}

    public BuildJob {
        outbox = List.copyOf(outbox);
    }

    static BuildJob of(long callbackId, String uid, Source source, String platform) {
        return new BuildJob(
                id(uid, source.revision(), platform),
                callbackId,
                uid,
                source,
                platform,
                State.WAITING,
                0,
                null,
                0,
                null,
                List.of(),
                null);
    }

    BuildJob claimedBy(String newOwner) {
        return new BuildJob(
                id,
                callbackId,
                uid,
                source,
                platform,
                State.BUILDING,
                attempt + 1,
                newOwner,
                beat + 1,
                null,
                outbox,
                pending);
    }

    /** Whether it waits or is worked on. */
    public boolean isUnfinished() {
        return state == State.WAITING || state == State.BUILDING;
    }

    static String id(String uid, int revision, String platform) {
        return uid + ":" + revision + ":" + platform;
    }

    /** The event an entry stands for. */
    BuildEvent event(Entry entry) {
        var key = new BuildKey(callbackId, uid, source.revision(), platform, attempt);
        if (entry.what().equals(STARTED)) {
            return new BuildStarted(key);
        }
        var ended = Objects.requireNonNull(result, id);
        return ended.failure() == null
                ? new BuildSucceeded(
                        key, ended.layers(), ended.image(), ended.seconds(), ended.cached())
                : new BuildFailed(key, ended.failure(), ended.seconds());
    }
}
