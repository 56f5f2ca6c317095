package io.callbacks.invoker.gateway;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.callbacks.event.Route;
import io.callbacks.invoker.http.ProblemException;
import io.callbacks.invoker.testing.Targets;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

class LineTests {
    private static final Duration PATIENT = Duration.ofSeconds(20);
    private static final URI URL = URI.create("http://127.0.0.1:1");

    private volatile Targets callback = Targets.of(1, "GET", "x").at("a", URL).concurrency(2);
    private final Line line = new Line(3, () -> Optional.of(callback.target()));

    private CompletableFuture<@Nullable Turn> turn() {
        return line.turn(0, PATIENT).toFuture();
    }

    private static Turn given(CompletableFuture<@Nullable Turn> turn) {
        return requireNonNull(turn.orTimeout(10, TimeUnit.SECONDS).join());
    }

    @Test
    void servesFirstComeFirstServed() {
        var turns = List.of(given(turn()), given(turn()));
        var third = turn();
        var fourth = turn();
        turns.getFirst().end();
        given(third);
        assertThat(fourth).isNotDone();
        turns.getLast().end();
        given(fourth);
    }

    @Test
    void givesTheLeastBusyInstanceFirst() {
        callback = callback.at("b", URL);
        line.refresh();
        var first = given(turn()).instance().id();
        var second = given(turn()).instance().id();
        assertThat(List.of(first, second)).containsExactlyInAnyOrder("a", "b");
    }

    @Test
    void countsATurnThatEndsTwiceOnce() {
        var turn = given(turn());
        turn.end();
        turn.end();
        given(turn());
        given(turn());
        assertThat(turn()).isNotDone();
    }

    @Test
    void holdsABoundedNumber() {
        for (int i = 0; i < 5; i++) {
            assertThat(turn()).isNotCompletedExceptionally();
        }
        assertThat(turn())
                .failsWithin(Duration.ofSeconds(1))
                .withThrowableThat()
                .havingCause()
                .isInstanceOf(ProblemException.class)
                .withMessageContaining("busy");
    }

    @Test
    void forgetsWhoWentAway() {
        var turns = List.of(given(turn()), given(turn()));
        var gone = line.turn(0, PATIENT).subscribe();
        var next = turn();
        gone.dispose();
        turns.getFirst().end();
        given(next);
    }

    @Test
    void takesMoreWhenThereIsMoreToTake() {
        given(turn());
        given(turn());
        var waiting = turn();
        callback = callback.at("b", URL);
        line.refresh();
        assertThat(given(waiting).instance()).isEqualTo(new Route.Instance("b", URL));
    }

    @Test
    void losesNoTurnHoweverTheyEnd() {
        var crowded = new Line(10_000, () -> Optional.of(callback.target()));
        var running = new AtomicInteger();
        var most = new AtomicInteger();
        var ends = new ArrayList<Mono<Void>>();
        for (int i = 0; i < 2_000; i++) {
            ends.add(
                    crowded.turn(0, PATIENT)
                            .flatMap(turn -> run(turn, running, most))
                            .timeout(Duration.ofMillis(ThreadLocalRandom.current().nextLong(1, 40)))
                            .onErrorComplete()
                            .subscribeOn(Schedulers.parallel()));
        }
        Mono.when(ends).block(PATIENT);
        assertThat(most.get()).isBetween(1, 2);
        given(crowded.turn(0, PATIENT).toFuture());
        given(crowded.turn(0, PATIENT).toFuture());
        assertThat(crowded.turn(0, PATIENT).toFuture()).isNotDone();
    }

    private static Mono<Void> run(Turn turn, AtomicInteger running, AtomicInteger most) {
        most.accumulateAndGet(running.incrementAndGet(), Math::max);
        return Mono.delay(Duration.ofNanos(100_000))
                .then()
                .doFinally(
                        _ -> {
                            running.decrementAndGet();
                            turn.end();
                        });
    }
}
