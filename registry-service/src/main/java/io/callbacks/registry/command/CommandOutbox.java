package io.callbacks.registry.command;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.callbacks.event.Topics;
import io.callbacks.registry.command.StoredCommand.Reply;
import io.callbacks.registry.command.StoredCommand.Result;
import io.callbacks.service.outbox.Outbox;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.bson.Document;
import org.bson.types.Binary;
import org.jspecify.annotations.Nullable;
import org.springframework.data.mongodb.core.MongoTemplate;
import org.springframework.data.mongodb.core.query.Criteria;
import org.springframework.data.mongodb.core.query.Query;

/** The answers that are owed to commands. */
final class CommandOutbox implements Outbox<String> {
    private static final int FIRST_REFUSAL = 400;

    /**
     * Those of one key are begun one after the other, and so answered unless they are waited for.
     */
    private static final Comparator<StoredCommand> BY_TIME =
            Comparator.comparing(CommandOutbox::time)
                    .thenComparing(command -> command.heard().getFirst());

    private final MongoTemplate store;

    CommandOutbox(MongoTemplate store) {
        this.store = store;
    }

    @Override
    public List<String> waiting(int limit) {
        var answered =
                new Document("pending", true).append("result", new Document("$exists", true));
        return store.getCollection(CommandRepository.COMMANDS)
                .find(answered)
                .projection(new Document("_id", 1))
                .limit(limit)
                .map(d -> d.getString("_id"))
                .into(new ArrayList<>());
    }

    @Override
    public List<Waiting<String>> render(Collection<String> ids) {
        return store.find(Query.query(Criteria.where("_id").in(ids)), StoredCommand.class).stream()
                .sorted(BY_TIME)
                .flatMap(CommandOutbox::replies)
                .toList();
    }

    private static Instant time(StoredCommand command) {
        return command.result() == null ? Instant.MAX : command.result().time();
    }

    private static Stream<Waiting<String>> replies(StoredCommand command) {
        var result = command.result();
        return result == null
                ? Stream.empty()
                : command.outbox().stream()
                        .map(
                                reply ->
                                        new Waiting<>(
                                                command.id(),
                                                reply.at(),
                                                record(command, result, reply)));
    }

    private static ProducerRecord<byte[], byte[]> record(
            StoredCommand command, Result result, Reply reply) {
        var record =
                new ProducerRecord<byte[], byte[]>(
                        Topics.COMMAND_RESULT, bytes(reply.key()), bytes(result.body()));
        var done = result.status() < FIRST_REFUSAL;
        header(record, "ce_specversion", "1.0");
        header(record, "ce_id", command.name());
        header(record, "ce_source", "/registry");
        header(record, "ce_type", done ? "command-succeeded" : "command-failed");
        header(record, "ce_time", result.time().truncatedTo(ChronoUnit.MILLIS).toString());
        header(record, "ce_correlationid", command.correlation());
        header(record, "ce_statuscode", Integer.toString(result.status()));
        if (result.callbackId() > 0) {
            header(record, "ce_subject", Long.toString(result.callbackId()));
        }
        if (result.contentType() != null) {
            header(record, "content-type", result.contentType());
        }
        return record;
    }

    private static void header(ProducerRecord<?, ?> record, String name, String value) {
        record.headers().add(name, value.getBytes(UTF_8));
    }

    private static byte @Nullable [] bytes(@Nullable Binary binary) {
        return binary == null ? null : binary.getData();
    }

    @Override
    public void published(List<Waiting<String>> sent) {
        var commands = store.getCollection(CommandRepository.COMMANDS);
        for (var reply : sent) {
            var answered = new Document("at", reply.sequence());
            commands.updateOne(
                    new Document("_id", reply.id()),
                    new Document("$pull", new Document("outbox", answered)));
            commands.updateOne(
                    new Document("_id", reply.id()).append("outbox", List.of()),
                    new Document("$unset", new Document("pending", "")));
        }
    }
}
