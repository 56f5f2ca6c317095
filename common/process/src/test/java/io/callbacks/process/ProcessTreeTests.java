package io.callbacks.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class ProcessTreeTests {
    @TempDir Path home;

    @Test
    void killsAProcessWithAllThatItStarted() throws IOException {
        var process = started("sh -c 'sleep 60; :' & echo $!; wait");
        var child = child(process);
        ProcessTree.kill(process.toHandle());
        assertThat(process.isAlive()).isFalse();
        assertThat(child.isAlive()).isFalse();
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void findsByTheirEnvironmentThoseLeftBehind() throws Exception {
        var process = started("sleep 60 & echo $!");
        var child = child(process);
        assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
        ProcessTree.killThoseWith("HOME=" + home.resolve("elsewhere"));
        assertThat(child.isAlive()).isTrue();
        ProcessTree.killThoseWith("HOME=" + home);
        assertThat(child.isAlive()).isFalse();
    }

    private Process started(String script) throws IOException {
        var builder = new ProcessBuilder("sh", "-c", script);
        builder.environment().put("HOME", home.toString());
        return builder.start();
    }

    private static ProcessHandle child(Process process) throws IOException {
        var pid = Long.parseLong(process.inputReader().readLine());
        return ProcessHandle.of(pid).orElseThrow();
    }
}
