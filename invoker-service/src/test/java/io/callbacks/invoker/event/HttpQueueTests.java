package io.callbacks.invoker.event;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.callbacks.blob.BlobStore;
import io.callbacks.blob.DirectoryBlobStore;
import io.callbacks.event.Topics;
import io.callbacks.invoker.gateway.LaterCall;
import io.callbacks.invoker.http.Problem;
import io.callbacks.invoker.http.ProblemException;
import io.callbacks.invoker.testing.Broker;
import io.callbacks.invoker.testing.Delivered;
import io.callbacks.invoker.testing.HandClock;
import io.callbacks.invoker.testing.OnBroker;
import io.callbacks.testing.kafka.Topic;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Flux;

@ExtendWith(OnBroker.class)
class HttpQueueTests {
    private static final Duration PATIENT = Duration.ofSeconds(20);
    private static final Supplier<BlobStore> NO_STORE =
            () -> {
                throw new AssertionError("nothing is large here");
            };

    private final List<HttpQueue> open = new ArrayList<>();
    private final Broker broker;

    HttpQueueTests(Broker broker) {
        this.broker = broker;
    }

    @BeforeAll
    static void create(Broker broker) {
        broker.create(Topics.INVOCATION, 3);
    }

    @AfterEach
    void close() {
        open.forEach(HttpQueue::close);
    }

    private HttpQueue queue() {
        return queue(broker.servers(), NO_STORE);
    }

    private HttpQueue queue(String servers, Supplier<BlobStore> bodies) {
        var requests = new HttpRecords(bodies, new HandClock(Delivered.AT));
        var queue = new HttpQueue(servers, requests);
        open.add(queue);
        return queue;
    }

    private static LaterCall call(byte[] body) {
        return new LaterCall(
                7, "POST", "/api/x", List.of(), "/x", Map.of(), "10.0.0.1", "request-1", body);
    }

    private static LaterCall call(String body) {
        return call(body.getBytes(UTF_8));
    }

    private static String id(HttpQueue queue, String body) {
        return requireNonNull(queue.accept(call(body)).block(PATIENT));
    }

    private static Problem problem(HttpQueue queue, LaterCall call) {
        return catchThrowableOfType(ProblemException.class, () -> queue.accept(call).block(PATIENT))
                .problem();
    }

    private List<ConsumerRecord<String, byte[]>> records() {
        return new Topic(broker.servers(), Topics.INVOCATION).records();
    }

    private static String body(ConsumerRecord<String, byte[]> record) {
        return new String(record.value(), UTF_8);
    }

    /** Bodies by what their calls go by. */
    private Map<String, String> bodies() {
        return records().stream().collect(Collectors.toMap(InvocationId::of, HttpQueueTests::body));
    }

    @Test
    void answersWhereTheRequestIsKept() {
        var id = id(queue(), "one");
        assertThat(bodies()).containsEntry(id, "one");
    }

    @Test
    void answersEachOfManyAtOnceWhereItIsKept() {
        var queue = queue();
        var ids =
                Flux.range(0, 100)
                        .map(i -> "many " + i)
                        .flatMap(it -> queue.accept(call(it)).map(id -> Map.entry(id, it)))
                        .collectMap(Map.Entry::getKey, Map.Entry::getValue)
                        .block(PATIENT);
        assertThat(ids).hasSize(100);
        assertThat(bodies()).containsAllEntriesOf(requireNonNull(ids));
    }

    @Test
    void keepsThoseOfOneCallerInTheirOrder() {
        var queue = queue();
        IntStream.range(10, 40).forEach(i -> id(queue, "in order " + i));
        var kept =
                records().stream()
                        .filter(it -> body(it).startsWith("in order"))
                        .collect(Collectors.groupingBy(ConsumerRecord::partition));
        assertThat(kept.values().stream().mapToInt(List::size).sum()).isEqualTo(30);
        assertThat(kept.values())
                .allSatisfy(it -> assertThat(it).extracting(HttpQueueTests::body).isSorted());
    }

    @Test
    void isUnavailableWhereALargeBodyCannotBeKept(@TempDir Path directory) throws IOException {
        var file = Files.createFile(directory.resolve("file"));
        var queue = queue(broker.servers(), () -> new DirectoryBlobStore(file));
        var problem = problem(queue, call(new byte[HttpRecords.LARGEST_VALUE + 1]));
        assertThat(problem.status()).isEqualTo(503);
        assertThat(problem.name()).isEqualTo("events-unavailable");
        assertThat(problem.headers()).containsEntry("Retry-After", "2");
        assertThat(id(queue, "small")).isNotEmpty();
    }

    @Test
    void isUnavailableWhereKafkaHasNoAddress() {
        var queue = queue("nowhere", NO_STORE);
        assertThat(problem(queue, call("one")).name()).isEqualTo("events-unavailable");
        assertThat(problem(queue, call("two")).headers()).containsEntry("Retry-After", "2");
    }

    @Test
    void isUnavailableWhereKafkaDoesNotTakeTheRequest() {
        var headers = List.of(new LaterCall.Header("X", "x".repeat(2 * 1024 * 1024)));
        var call =
                new LaterCall(
                        7, "POST", "/api/x", headers, "/x", Map.of(), "::1", "r", new byte[0]);
        assertThat(problem(queue(), call).name()).isEqualTo("events-unavailable");
    }
}
