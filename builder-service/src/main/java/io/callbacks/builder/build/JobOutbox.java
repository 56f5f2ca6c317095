package io.callbacks.builder.build;

import static org.springframework.data.mongodb.core.query.Criteria.where;
import static org.springframework.data.mongodb.core.query.Query.query;

import io.callbacks.service.outbox.Outbox;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;
import org.bson.Document;
import org.springframework.data.mongodb.core.MongoTemplate;

/** What is to be published of jobs. Of several tries only the last one is told. */
final class JobOutbox implements Outbox<String> {
    private static final String JOBS = "jobs";

    private final MongoTemplate store;

    JobOutbox(MongoTemplate store) {
        this.store = store;
    }

    @Override
    public List<String> waiting(int limit) {
        return store.getCollection(JOBS)
                .find(new Document("pending", true))
                .projection(new Document("_id", 1))
                .limit(limit)
                .map(d -> d.getString("_id"))
                .into(new ArrayList<>());
    }

    @Override
    public List<Waiting<String>> render(Collection<String> ids) {
        return store.find(query(where("_id").in(ids)), BuildJob.class).stream()
                .flatMap(JobOutbox::facts)
                .toList();
    }

    private static Stream<Waiting<String>> facts(BuildJob job) {
        var begin = job.attempt() * 2L;
        return job.outbox().stream()
                .filter(entry -> entry.seq() >= begin)
                .map(entry -> new Waiting<>(job.id(), entry.seq(), job.event(entry), entry.time()));
    }

    @Override
    public void published(List<Waiting<String>> sent) {
        var jobs = store.getCollection(JOBS);
        for (var fact : sent) {
            var upTo = new Document("seq", new Document("$lte", fact.sequence()));
            jobs.updateOne(
                    new Document("_id", fact.id()),
                    new Document("$pull", new Document("outbox", upTo)));
            jobs.updateOne(
                    new Document("_id", fact.id()).append("outbox", List.of()),
                    new Document("$unset", new Document("pending", "")));
        }
    }
}
