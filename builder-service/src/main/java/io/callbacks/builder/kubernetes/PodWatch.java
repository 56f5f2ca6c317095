package io.callbacks.builder.kubernetes;

import io.callbacks.builder.build.SandboxException;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Sees the pod of a Job as it changes, and none that an earlier Job of its name has left. */
final class PodWatch implements AutoCloseable {
    private static final Duration SYNCS = Duration.ofSeconds(10);
    private static final String JOB = "batch.kubernetes.io/controller-uid";

    private final Semaphore changes = new Semaphore(0);
    private final SharedIndexInformer<Pod> informer;

    PodWatch(KubernetesClient client, Job job) {
        informer =
                client.pods()
                        .withLabel(JOB, job.getMetadata().getUid())
                        .runnableInformer(0)
                        .exceptionHandler((isStarted, _) -> isStarted) // then it goes on
                        .addEventHandler(
                                new ResourceEventHandler<>() {
                                    @Override
                                    public void onAdd(Pod pod) {
                                        changes.release();
                                    }

                                    @Override
                                    public void onUpdate(Pod before, Pod pod) {
                                        changes.release();
                                    }

                                    @Override
                                    public void onDelete(Pod pod, boolean finalStateUnknown) {
                                        changes.release();
                                    }
                                });
        try {
            awaitSynced();
        } catch (RuntimeException e) {
            informer.close();
            throw e;
        }
    }

    private void awaitSynced() {
        try {
            informer.start().toCompletableFuture().get(SYNCS.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof KubernetesClientException refusal
                    ? refusal
                    : new SandboxException("the pods of a build cannot be watched", e);
        } catch (TimeoutException e) {
            throw new SandboxException("the Kubernetes cluster does not tell of pods", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SandboxException("interrupted while waiting for the cluster", e);
        }
    }

    /** As it is; empty if it is not there yet or not any more. */
    Optional<Pod> pod() {
        return informer.getStore().list().stream().findFirst();
    }

    /** Waits for a change, but not for long. */
    void awaitChange(Duration longest) throws InterruptedException {
        if (changes.tryAcquire(longest.toMillis(), TimeUnit.MILLISECONDS)) {
            changes.drainPermits();
        }
    }

    @Override
    public void close() {
        informer.close();
    }
}
