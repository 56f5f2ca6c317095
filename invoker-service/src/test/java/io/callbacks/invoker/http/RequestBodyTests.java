package io.callbacks.invoker.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.callbacks.invoker.testing.Caller;
import io.callbacks.invoker.testing.CountingLeakDetector;
import java.net.InetSocketAddress;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;

/** A body that is read up to four bytes at first, and may have eight; its server echoes it. */
class RequestBodyTests {
    private final DisposableServer server =
            StrictServer.of(HttpServer.create(), Duration.ofMillis(300))
                    .host("127.0.0.1")
                    .port(0)
                    .handle(RequestBodyTests::echo)
                    .bindNow();

    @AfterAll
    static void nothingLeaked() {
        assertThat(CountingLeakDetector.leaks()).isEmpty();
    }

    @AfterEach
    void close() {
        server.disposeNow();
    }

    private static Mono<Void> echo(HttpServerRequest request, HttpServerResponse response) {
        return RequestBody.read(request, 4, 8)
                .flatMap(body -> response.send(twice(body)).then().doFinally(_ -> body.release()))
                .onErrorResume(ProblemException.class, e -> e.problem().answer(request, response));
    }

    private static Flux<io.netty.buffer.ByteBuf> twice(RequestBody body) {
        var again = Flux.defer(() -> body.isRepeatable() ? body.content() : Flux.empty());
        return Flux.from(body.content()).concatWith(again);
    }

    private Caller caller() {
        return new Caller((InetSocketAddress) server.address());
    }

    @Test
    void canBeHadTwiceWhereItIsSmall() {
        try (var caller = caller()) {
            caller.send("POST / HTTP/1.1\nHost: x\nContent-Length: 4\n\nabcd");
            assertThat(caller.answer().text()).isEqualTo("abcdabcd");
        }
    }

    @Test
    void isStreamedWhereItIsNot() {
        try (var caller = caller()) {
            caller.send("POST / HTTP/1.1\nHost: x\nTransfer-Encoding: chunked\n\n5\nabcde\n");
            caller.head();
            assertThat(caller.chunk()).asString().isEqualTo("abcde");
            caller.send("2\nfg\n");
            assertThat(caller.chunk()).asString().isEqualTo("fg");
            caller.send("0\n\n");
            assertThat(caller.chunk()).isEmpty();
        }
    }

    @Test
    void breaksOffWhereTheStreamGetsTooLong() {
        try (var caller = caller()) {
            caller.send("POST / HTTP/1.1\nHost: x\nTransfer-Encoding: chunked\n\n5\nabcde\n");
            caller.head();
            caller.chunk();
            assertThat(caller.send("5\nfghij\n0\n\n").untilEnd()).isEmpty();
        }
    }

    @Test
    void isRefusedWhereItIsTooLongAtOnce() {
        try (var caller = caller()) {
            caller.send("POST / HTTP/1.1\nHost: x\nTransfer-Encoding: chunked\n\n9\nabcdefghi\n");
            assertThat(caller.send("0\n\n").answer().status()).isEqualTo(413);
        }
    }

    @Test
    void isNotWaitedForForEver() {
        try (var caller = caller()) {
            caller.send("POST / HTTP/1.1\nHost: x\nContent-Length: 4\n\nab");
            assertThat(caller.answer().status()).isEqualTo(408);
            assertThat(caller.untilEnd()).isEmpty();
        }
    }
}
