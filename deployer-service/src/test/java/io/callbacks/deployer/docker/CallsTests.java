package io.callbacks.deployer.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.dockerjava.api.exception.NotFoundException;
import io.callbacks.deployer.rollout.PlatformException;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class CallsTests {
    @Test
    void givesTheAnswer() {
        assertThat(Calls.<String>ask("ask", () -> "answer")).isEqualTo("answer");
    }

    @Test
    void doesNotWaitForEver() throws InterruptedException {
        var interrupted = new CountDownLatch(1);
        assertThatThrownBy(() -> Calls.ask("wait", Duration.ofMillis(50), () -> hang(interrupted)))
                .isInstanceOf(PlatformException.class)
                .hasMessage("cannot wait: the engine does not answer");
        interrupted.await();
    }

    private static Void hang(CountDownLatch interrupted) {
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            interrupted.countDown();
        }
        throw new IllegalStateException("was interrupted");
    }

    @Test
    void tellsRefusalFromAbsence() {
        assertThatThrownBy(() -> refused()).isInstanceOf(NotFoundException.class);
        assertThatThrownBy(() -> absent())
                .isInstanceOf(PlatformException.class)
                .hasMessage("cannot ask: broken pipe");
    }

    private static void refused() {
        Calls.ask(
                "ask",
                () -> {
                    throw new NotFoundException("no such thing");
                });
    }

    private static void absent() {
        Calls.ask(
                "ask",
                () -> {
                    throw new RuntimeException(new IOException("broken pipe"));
                });
    }
}
