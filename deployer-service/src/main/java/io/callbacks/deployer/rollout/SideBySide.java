package io.callbacks.deployer.rollout;

import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;

/** Does the same for several instances at once, each on a thread of its own. */
final class SideBySide {
    private SideBySide() {}

    /**
     * @return what came of each, in their order
     * @throws RuntimeException that of the first one that failed, once all have ended
     */
    static <T, R> List<R> forAll(Collection<T> all, Function<T, R> action) {
        var running =
                all.stream()
                        .map(
                                each ->
                                        CompletableFuture.supplyAsync(
                                                () -> action.apply(each),
                                                Thread::startVirtualThread))
                        .toList();
        try {
            CompletableFuture.allOf(running.toArray(CompletableFuture[]::new)).join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
        return running.stream().map(CompletableFuture::join).toList();
    }
}
