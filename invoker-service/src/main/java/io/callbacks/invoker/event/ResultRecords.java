package io.callbacks.invoker.event;

import io.callbacks.blob.BlobStore;
import io.callbacks.cloudevent.CloudEvent;
import io.callbacks.event.Topics;
import io.callbacks.invoker.event.Ending.Cancelled;
import io.callbacks.invoker.event.Ending.Completed;
import io.callbacks.invoker.event.Ending.Failed;
import io.callbacks.invoker.http.Problem;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** What comes of calls by event, as records. Blocks where an answer is large. */
final class ResultRecords {
    private static final JsonMapper JSON = new JsonMapper();

    private final Supplier<BlobStore> bodies;
    private final Clock clock;

    ResultRecords(Supplier<BlobStore> bodies, Clock clock) {
        this.bodies = bodies;
        this.clock = clock;
    }

    /** How it ended. */
    ProducerRecord<byte[], byte[]> of(
            ConsumerRecord<byte[], byte[]> delivered, CloudEvent event, Ending ending) {
        return switch (ending) {
            case Completed it -> completed(delivered, event, it);
            case Failed it -> failed(delivered, event, it);
            case Cancelled _ ->
                    head("cancelled", delivered, event, OptionalLong.empty(), 0).record(null);
        };
    }

    /** That it cannot be carried out. */
    ProducerRecord<byte[], byte[]> invalid(
            ConsumerRecord<byte[], byte[]> delivered,
            CloudEvent event,
            String problem,
            String reason) {
        return failed(
                delivered,
                event,
                new Failed(problem, reason, 0, Optional.empty(), Optional.empty()));
    }

    /** That a try begins. */
    ProducerRecord<byte[], byte[]> started(
            ConsumerRecord<byte[], byte[]> delivered,
            CloudEvent event,
            long callbackId,
            int attempt) {
        return head("started", delivered, event, OptionalLong.of(callbackId), attempt).record(null);
    }

    /** That a call cannot be called off any more. */
    ProducerRecord<byte[], byte[]> notCancelled(
            ConsumerRecord<byte[], byte[]> cancel, CloudEvent order, String invocationId) {
        return new Head(cancel)
                .add("ce_id", invocationId + "/not-cancelled/" + order.id())
                .add("ce_source", "/callbacks")
                .add("ce_type", "cancellation-refused")
                .add("ce_correlationid", order.id())
                .add("ce_invocation", invocationId)
                .add("ce_track", "true")
                .record(null);
    }

    private ProducerRecord<byte[], byte[]> completed(
            ConsumerRecord<byte[], byte[]> delivered, CloudEvent event, Completed it) {
        var callbackId = it.callee().target().callbackId();
        var head = head("completed", delivered, event, OptionalLong.of(callbackId), it.tries());
        var answer = it.answer();
        head.add("ce_statuscode", Integer.toString(answer.status()))
                .add("ce_revision", Integer.toString(answer.revision()))
                .add("ce_envversion", Long.toString(answer.envVersion()));
        answer.contentType().ifPresent(type -> head.add("content-type", type));
        if (answer.body().length > HttpRecords.LARGEST_VALUE) {
            return head.add("ce_dataref", bodies.get().put(answer.body())).record(null);
        }
        return head.record(answer.body());
    }

    private ProducerRecord<byte[], byte[]> failed(
            ConsumerRecord<byte[], byte[]> delivered, CloudEvent event, Failed it) {
        var head = head("failed", delivered, event, it.callbackId(), it.tries());
        it.answer()
                .ifPresent(
                        answer -> {
                            head.add("ce_statuscode", Integer.toString(answer.status()));
                            if (answer.revision() > 0) {
                                head.add("ce_revision", Integer.toString(answer.revision()))
                                        .add("ce_envversion", Long.toString(answer.envVersion()));
                            }
                        });
        return head.add("content-type", "application/problem+json")
                .record(JSON.writeValueAsBytes(problem(it)));
    }

    private static Map<String, Object> problem(Failed it) {
        var problem = new LinkedHashMap<String, Object>();
        problem.put("type", "urn:callbacks:problem:" + it.problem());
        problem.put("title", Problem.titleOf(it.problem()));
        it.answer().ifPresent(answer -> problem.put("status", answer.status()));
        problem.put("detail", it.reason());
        problem.put("tries", it.tries());
        return problem;
    }

    private Head head(
            String what,
            ConsumerRecord<byte[], byte[]> delivered,
            CloudEvent event,
            OptionalLong callbackId,
            int tries) {
        var id = InvocationId.of(delivered);
        var subject = callbackId.isPresent() ? Long.toString(callbackId.getAsLong()) : "";
        var head =
                new Head(delivered)
                        .add("ce_id", id + "/" + what + (what.equals("started") ? "/" + tries : ""))
                        .add(
                                "ce_source",
                                subject.isEmpty() ? "/callbacks" : "/callbacks/" + subject)
                        .add("ce_type", "invocation-" + what)
                        .add("ce_correlationid", event.id())
                        .add("ce_invocation", id)
                        .add("ce_tries", Integer.toString(tries));
        if (!subject.isEmpty()) {
            head.add("ce_subject", subject);
        }
        event.extension("track").ifPresent(it -> head.add("ce_track", it));
        return head;
    }

    /** A record that is being made. */
    private final class Head {
        private final ConsumerRecord<byte[], byte[]> delivered;
        private final Map<String, String> headers = new LinkedHashMap<>();

        Head(ConsumerRecord<byte[], byte[]> delivered) {
            this.delivered = delivered;
            add("ce_specversion", "1.0");
            add("ce_time", clock.instant().truncatedTo(ChronoUnit.MILLIS).toString());
        }

        Head add(String name, String value) {
            headers.put(name, value);
            return this;
        }

        ProducerRecord<byte[], byte[]> record(byte @Nullable [] value) {
            var record =
                    new NewRecord(
                            Topics.INVOCATION_RESULT,
                            delivered.partition(),
                            delivered.key(),
                            value);
            headers.forEach(record::add);
            return record.done();
        }
    }
}
