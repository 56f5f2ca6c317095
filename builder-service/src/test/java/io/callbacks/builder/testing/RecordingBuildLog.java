package io.callbacks.builder.testing;

import io.callbacks.builder.build.BuildJob;
import io.callbacks.builder.build.BuildLog;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Keeps what is told. */
public final class RecordingBuildLog implements BuildLog {
    private final List<String> lines = new CopyOnWriteArrayList<>();

    public List<String> lines() {
        return lines;
    }

    @Override
    public void started(BuildJob job) {
        lines.add("started");
    }

    @Override
    public void reused() {
        lines.add("reused");
    }

    @Override
    public void waiting() {
        lines.add("waiting");
    }

    @Override
    public void installing(String program) {
        lines.add("installing by " + program);
    }

    @Override
    public void output(String line) {
        lines.add(line);
    }

    @Override
    public void failed(String reason) {
        lines.add("failed: " + reason);
    }
}
