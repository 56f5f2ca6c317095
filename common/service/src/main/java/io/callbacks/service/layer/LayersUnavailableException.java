package io.callbacks.service.layer;

/** Nobody serves layers yet. */
public final class LayersUnavailableException extends RuntimeException {
    LayersUnavailableException() {
        super("the builder does not serve layers yet");
    }
}
