package io.callbacks.embedded;

import static com.mongodb.client.model.Filters.eq;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.mongodb.MongoWriteException;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.IndexOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.bson.Document;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedStoreTests {
    private static final int RIVALS = 16;

    @TempDir Path directory;
    private EmbeddedStore store;
    private MongoClient client;

    @BeforeEach
    void start() {
        store = EmbeddedStore.start(directory);
        client = MongoClients.create(store.uri());
    }

    @AfterEach
    void stop() {
        client.close();
        store.close();
    }

    @Test
    void aCompareAndSetHasOneWinner() throws Exception {
        var things = things();
        things.insertOne(new Document("_id", 1).append("version", 0));
        for (var round = 0; round < 50; round++) {
            var version = round;
            assertThat(together(() -> compareAndSet(things, version)))
                    .as("winners of round %d", round)
                    .containsOnlyOnce(true);
        }
        assertThat(theOnly(things)).containsEntry("version", 50);
    }

    @Test
    void aCompareAndSetThatDoesNotMatchChangesNothing() {
        var things = things();
        things.insertOne(new Document("_id", 1).append("version", 7));
        assertThat(compareAndSet(things, 6)).isFalse();
        assertThat(things.find().into(new ArrayList<>()))
                .containsExactly(new Document("_id", 1).append("version", 7));
    }

    @Test
    void aCounterReadAndSetCountsEveryCallerOnce() throws Exception {
        var things = things();
        things.insertOne(new Document("_id", 1).append("version", 0));
        var taken = new ArrayList<Integer>();
        for (var round = 0; round < 10; round++) {
            taken.addAll(together(() -> next(things)));
        }
        assertThat(taken).doesNotHaveDuplicates().hasSize(10 * RIVALS);
    }

    @Test
    void aUniqueIndexHasOneWinner() throws Exception {
        var things = things();
        things.createIndex(new Document("path", 1), new IndexOptions().unique(true));
        assertThat(together(() -> inserted(things, new Document("path", "a"))))
                .containsOnlyOnce(true);
    }

    @Test
    void readersNeverSeeHalfAChange() throws Exception {
        var things = things();
        things.insertOne(new Document("_id", 1).append("a", 0).append("b", 0));
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var writer = threads.submit(() -> changeBoth(things));
            while (!writer.isDone()) {
                var seen = theOnly(things);
                assertThat(seen.get("a")).isEqualTo(seen.get("b"));
            }
            writer.get();
        }
    }

    @Test
    void updatesTheElementThatMatched() {
        var things = things();
        things.insertOne(new Document("_id", 1).append("tags", List.of("x", "y")));
        things.updateOne(
                new Document("_id", 1).append("tags", "y"),
                new Document("$set", new Document("tags.$", "z")));
        assertThat(theOnly(things).getList("tags", String.class)).containsExactly("x", "z");
    }

    @Test
    void answersHello() {
        assertThat(client.getDatabase("admin").runCommand(new Document("hello", 1)))
                .containsEntry("isWritablePrimary", true);
    }

    @Test
    void keepsEverythingOverARestart() {
        things().insertOne(new Document("_id", 1));
        stop();
        start();
        assertThat(things().countDocuments()).isOne();
    }

    @Test
    void isOpenedOnce() {
        assertThatThrownBy(() -> EmbeddedStore.start(directory))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("cannot open");
    }

    private MongoCollection<Document> things() {
        return client.getDatabase("test").getCollection("things");
    }

    private static Document theOnly(MongoCollection<Document> things) {
        return requireNonNull(things.find().first());
    }

    private static boolean compareAndSet(MongoCollection<Document> things, int version) {
        var result =
                things.updateOne(
                        new Document("_id", 1).append("version", version),
                        new Document("$set", new Document("version", version + 1)));
        return result.getModifiedCount() == 1;
    }

    private static int next(MongoCollection<Document> things) {
        while (true) {
            var version = theOnly(things).getInteger("version");
            if (compareAndSet(things, version)) {
                return version;
            }
        }
    }

    private static boolean inserted(MongoCollection<Document> things, Document document) {
        try {
            things.insertOne(document);
            return true;
        } catch (MongoWriteException e) {
            return false;
        }
    }

    private static boolean changeBoth(MongoCollection<Document> things) {
        for (var i = 1; i <= 500; i++) {
            things.updateOne(
                    eq("_id", 1), new Document("$set", new Document("a", i).append("b", i)));
        }
        return true;
    }

    private static <T> List<T> together(Callable<T> act) throws Exception {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var results = new ArrayList<T>();
            for (var result : threads.invokeAll(Collections.nCopies(RIVALS, act))) {
                results.add(result.get());
            }
            return results;
        }
    }
}
