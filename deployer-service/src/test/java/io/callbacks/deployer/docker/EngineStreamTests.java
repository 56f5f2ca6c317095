package io.callbacks.deployer.docker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class EngineStreamTests {
    private final AtomicInteger closed = new AtomicInteger();
    private final ArrayList<String> received = new ArrayList<>();
    private final EngineStream<String> stream = new EngineStream<>(received::add);

    @Test
    void closesItsConnection() {
        stream.onStart(closed::incrementAndGet);
        stream.onNext("one");
        assertThat(stream.isOver()).isFalse();
        stream.close();
        assertThat(closed).hasValue(1);
        assertThat(stream.isOver()).isTrue();
        assertThat(received).containsExactly("one");
    }

    @Test
    void closesAConnectionThatOpensWhenItIsGivenUp() {
        stream.close();
        stream.onStart(closed::incrementAndGet);
        assertThat(closed).hasPositiveValue();
    }
}
