package io.callbacks.deployer.kubernetes;

import io.callbacks.deployer.instance.Listing;
import io.callbacks.deployer.rollout.PlatformException;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Hears what happens to instances, and begins again where the cluster goes away. */
final class PodWatch implements ResourceEventHandler<Pod> {
    private static final Logger log = LoggerFactory.getLogger(PodWatch.class);
    private static final Duration SYNCS = Duration.ofSeconds(10);
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(10);
    private static final Duration CONNECT_AGAIN = Duration.ofSeconds(3);
    private static final Duration CONNECTS = Duration.ofSeconds(5);
    private static final Duration SOON = Duration.ofSeconds(2);

    private enum State {
        IDLE,
        CONNECTING,
        CONNECTED,
        LOST
    }

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
    private State state = State.IDLE;
    private String trouble = "it does not answer yet";
    private @Nullable Thread thread;
    private volatile @Nullable SharedIndexInformer<Pod> informer;

    PodWatch(Pods pods, Watcher watcher) {
        this.pods = pods;
        this.listing = new Listing<>(pods::list);
        this.watcher = watcher;
    }

    synchronized void begin() {
        if (state == State.IDLE) {
            state = State.CONNECTING;
            thread = Thread.ofVirtual().name("kubernetes-watch").start(this::run);
        }
    }

    synchronized void end() {
        state = State.IDLE;
        if (thread != null) {
            thread.interrupt();
            thread = null;
        }
    }

    /**
     * Returns if the cluster is heard.
     *
     * @throws PlatformException if it is not there
     */
    synchronized void require() {
        awaitConnected(CONNECTS);
        if (state != State.CONNECTED && state != State.IDLE) {
            throw new PlatformException("the cluster is waited for: " + trouble, null);
        }
    }

    /** Why the cluster is waited for; empty if it is not. */
    synchronized Optional<String> trouble() {
        awaitConnected(SOON);
        return state == State.LOST ? Optional.of(trouble) : Optional.empty();
    }

    private synchronized void awaitConnected(Duration longest) {
        var deadline = System.nanoTime() + longest.toNanos();
        while (state == State.CONNECTING && System.nanoTime() < deadline) {
            try {
                wait(longest.toMillis());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new PlatformException("interrupted while waiting for the cluster", e);
            }
        }
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

    private void run() {
        while (isMine()) {
            try {
                watcher.prepare();
                listen();
            } catch (PlatformException e) {
                lost(String.valueOf(e.getMessage()));
            } catch (RuntimeException e) {
                log.error("Cluster cannot be watched", e);
                lost(e.toString());
            }
            pause(CONNECT_AGAIN);
        }
    }

    private void listen() {
        try (var pods = this.pods.informer(this)) {
            awaitSynced(pods);
            informer = pods;
            watcher.connected();
            connected();
            while (isMine() && pods.isRunning()) {
                pause(LOOK_AGAIN);
                look(pods);
            }
        } finally {
            informer = null;
        }
        lost("it ended the watch");
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
        if (!isMine()) {
            return;
        }
        if (!pods.isWatching()) {
            lost("nothing is heard of it");
        } else if (isLost()) {
            watcher.connected();
            connected();
        } else {
            watcher.look();
        }
    }

    private synchronized boolean isMine() {
        return thread == Thread.currentThread();
    }

    private synchronized boolean isLost() {
        return state == State.LOST;
    }

    private synchronized void connected() {
        if (isMine()) {
            if (state == State.LOST) {
                log.info("Cluster is there again");
            }
            state = State.CONNECTED;
            notifyAll();
        }
    }

    private synchronized void lost(String reason) {
        if (isMine()) {
            if (state != State.LOST) {
                log.warn("Cluster is waited for: reason={}", reason);
            }
            state = State.LOST;
            trouble = reason;
            notifyAll();
        }
    }

    private static void pause(Duration time) {
        try {
            Thread.sleep(time);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
