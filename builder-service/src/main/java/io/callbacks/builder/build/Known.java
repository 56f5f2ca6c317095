package io.callbacks.builder.build;

import io.callbacks.event.CallbackSnapshot;
import io.callbacks.event.Source;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.data.annotation.Id;
import org.springframework.data.mongodb.core.mapping.Document;

/**
 * The newest version of a callback the builder has heard of.
 *
 * @param platform what it is to run on
 * @param wanted revisions that are to be built for that
 */
@Document("callbacks")
record Known(
        @Id long callbackId,
        String uid,
        long version,
        boolean deleted,
        @Nullable String platform,
        @Nullable List<Integer> wanted) {
    static Known of(CallbackSnapshot snapshot) {
        var desired = snapshot.desired();
        var wanted =
                snapshot.deleted()
                        ? Stream.<Source>empty()
                        : desired.on()
                                ? Stream.of(snapshot.newest(), desired.source())
                                : Stream.of(snapshot.newest());
        return new Known(
                snapshot.callbackId(),
                snapshot.uid(),
                snapshot.version(),
                snapshot.deleted(),
                desired.target(),
                wanted.map(Source::revision).distinct().toList());
    }

    boolean wants(BuildJob job) {
        return job.platform().equals(platform)
                && wanted != null
                && wanted.contains(job.source().revision());
    }
}
