package io.callbacks.builder.build;

import io.callbacks.builder.build.BuildJob.State;
import io.callbacks.event.Layer;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compares the images of a platform with the jobs: has those built again that are gone and wanted,
 * and removes those that nobody needs.
 */
final class ImageKeeper {
    private static final Logger log = LoggerFactory.getLogger(ImageKeeper.class);

    private static final Comparator<BuildJob> NEWEST_FIRST =
            Comparator.comparingInt((BuildJob job) -> job.source().revision()).reversed();

    private final Images images;
    private final JobRepository jobs;
    private final int revisionsKept;
    private final Duration dependenciesKept;
    private final LongSupplier nanoTime;
    private final Map<BuiltImage, Long> unneededSince = new HashMap<>();
    private final Set<BuiltImage> stuck = new HashSet<>();
    private boolean used;

    ImageKeeper(
            Images images,
            JobRepository jobs,
            BuilderProperties properties,
            LongSupplier nanoTime) {
        this.images = images;
        this.jobs = jobs;
        this.revisionsKept = properties.imagesKept();
        this.dependenciesKept = properties.dependenciesKept();
        this.nanoTime = nanoTime;
    }

    /**
     * Looks once; a platform that nobody has used is left alone. Jobs are read first: what they had
     * made by then must be among the images.
     */
    void look() {
        var known = jobs.known();
        var all = jobs.on(images.platform());
        used |= !all.isEmpty() || jobs.everKnew(images.platform());
        if (!used) {
            return;
        }
        if (images.keeps()) {
            var present = images.present();
            heal(all, known, present);
            tidy(needed(all, known), present);
        }
        images.sweep();
    }

    // --- what is gone

    private void heal(List<BuildJob> all, Map<Long, Known> known, List<BuiltImage> present) {
        var references = present.stream().map(BuiltImage::reference).collect(Collectors.toSet());
        for (var job : all) {
            var image = job.result() == null ? null : job.result().image();
            if (job.state() == State.SUCCEEDED
                    && image != null
                    && !references.contains(image)
                    && isWanted(job, known)) {
                log.info("Image is gone and built again: job={} image={}", job.id(), image);
                jobs.retry(job);
            }
        }
    }

    private static boolean isWanted(BuildJob job, Map<Long, Known> known) {
        var callback = known.get(job.callbackId());
        return callback != null && callback.wants(job);
    }

    // --- what nobody needs

    /** Jobs whose images must stay: of one of the newest revisions, being built, or wanted. */
    private List<BuildJob> needed(List<BuildJob> all, Map<Long, Known> known) {
        var newest =
                all.stream().collect(Collectors.groupingBy(BuildJob::callbackId)).values().stream()
                        .flatMap(own -> own.stream().sorted(NEWEST_FIRST).limit(revisionsKept));
        var used = all.stream().filter(job -> job.isUnfinished() || isWanted(job, known));
        return Stream.concat(newest, used).toList();
    }

    private void tidy(List<BuildJob> needed, List<BuiltImage> present) {
        var revisions =
                needed.stream()
                        .map(job -> job.uid() + ":" + job.source().revision())
                        .collect(Collectors.toSet());
        var layers =
                needed.stream()
                        .map(BuildJob::result)
                        .filter(Objects::nonNull)
                        .flatMap(result -> result.layers().stream())
                        .map(Layer::digest)
                        .collect(Collectors.toSet());
        var unneeded =
                present.stream().filter(image -> !isNeeded(image, revisions, layers)).toList();
        unneededSince.keySet().retainAll(Set.copyOf(unneeded));
        stuck.retainAll(unneeded);
        unneeded.stream().filter(this::isDue).forEach(this::remove);
    }

    /** One that cannot be removed keeps no other from it. */
    private void remove(BuiltImage image) {
        try {
            images.remove(image);
        } catch (SandboxException e) {
            if (stuck.add(image)) {
                log.warn("Image stays: image={} reason={}", image.reference(), e.getMessage());
            }
        }
    }

    private static boolean isNeeded(BuiltImage image, Set<String> revisions, Set<String> layers) {
        return switch (image) {
            case BuiltImage.Code code -> revisions.contains(code.uid() + ":" + code.revision());
            case BuiltImage.Dependencies dependencies -> layers.contains(dependencies.digest());
            case BuiltImage.Superseded _ -> false;
        };
    }

    /** Never at first sight: what is being made is not in its job yet. */
    private boolean isDue(BuiltImage image) {
        var now = nanoTime.getAsLong();
        var since = unneededSince.putIfAbsent(image, now);
        var grace = image instanceof BuiltImage.Dependencies ? dependenciesKept : Duration.ZERO;
        return since != null && now - since >= grace.toNanos();
    }
}
