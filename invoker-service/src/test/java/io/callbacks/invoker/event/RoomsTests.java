package io.callbacks.invoker.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.callbacks.invoker.testing.InMemoryRoutes;
import io.callbacks.invoker.testing.Targets;
import java.net.URI;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class RoomsTests {
    private static final URI URL = URI.create("http://127.0.0.1:1");

    private final InMemoryRoutes routes = new InMemoryRoutes();
    private final Rooms rooms = new Rooms(routes);
    private final AtomicInteger entered = new AtomicInteger();

    private void enter(Rooms.Room room, int times) {
        for (int i = 0; i < times; i++) {
            room.enter(entered::incrementAndGet);
        }
    }

    private static Targets callback(int concurrency) {
        return Targets.of(1, "POST", "x").concurrency(concurrency).at("a", URL);
    }

    @Test
    void haveTwiceThePlacesOfTheInstances() {
        routes.set(callback(20).at("b", URL).target());
        enter(rooms.of(1), 100);
        assertThat(entered).hasValue(80);
    }

    @Test
    void haveSomePlacesHoweverSmallTheInstancesAre() {
        routes.set(callback(1).target(), Targets.of(2, "POST", "y").concurrency(1).target());
        enter(rooms.of(1), 100);
        assertThat(entered).hasValue(10);
        enter(rooms.of(2), 100);
        assertThat(entered).hasValue(20);
    }

    @Test
    void haveABoundedNumberOfPlaces() {
        routes.set(callback(100).at("b", URL).at("c", URL).target());
        enter(rooms.of(1), 1000);
        assertThat(entered).hasValue(500);
    }

    @Test
    void haveSomePlacesForCallbacksThatAreNotKnown() {
        enter(rooms.of(0), 100);
        assertThat(entered).hasValue(10);
    }

    @Test
    void givePlacesToTheNextInOrder() {
        var room = rooms.of(1);
        enter(room, 10);
        var order = new StringBuffer();
        room.enter(() -> order.append("a"));
        room.enter(() -> order.append("b"));
        room.leave();
        await().until(() -> order.toString().equals("a"));
        room.leave();
        await().until(() -> order.toString().equals("ab"));
    }

    @Test
    void letMoreInWhenTheyHaveGrown() {
        var room = rooms.of(1);
        enter(room, 100);
        routes.set(callback(20).target());
        room.leave();
        await().until(() -> entered.get() == 41);
    }

    @Test
    void letNobodyInWhileTheyAreTooFull() {
        routes.set(callback(20).target());
        var room = rooms.of(1);
        enter(room, 41);
        routes.set(callback(1).target());
        room.leave();
        assertThat(entered).hasValue(40);
        for (int i = 0; i < 30; i++) {
            room.leave();
        }
        await().until(() -> entered.get() == 41);
    }

    @Test
    void standThousandsThatLeaveAtOnce() {
        var room = rooms.of(1);
        enter(room, 10);
        for (int i = 0; i < 20_000; i++) {
            room.enter(
                    () -> {
                        entered.incrementAndGet();
                        room.leave();
                    });
        }
        room.leave();
        await().until(() -> entered.get() == 20_010);
    }

    @Test
    void areForgottenWhenTheCallbackIsGoneAndTheyAreEmpty() {
        routes.set(callback(1).target());
        var room = rooms.of(1);
        enter(room, 1);
        routes.set();
        assertThat(rooms.of(1)).isSameAs(room);
        room.leave();
        routes.set();
        assertThat(rooms.of(1)).isNotSameAs(room);
    }

    @Test
    void areKeptForCallbacksThatAreThere() {
        routes.set(callback(1).target());
        var room = rooms.of(1);
        routes.set(callback(2).target());
        assertThat(rooms.of(1)).isSameAs(room);
    }
}
