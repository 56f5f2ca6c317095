package io.callbacks.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.mongodb.MongoException;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoCollection;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.bson.Document;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.io.TempDir;

/** What was answered survives the death of the process by kill -9. */
class EmbeddedStoreDurabilityTests {
    private static final int WRITERS = 8;
    private static final int WRITES_BEFORE_THE_KILL = 200;

    @TempDir Path directory;

    @RepeatedTest(3)
    void losesNothingItHasAnswered() throws Exception {
        var answered = new ConcurrentHashMap<String, Integer>();
        var process = startStore();
        writeUntilKilled(process, answered);
        assertThat(answered).isNotEmpty();
        assertThat(newerOrEqual(stored(), answered)).isEqualTo(answered);
    }

    private void writeUntilKilled(Process process, Map<String, Integer> answered) throws Exception {
        var enough = new CountDownLatch(WRITES_BEFORE_THE_KILL);
        try (var client = MongoClients.create(uriOf(process));
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var i = 0; i < WRITERS; i++) {
                var writer = "w" + i;
                threads.submit(
                        () ->
                                write(
                                        client.getDatabase("t").getCollection("c"),
                                        writer,
                                        answered,
                                        enough));
            }
            assertThat(enough.await(60, TimeUnit.SECONDS)).isTrue();
            process.destroyForcibly().waitFor();
        }
    }

    private static void write(
            MongoCollection<Document> documents,
            String writer,
            Map<String, Integer> answered,
            CountDownLatch enough) {
        try {
            documents.insertOne(new Document("_id", writer).append("n", 0));
            for (var n = 1; ; n++) {
                documents.updateOne(
                        new Document("_id", writer).append("n", n - 1),
                        new Document("$set", new Document("n", n)));
                answered.put(writer, n);
                enough.countDown();
            }
        } catch (MongoException e) {
            // killed, as it should be; what counts is what had been answered before
        }
    }

    private Map<String, Integer> stored() {
        try (var store = EmbeddedStore.start(directory);
                var client = MongoClients.create(store.uri())) {
            var stored = new HashMap<String, Integer>();
            client.getDatabase("t")
                    .getCollection("c")
                    .find()
                    .forEach(found -> stored.put(found.getString("_id"), found.getInteger("n")));
            return stored;
        }
    }

    /** What was stored may be ahead of what was answered, by the write that was killed. */
    private static Map<String, Integer> newerOrEqual(
            Map<String, Integer> stored, Map<String, Integer> answered) {
        var judged = new HashMap<String, Integer>();
        answered.forEach(
                (writer, n) -> {
                    var found = stored.getOrDefault(writer, -1);
                    judged.put(writer, found == n + 1 ? n : found);
                });
        return judged;
    }

    private Process startStore() throws IOException {
        return new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-Xmx128m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        StoreInAProcess.class.getName(),
                        directory.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    private static String uriOf(Process process) throws IOException {
        var lines = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
        for (var line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.startsWith("mongodb://")) {
                return line;
            }
        }
        throw new IOException("the store did not start");
    }
}
