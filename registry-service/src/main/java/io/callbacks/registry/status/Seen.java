package io.callbacks.registry.status;

import io.callbacks.event.DeploymentObserved;
import io.callbacks.event.DeploymentObserved.Attempt;
import io.callbacks.event.DeploymentObserved.Serving;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.data.annotation.Id;
import org.springframework.data.mongodb.core.mapping.Document;

/**
 * What builder and deployer told of a callback.
 *
 * @param change grows with each change of this document
 * @param observation number of the latest observation; 0 if nothing was ever deployed
 * @param builds the latest of each revision and platform, newest revision first
 */
@Document("seen")
public record Seen(
        @Id long callbackId,
        String uid,
        long change,
        long observation,
        @Nullable Serving serving,
        @Nullable Attempt attempt,
        List<BuildState> builds) {
    private static final int KEPT = 20;

    public Seen {
        builds = List.copyOf(builds);
    }

    /** Nothing was told yet. */
    public static Seen nothing(long callbackId, String uid) {
        return new Seen(callbackId, uid, 0, 0, null, null, List.of());
    }

    /** With an observation; unchanged if it is an old one. */
    Seen with(DeploymentObserved observed) {
        return observed.observation() <= observation
                ? this
                : new Seen(
                        callbackId,
                        uid,
                        change + 1,
                        observed.observation(),
                        observed.serving(),
                        observed.attempt(),
                        builds);
    }

    /** With what came of a build; unchanged if it is old news. */
    Seen with(BuildState build) {
        var known = build(build.revision(), build.platform());
        if (known.isPresent() && !build.isAfter(known.get())) {
            return this;
        }
        var all = new ArrayList<>(builds);
        all.removeIf(b -> b.isOf(build.revision(), build.platform()));
        all.add(build);
        all.sort(Comparator.comparingInt(BuildState::revision).reversed());
        var kept = all.subList(0, Math.min(KEPT, all.size()));
        return new Seen(callbackId, uid, change + 1, observation, serving, attempt, kept);
    }

    /** The build of a revision for a platform. */
    public Optional<BuildState> build(int revision, String platform) {
        return builds.stream().filter(b -> b.isOf(revision, platform)).findFirst();
    }
}
