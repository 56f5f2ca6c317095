package io.callbacks.builder.layer;

import io.callbacks.blob.BlobStore;
import io.callbacks.service.layer.LayerUrls;

/** Serves layers to the pods of a test. */
public final class TestLayerServer implements AutoCloseable {
    private final LayerServing serving;

    public TestLayerServer(LayerReaders readers, LayerUrls urls, BlobStore blobs, Uploads uploads) {
        serving =
                new LayerServing(
                        new LayerServerProperties(null, "", ""),
                        readers,
                        () -> urls,
                        address -> new LayerServer(address, urls, blobs, uploads));
        serving.start();
    }

    @Override
    public void close() {
        serving.stop();
    }
}
