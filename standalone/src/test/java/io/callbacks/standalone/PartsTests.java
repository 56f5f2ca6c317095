package io.callbacks.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PartsTests {
    private final List<String> ended = new ArrayList<>();
    private final Parts parts = new Parts();

    @Test
    void endsTheDoorFirstAndTheStorageLast() {
        for (var name : List.of("broker", "store", "registry", "builder", "deployer", "invoker")) {
            add(name);
        }
        parts.close();
        assertThat(ended)
                .containsExactly("invoker", "deployer", "builder", "registry", "store", "broker");
    }

    @Test
    void endsTheOthersWhenOneCannotEnd() {
        add("broker");
        parts.add(
                "invoker",
                () -> {
                    throw new IllegalStateException("stuck");
                });
        parts.close();
        assertThat(ended).containsExactly("broker");
    }

    @Test
    void endsOnceOnly() {
        add("broker");
        parts.close();
        parts.close();
        assertThat(ended).containsExactly("broker");
    }

    @Test
    void endsWhatComesTooLateAtOnce() {
        parts.close();
        assertThatThrownBy(() -> add("registry")).isInstanceOf(StartFailure.class);
        assertThat(ended).containsExactly("registry");
    }

    private void add(String name) {
        parts.add(name, () -> ended.add(name));
    }
}
