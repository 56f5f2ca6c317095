package io.callbacks.embedded;

import java.nio.file.Path;

/** A store in a JVM of its own, to be killed: tells its address and waits. */
final class StoreInAProcess {
    private StoreInAProcess() {}

    public static void main(String[] args) throws InterruptedException {
        try (var store = EmbeddedStore.start(Path.of(args[0]))) {
            System.out.println(store.uri());
            Thread.currentThread().join();
        }
    }
}
