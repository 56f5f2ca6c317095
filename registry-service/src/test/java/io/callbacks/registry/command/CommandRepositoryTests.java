package io.callbacks.registry.command;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import io.callbacks.embedded.EmbeddedStore;
import io.callbacks.registry.callback.Awaited;
import io.callbacks.registry.command.StoredCommand.Reply;
import io.callbacks.registry.command.StoredCommand.Result;
import io.callbacks.service.outbox.Outbox.Waiting;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.bson.types.Binary;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.data.mongodb.core.MongoTemplate;

class CommandRepositoryTests {
    private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");
    private static final Awaited AWAITED =
            new Awaited(7, "uid", Awaited.End.LIVE, true, 2, 1, "process", 3, false);

    @TempDir private Path directory;
    private EmbeddedStore store;
    private MongoClient client;
    private CommandRepository repository;
    private CommandOutbox outbox;

    @BeforeEach
    void begin() {
        store = EmbeddedStore.start(directory.resolve("store"));
        client = MongoClients.create(store.uri());
        var template = new MongoTemplate(client, "registry");
        repository = new CommandRepository(template);
        outbox = new CommandOutbox(template);
    }

    @AfterEach
    void end() {
        client.close();
        store.close();
    }

    @Test
    void keepsTheFirstOfARepeat() {
        assertThat(repository.begun(command("a", "first", 1)).name()).isEqualTo("first");
        assertThat(repository.begun(command("a", "second", 2)).name()).isEqualTo("first");
        assertThat(repository.begun(command("b", "third", 3)).name()).isEqualTo("third");
    }

    @Test
    void owesNothingBeforeThereIsAResult() {
        var _ = repository.begun(command("a", "first", 1));
        repository.owe("a", reply(2));
        assertThat(outbox.waiting(10)).isEmpty();
        assertThat(outbox.render(List.of("a"))).isEmpty();
        repository.settle("a", result(200, BEGIN));
        assertThat(outbox.waiting(10)).containsExactly("a");
        assertThat(outbox.render(List.of("a")))
                .extracting(Waiting::sequence)
                .containsExactly(1L, 2L);
    }

    @Test
    void settlesOnce() {
        var _ = repository.begun(command("a", "first", 1));
        repository.settle("a", result(200, BEGIN));
        repository.settle("a", result(404, BEGIN));
        assertThat(repository.begun(command("a", "again", 2)).result())
                .isEqualTo(result(200, BEGIN));
    }

    @Test
    void answersEachRecordOnce() {
        var _ = repository.begun(command("a", "first", 1));
        repository.settle("a", result(200, BEGIN));
        repository.owe("a", reply(1));
        outbox.published(outbox.render(List.of("a")));
        assertThat(outbox.waiting(10)).isEmpty();
        repository.owe("a", reply(1));
        assertThat(outbox.waiting(10)).isEmpty();
        repository.owe("a", reply(2));
        assertThat(outbox.render(List.of("a"))).extracting(Waiting::sequence).containsExactly(2L);
    }

    @Test
    void answersInTheOrderOfTheResults() {
        for (var id : List.of("a", "b", "c")) {
            var _ = repository.begun(command(id, id, 1));
        }
        repository.settle("c", result(200, BEGIN));
        repository.settle("a", result(200, BEGIN.plusMillis(1)));
        assertThat(outbox.render(List.of("a", "b", "c")))
                .extracting(Waiting::id)
                .containsExactly("c", "a");
    }

    @Test
    void knowsWhatIsWaitedForUntilItIsSettled() {
        var _ = repository.begun(command("a", "first", 1));
        repository.wait("a", AWAITED, BEGIN.plusSeconds(60));
        var waiting = repository.waiting().getFirst();
        assertThat(waiting.awaited()).isEqualTo(AWAITED);
        assertThat(waiting.deadline()).isEqualTo(BEGIN.plusSeconds(60));
        assertThat(waiting.isCarriedOut()).isTrue();
        repository.settle("a", result(200, BEGIN));
        assertThat(repository.waiting()).isEmpty();
    }

    @Test
    void removesWhatIsOldAndAnswered() {
        var _ = repository.begun(command("answered", "a", 1));
        var _ = repository.begun(command("owed", "b", 2));
        var _ = repository.begun(command("begun", "c", 3));
        repository.settle("answered", result(200, BEGIN));
        repository.settle("owed", result(200, BEGIN));
        outbox.published(outbox.render(List.of("answered")));
        repository.removeOld(BEGIN);
        assertThat(repository.begun(command("answered", "again", 4)).name()).isEqualTo("a");
        repository.removeOld(BEGIN.plusMillis(1));
        assertThat(repository.begun(command("answered", "again", 4)).name()).isEqualTo("again");
        assertThat(repository.begun(command("owed", "again", 5)).name()).isEqualTo("b");
        assertThat(repository.begun(command("begun", "again", 6)).name()).isEqualTo("c");
    }

    private static StoredCommand command(String id, String name, long at) {
        return new StoredCommand(
                id,
                name,
                "id",
                BEGIN,
                List.of(at),
                null,
                null,
                null,
                null,
                List.of(reply(at)),
                null);
    }

    private static Reply reply(long at) {
        return new Reply(at, new Binary("key".getBytes(UTF_8)));
    }

    private static Result result(int status, Instant time) {
        return new Result(status, 7, "application/json", new Binary(new byte[] {1}), time);
    }
}
