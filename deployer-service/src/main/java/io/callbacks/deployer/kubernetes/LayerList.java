package io.callbacks.deployer.kubernetes;

import static java.util.stream.Collectors.joining;

import io.callbacks.deployer.rollout.InstanceSpec;
import io.callbacks.deployer.rollout.PlatformException;
import io.callbacks.event.Layer;
import io.callbacks.process.Language;
import io.callbacks.service.layer.LayerUrls;
import io.callbacks.service.layer.LayersUnavailableException;
import java.net.URI;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** Where an instance's layers are fetched from, and where they go. */
final class LayerList {
    static final String SHIM = "/opt/callbacks/shim";
    static final String FUNCTION = "/opt/callbacks/function";
    static final String LIBRARY = "/opt/callbacks/library";
    private static final Duration VALID = Duration.ofMinutes(15);

    private final LayerUrls urls;

    LayerList(LayerUrls urls) {
        this.urls = urls;
    }

    /** A line for each layer: its URL, and the directory it belongs into. */
    String of(InstanceSpec spec) {
        try {
            var shim = LayerUrls.nameOfShim(Language.ofType(spec.type()).lowerCase());
            var layers = spec.layers().stream().map(LayerList::entry);
            return Stream.concat(Stream.of(new Entry(shim, SHIM)), layers)
                    .map(entry -> urls.toGet(entry.name, VALID) + " " + entry.directory + "\n")
                    .collect(joining());
        } catch (LayersUnavailableException e) {
            throw new PlatformException("layers cannot be fetched: " + e.getMessage(), e);
        }
    }

    private record Entry(String name, String directory) {}

    private static Entry entry(Layer layer) {
        return new Entry(
                LayerUrls.nameOf(layer.digest()),
                switch (layer.role()) {
                    case CODE -> FUNCTION;
                    case DEPS -> LIBRARY;
                });
    }

    /** Where they are fetched from; empty if nobody serves them yet. */
    Optional<URI> base() {
        try {
            return Optional.of(urls.base());
        } catch (LayersUnavailableException e) {
            return Optional.empty();
        }
    }

    /** Why pods will not get there; empty if nothing is known against it. */
    Optional<String> trouble() {
        var base = base();
        if (base.isEmpty()) {
            return Optional.of(
                    "The builder does not serve layers yet; see that it runs, or set callbacks.layers.url.");
        }
        return isLoopback(base.get().getHost().toLowerCase(Locale.ROOT))
                ? Optional.of(
                        "Pods cannot reach %s, where layers are served; set callbacks.layers.url to an address of this machine that they reach."
                                .formatted(base.get()))
                : Optional.empty();
    }

    private static boolean isLoopback(String host) {
        return host.equals("localhost") || host.equals("[::1]") || host.startsWith("127.");
    }
}
