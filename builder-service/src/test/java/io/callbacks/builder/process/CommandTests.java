package io.callbacks.builder.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.callbacks.builder.build.SandboxException;
import io.callbacks.builder.install.Ended.End;
import io.callbacks.builder.install.OutputLines;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class CommandTests {
    private static final Supplier<Optional<End>> GO_ON = Optional::empty;

    @TempDir Path home;
    private final List<String> output = new CopyOnWriteArrayList<>();

    @Test
    void runsAProgramWithNothingButItsEnvironment() {
        var ended = command("env | grep -v -E '^(PWD|SHLVL|_)='", 20).run(output::add, GO_ON);
        assertThat(ended.end()).isEqualTo(End.DONE);
        assertThat(output).containsExactlyInAnyOrder("A=1", "HOME=" + home, "PATH=/usr/bin:/bin");
    }

    @Test
    void keepsTheLastWordsOfOneThatFails() {
        var ended =
                command("echo first; seq 1000; echo last >&2; exit 3", 20).run(output::add, GO_ON);
        assertThat(ended.end()).isEqualTo(End.FAILED);
        assertThat(output).hasSize(1002).startsWith("first");
        assertThat(ended.tail()).hasSize(200).endsWith("1000", "last");
    }

    @Test
    void killsOneThatTakesTooLongWithAllThatItStarted() {
        var ended = command("sleep 100 & echo $!; wait", 1).run(output::add, GO_ON);
        assertThat(ended.end()).isEqualTo(End.TIMED_OUT);
        assertThat(isAlive(output.getFirst())).isFalse();
    }

    @Test
    void endsAsItIsTold() {
        var ended = command("sleep 100", 60).run(output::add, () -> Optional.of(End.CANCELLED));
        assertThat(ended.end()).isEqualTo(End.CANCELLED);
    }

    @Test
    void endsAlsoWhenNobodyCanSayHow() {
        var command = command("echo $$; exec sleep 100", 60);
        Supplier<Optional<End>> trouble =
                () -> {
                    throw new IllegalStateException("no verdict");
                };
        assertThatThrownBy(() -> command.run(output::add, trouble)).hasMessage("no verdict");
        assertThat(isAlive(output.getFirst())).isFalse();
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void leavesNothingRunning() {
        var begin = System.nanoTime();
        var ended = command("sleep 100 & echo $!", 60).run(output::add, GO_ON);
        assertThat(ended.end()).isEqualTo(End.DONE);
        assertThat(isAlive(output.getFirst())).isFalse();
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(20));
    }

    @Test
    void neverHoldsMoreThanItNeedsOfEndlessOutput() {
        var length = new AtomicLong();
        var ended =
                command("head -c 100000000 /dev/zero | tr '\\0' x", 60)
                        .run(line -> length.addAndGet(line.length()), GO_ON);
        assertThat(ended.end()).isEqualTo(End.DONE);
        assertThat(length).hasValue(OutputLines.LONGEST + 1);
    }

    @Test
    void saysWhatCannotBeStarted() {
        var command =
                new Command(List.of("/no/such/program"), home, Map.of(), Duration.ofSeconds(1));
        assertThatThrownBy(() -> command.run(output::add, GO_ON))
                .isInstanceOf(SandboxException.class)
                .hasMessageContaining("/no/such/program");
    }

    private Command command(String script, int seconds) {
        return new Command(
                List.of("/bin/sh", "-c", script),
                home,
                Map.of("HOME", home.toString(), "PATH", "/usr/bin:/bin", "A", "1"),
                Duration.ofSeconds(seconds));
    }

    private static boolean isAlive(String pid) {
        return ProcessHandle.of(Long.parseLong(pid)).filter(ProcessHandle::isAlive).isPresent();
    }
}
