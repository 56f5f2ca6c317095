package io.callbacks.invoker.route;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.callbacks.event.Event;
import io.callbacks.event.EventCodec;
import io.callbacks.event.Route;
import io.callbacks.invoker.testing.Snapshots;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ReplicaTests {
    private static final URI URL = URI.create("http://127.0.0.1:4000");

    private final Replica replica = new Replica();

    private void read(Event event) {
        var record = EventCodec.encode(event, Instant.EPOCH);
        replica.callback(record.key(), record.headers().get("ce_type"), record.value());
    }

    private void read(long id, Route route) {
        replica.route(Long.toString(id), EventCodec.encode(route));
    }

    private Optional<Target> target() {
        return replica.table().target(1);
    }

    private String path() {
        return target().orElseThrow().template().text();
    }

    @Test
    void takesTheHigherVersionInWhateverOrder() {
        read(Snapshots.callback(1, 2, "new", true));
        read(Snapshots.callback(1, 1, "old", true));
        assertThat(path()).isEqualTo("new");
        read(Snapshots.callback(1, 3, "newer", true));
        assertThat(path()).isEqualTo("newer");
    }

    @Test
    void joinsCallbackAndRouteWhicheverComesFirst() {
        read(1, Snapshots.route(1, 5, URL));
        assertThat(target()).isEmpty();
        read(Snapshots.callback(1, 1, "x", true));
        assertThat(target().orElseThrow().route()).isPresent();
        read(1, Snapshots.route(1, 6, URL));
        assertThat(target().orElseThrow().route().orElseThrow().generation()).isEqualTo(6);
    }

    @Test
    void doesNotJoinTheRouteOfAnother() {
        read(Snapshots.callback(1, 1, "x", true));
        read(1, new Route("another", 5, 1, 1, List.of()));
        assertThat(target().orElseThrow().route()).isEmpty();
    }

    @Test
    void losesTheRouteWithItsTombstone() {
        read(Snapshots.callback(1, 1, "x", true));
        read(1, Snapshots.route(1, 5, URL));
        replica.route("1", null);
        assertThat(target().orElseThrow().route()).isEmpty();
    }

    @Test
    void losesADeletedCallbackForGood() {
        read(Snapshots.callback(1, 1, "x", true));
        read(Snapshots.deleted(1, 3, "x"));
        read(Snapshots.callback(1, 2, "x", true));
        assertThat(target()).isEmpty();
    }

    @Test
    void keepsWhatItHasWhereARecordCannotBeRead() {
        read(Snapshots.callback(1, 1, "x", true));
        read(1, Snapshots.route(1, 5, URL));
        replica.callback("1", "callback-updated", "{".getBytes(UTF_8));
        replica.callback("1", null, "{}".getBytes(UTF_8));
        replica.callback("one", "callback-updated", "{}".getBytes(UTF_8));
        replica.route("1", "[]".getBytes(UTF_8));
        assertThat(target().orElseThrow().route()).isPresent();
    }
}
