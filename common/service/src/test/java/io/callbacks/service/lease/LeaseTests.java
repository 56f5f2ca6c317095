package io.callbacks.service.lease;

import static org.assertj.core.api.Assertions.assertThat;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoCollection;
import io.callbacks.embedded.EmbeddedStore;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.bson.Document;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;

@TestInstance(Lifecycle.PER_CLASS)
class LeaseTests {
    private static final Duration TTL = Duration.ofSeconds(6);

    private EmbeddedStore store;
    private MongoClient client;
    private MongoCollection<Document> leases;
    private final AtomicLong clock = new AtomicLong();

    @BeforeAll
    void startStore(@TempDir Path directory) {
        store = EmbeddedStore.start(directory);
        client = MongoClients.create(store.uri());
    }

    @AfterAll
    void stopStore() {
        client.close();
        store.close();
    }

    @BeforeEach
    void emptyCollection() {
        leases = client.getDatabase("test").getCollection(UUID.randomUUID().toString());
    }

    @Test
    void isHeldByOneOwnerOnly() {
        var first = lease("first");
        var second = lease("second");
        assertThat(first.hold()).isTrue();
        assertThat(second.hold()).isFalse();
        assertThat(second.isHeld()).isFalse();
    }

    @Test
    void isTakenOnlyWhenItStoodStillForItsWholeTime() {
        var first = lease("first");
        var second = lease("second");
        first.hold();
        second.hold();
        pass(TTL.minusSeconds(1));
        assertThat(second.hold()).isFalse();
        first.hold();
        pass(TTL.minusSeconds(1));
        assertThat(second.hold()).isFalse();
        pass(TTL);
        assertThat(second.hold()).isTrue();
        assertThat(first.hold()).isFalse();
    }

    @Test
    void endsByTheHoldersOwnClock() {
        var first = lease("first");
        first.hold();
        assertThat(first.isHeld()).isTrue();
        pass(TTL);
        assertThat(first.isHeld()).isFalse();
    }

    @Test
    void isFreeAtOnceWhenGivenBack() {
        var first = lease("first");
        first.hold();
        first.release();
        first.release();
        assertThat(first.isHeld()).isFalse();
        assertThat(lease("second").hold()).isTrue();
    }

    @Test
    void isTakenUpAtOnceByAnOwnerOfTheSameName() {
        lease("first").hold();
        assertThat(lease("first").hold()).isTrue();
    }

    @Test
    void leavesTheLeaseOfAnotherAloneWhenGivenBack() {
        var first = lease("first");
        first.hold();
        lease("second").release();
        pass(TTL.dividedBy(2));
        assertThat(first.hold()).isTrue();
    }

    @Test
    void hasOneWinnerInARace() {
        var forsaken = lease("gone");
        forsaken.hold();
        var rivals = IntStream.range(0, 8).mapToObj(i -> lease("rival-" + i)).toList();
        rivals.forEach(Lease::hold);
        pass(TTL);
        assertThat(rivals.parallelStream().filter(Lease::hold)).hasSize(1);
    }

    private Lease lease(String owner) {
        return new Lease(leases, "test", owner, TTL, clock::get);
    }

    private void pass(Duration time) {
        clock.addAndGet(time.toNanos());
    }
}
