package io.callbacks.deployer.kubernetes;

import io.callbacks.deployer.instance.Listing;
import io.callbacks.deployer.instance.PlaceWatch;
import io.callbacks.deployer.rollout.PlatformException;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Hears what happens to instances, and begins again where the cluster goes away. */
final class PodWatch implements ResourceEventHandler<Pod> {
    private static final Duration SYNCS = Duration.ofSeconds(10);
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(10);
    private static final Duration CONNECT_AGAIN = Duration.ofSeconds(3);

    /** Acts on what there is to hear. */
    interface Watcher {
        /** Makes sure that the cluster can be used. */
        void prepare();

        /** What happens is heard from now on, for the first time or again. */
        void connected();

        /** A pod is new, or has changed. Must not take long. */
        void happened(InstancePod pod);

        /** A pod is gone. Must not take long. */
        void gone(InstancePod pod);

        /** Some time has passed. */
        void look();
    }

    private final Pods pods;
    private final Listing<InstancePod> listing;
    private final Watcher watcher;
    private final PlaceWatch watch = new PlaceWatch("cluster", this::listen, CONNECT_AGAIN);
    private volatile @Nullable SharedIndexInformer<Pod> informer;

    PodWatch(Pods pods, Watcher watcher) {
        this.pods = pods;
        this.listing = new Listing<>(pods::list);
        this.watcher = watcher;
    }

    PlaceWatch cluster() {
        return watch;
    }

    /** What pods there are, as was heard; where nothing is heard, the cluster is asked. */
    List<InstancePod> pods() {
        var now = informer;
        return now != null && now.hasSynced() && now.isWatching()
                ? now.getStore().list().stream().map(InstancePod::new).toList()
                : listing.get();
    }

    // --- what is heard

    @Override
    public void onAdd(Pod pod) {
        watcher.happened(new InstancePod(pod));
    }

    @Override
    public void onUpdate(Pod before, Pod pod) {
        watcher.happened(new InstancePod(pod));
    }

    @Override
    public void onDelete(Pod pod, boolean isGuess) {
        watcher.gone(new InstancePod(pod));
    }

    // --- listening

    private void listen() {
        watcher.prepare();
        try (var pods = this.pods.informer(this)) {
            awaitSynced(pods);
            informer = pods;
            watcher.connected();
            watch.connected();
            while (watch.isMine() && pods.isRunning()) {
                PlaceWatch.pause(LOOK_AGAIN);
                look(pods);
            }
        } finally {
            informer = null;
        }
        watch.lost("the API server ended the watch; it is begun again by itself");
    }

    private static void awaitSynced(SharedIndexInformer<Pod> informer) {
        try {
            informer.start().toCompletableFuture().get(SYNCS.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw new PlatformException("cannot hear of instances: " + e.getCause(), e.getCause());
        } catch (TimeoutException e) {
            throw new PlatformException("the API server does not tell of instances", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new PlatformException("interrupted while waiting for the cluster", e);
        }
    }

    /** The informer goes on by itself; meanwhile nothing is heard. */
    private void look(SharedIndexInformer<Pod> pods) {
        if (!watch.isMine()) {
            return;
        }
        if (!pods.isWatching()) {
            watch.lost(
                    "the API server does not tell of instances now; see that it runs, it is asked again by itself");
        } else if (watch.isLost()) {
            watcher.connected();
            watch.connected();
        } else {
            watcher.look();
        }
    }
}
