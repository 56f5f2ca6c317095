import io.callbacks.embedded.EmbeddedStore;
import java.net.InetSocketAddress;
import java.nio.file.Path;

/** The embedded store alone, for clients from anywhere. */
final class Store {
    private Store() {}

    static void main() throws InterruptedException {
        var store = EmbeddedStore.start(Path.of("/data/db"), new InetSocketAddress(27017));
        Runtime.getRuntime().addShutdownHook(new Thread(store::close));
        IO.println("The store takes requests at " + store);
        Thread.currentThread().join();
    }
}
