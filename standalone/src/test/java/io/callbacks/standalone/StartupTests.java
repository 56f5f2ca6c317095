package io.callbacks.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class StartupTests {
    private final ByteArrayOutputStream said = new ByteArrayOutputStream();
    private final Console console = new Console(new PrintStream(said), new PrintStream(said));

    @Test
    @Timeout(20)
    void startsPartsSideBySide() {
        var both = new CountDownLatch(2);
        try (var startup = new Startup(console)) {
            for (var name : new String[] {"store", "broker"}) {
                startup.begin(
                        name,
                        () -> {
                            both.countDown();
                            both.await();
                            return "here";
                        });
            }
            startup.awaitAll();
        }
        assertThat(said.toString().lines()).hasSize(2).allMatch(line -> line.endsWith("here"));
    }

    @Test
    @Timeout(20)
    void failsAsSoonAsOnePartFails() {
        var never = new CountDownLatch(1);
        try (var startup = new Startup(console)) {
            startup.begin(
                    "broker",
                    () -> {
                        never.await();
                        return "";
                    });
            startup.begin(
                    "registry",
                    () -> {
                        throw new IllegalStateException("outside", new IOException("the root"));
                    });
            assertThatThrownBy(startup::awaitAll)
                    .isInstanceOf(StartFailure.class)
                    .hasMessage("registry did not start: the root");
        }
    }
}
