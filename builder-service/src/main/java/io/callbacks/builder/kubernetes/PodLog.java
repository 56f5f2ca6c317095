package io.callbacks.builder.kubernetes;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.LogWatch;
import java.io.OutputStream;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Hands on what a pod prints, as it prints it. */
final class PodLog implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(PodLog.class);
    private static final Duration LAST_WORDS = Duration.ofSeconds(5);

    private final LogWatch watch;

    PodLog(KubernetesClient client, Pod pod, OutputStream output) {
        watch = client.pods().resource(pod).inContainer(JobRequest.CONTAINER).watchLog(output);
    }

    /** Waits until all of it was handed on, once the pod has ended. */
    void awaitEnd() throws InterruptedException {
        try {
            watch.onClose().toCompletableFuture().get(LAST_WORDS.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException e) {
            log.debug("The end of a pod's log is missing: reason={}", e.toString());
        }
    }

    @Override
    public void close() {
        watch.close();
    }
}
