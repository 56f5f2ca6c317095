package io.callbacks.builder.build;

import static org.springframework.data.mongodb.core.query.Criteria.where;
import static org.springframework.data.mongodb.core.query.Query.query;

import com.mongodb.client.result.UpdateResult;
import io.callbacks.builder.build.BuildJob.Entry;
import io.callbacks.builder.build.BuildJob.Result;
import io.callbacks.builder.build.BuildJob.State;
import io.callbacks.event.CallbackSnapshot;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.data.domain.Sort;
import org.springframework.data.mongodb.core.MongoTemplate;
import org.springframework.data.mongodb.core.query.Query;
import org.springframework.data.mongodb.core.query.Update;

/**
 * Keeps jobs. Whoever works on one has claimed it by a conditional update and can lose it again.
 */
public final class JobRepository {
    private final MongoTemplate store;
    private final Clock clock;

    JobRepository(MongoTemplate store, Clock clock) {
        this.store = store;
        this.clock = clock;
    }

    // --- what was heard of callbacks

    /**
     * Remembers a snapshot.
     *
     * @return false if a newer one is known
     */
    boolean remember(CallbackSnapshot snapshot) {
        var news = Known.of(snapshot);
        while (true) {
            var known = store.findById(news.callbackId(), Known.class);
            if (known == null) {
                if (inserted(news)) {
                    return true;
                }
            } else if (known.version() >= news.version()) {
                return known.version() == news.version();
            } else if (replaced(known, news)) {
                return true;
            }
        }
    }

    private boolean replaced(Known known, Known news) {
        var unchanged =
                query(where("_id").is(known.callbackId()).and("version").is(known.version()));
        var fields =
                new Update()
                        .set("version", news.version())
                        .set("deleted", news.deleted())
                        .set("platform", news.platform())
                        .set("wanted", news.wanted());
        return store.updateFirst(unchanged, fields, Known.class).getModifiedCount() == 1;
    }

    private boolean inserted(Object document) {
        try {
            store.insert(document);
            return true;
        } catch (DuplicateKeyException e) {
            return false;
        }
    }

    /** Whether a callback that was heard of is there still. */
    public boolean exists(long callbackId) {
        var known = store.findById(callbackId, Known.class);
        return known != null && !known.deleted();
    }

    /** All callbacks that are there, by id. */
    Map<Long, Known> known() {
        return store.find(query(where("deleted").is(false)), Known.class).stream()
                .collect(Collectors.toMap(Known::callbackId, Function.identity()));
    }

    /** Whether a callback, gone or not, was last to run on a platform. */
    boolean everKnew(String platform) {
        return store.exists(query(where("platform").is(platform)), Known.class);
    }

    // --- jobs

    /** Stores a job if there is none of its id. */
    boolean add(BuildJob job) {
        return inserted(job);
    }

    Optional<BuildJob> find(String id) {
        return Optional.ofNullable(store.findById(id, BuildJob.class));
    }

    /** Jobs of a callback, newest revision first. */
    public List<BuildJob> of(long callbackId) {
        return store.find(
                query(where("callbackId").is(callbackId))
                        .with(Sort.by(Sort.Direction.DESC, "source.revision")),
                BuildJob.class);
    }

    /** All jobs of a platform, without what is long in them. */
    List<BuildJob> on(String platform) {
        var query = query(where("platform").is(platform));
        query.fields().exclude("source.library", "result.failure.logTail");
        return store.find(query, BuildJob.class);
    }

    /** Whether a job waits or is worked on. */
    public boolean isUnfinished(String id) {
        return find(id).filter(BuildJob::isUnfinished).isPresent();
    }

    List<BuildJob> unfinished() {
        return store.find(query(where("state").in(State.WAITING, State.BUILDING)), BuildJob.class);
    }

    /** Takes a job as it was seen; empty if somebody was quicker. */
    Optional<BuildJob> claim(BuildJob seen, String owner) {
        var fields =
                new Update()
                        .set("state", State.BUILDING)
                        .set("owner", owner)
                        .set("beat", seen.beat() + 1)
                        .set("attempt", seen.attempt() + 1)
                        .unset("result")
                        .push(
                                "outbox",
                                new Entry(
                                        seen.attempt() * 2L + 2, BuildJob.STARTED, clock.instant()))
                        .set("pending", true);
        return changed(store.updateFirst(as(seen), fields, BuildJob.class))
                ? Optional.of(seen.claimedBy(owner))
                : Optional.empty();
    }

    /** A sign of life; false if the claim is lost. */
    boolean renew(BuildJob claimed, long beat) {
        return changed(
                store.updateFirst(mine(claimed), new Update().set("beat", beat), BuildJob.class));
    }

    /** Ends a job; false if the claim was lost. */
    boolean finish(BuildJob claimed, Result result) {
        var fields =
                new Update()
                        .set("state", result.failure() == null ? State.SUCCEEDED : State.FAILED)
                        .set("result", result)
                        .push(
                                "outbox",
                                new Entry(
                                        claimed.attempt() * 2L + 1,
                                        BuildJob.ENDED,
                                        clock.instant()))
                        .set("pending", true);
        return changed(store.updateFirst(mine(claimed), fields, BuildJob.class));
    }

    /** Puts a job back, to be tried again. */
    void release(BuildJob claimed) {
        store.updateFirst(mine(claimed), new Update().set("state", State.WAITING), BuildJob.class);
    }

    /** Lets a job that ended be done again. */
    void retry(BuildJob ended) {
        var as =
                query(
                        where("_id")
                                .is(ended.id())
                                .and("state")
                                .is(ended.state())
                                .and("attempt")
                                .is(ended.attempt()));
        store.updateFirst(as, new Update().set("state", State.WAITING), BuildJob.class);
    }

    /** Removes all jobs of a callback. */
    void remove(long callbackId) {
        store.remove(query(where("callbackId").is(callbackId)), BuildJob.class);
    }

    private static Query as(BuildJob seen) {
        return query(
                where("_id")
                        .is(seen.id())
                        .and("state")
                        .is(seen.state())
                        .and("beat")
                        .is(seen.beat()));
    }

    private static Query mine(BuildJob claimed) {
        return query(
                where("_id")
                        .is(claimed.id())
                        .and("state")
                        .is(State.BUILDING)
                        .and("owner")
                        .is(claimed.owner())
                        .and("attempt")
                        .is(claimed.attempt()));
    }

    private static boolean changed(@Nullable UpdateResult result) {
        return result != null && result.getModifiedCount() == 1;
    }
}
