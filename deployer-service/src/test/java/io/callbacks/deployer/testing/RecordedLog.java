package io.callbacks.deployer.testing;

import io.callbacks.deployer.rollout.RunLog;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/** A run log in memory. */
public final class RecordedLog implements RunLog {
    private final List<Line> lines = new CopyOnWriteArrayList<>();

    @Override
    public void write(long callbackId, Line line) {
        lines.add(line);
    }

    @Override
    public Optional<Instant> last(long callbackId) {
        return lines.stream()
                .filter(line -> !line.stream().equals("platform"))
                .map(Line::time)
                .max(Comparator.naturalOrder());
    }

    @Override
    public void remove(long callbackId) {
        lines.clear();
    }

    public List<String> messages() {
        return lines.stream().map(Line::message).toList();
    }
}
