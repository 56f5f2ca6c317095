package io.callbacks.builder.jib;

import com.google.cloud.tools.jib.api.Containerizer;
import com.google.cloud.tools.jib.api.ImageReference;
import com.google.cloud.tools.jib.api.InvalidImageReferenceException;
import com.google.cloud.tools.jib.api.Jib;
import com.google.cloud.tools.jib.api.RegistryImage;
import com.google.cloud.tools.jib.api.buildplan.Platform;
import com.google.cloud.tools.jib.frontend.CredentialRetrieverFactory;
import io.callbacks.builder.build.ImageRegistry;
import io.callbacks.builder.build.Sandbox.Revision;
import io.callbacks.builder.build.SandboxException;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.Executors;

/** Pushes by Jib, which runs nothing and needs no engine. */
final class JibRegistry implements ImageRegistry {
    private static final String TOOL = "callbacks";

    private final ImageProperties properties;
    private final ImageLayers layers;
    private final LayerCache cache;

    JibRegistry(ImageProperties properties, ImageLayers layers, LayerCache cache) {
        this.properties = properties;
        this.layers = layers;
        this.cache = cache;
    }

    @Override
    public String push(String base, String architecture, Revision revision) {
        try {
            return cache.use(directory -> pushed(base, architecture, revision, directory));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SandboxException(
                    "interrupted while pushing to " + properties.repository(), e);
        } catch (Exception e) {
            throw new SandboxException(
                    "the image of revision %d cannot be pushed to %s on %s: %s. See that callbacks.images.* is right and both can be reached from the builder."
                            .formatted(revision.number(), properties.repository(), base, reason(e)),
                    e);
        }
    }

    private String pushed(String base, String architecture, Revision revision, Path directory)
            throws Exception {
        var tag = revision.uid() + "-" + revision.number();
        var target =
                Containerizer.to(image(properties.repository() + ":" + tag))
                        .setBaseImageLayersCache(directory)
                        .setApplicationLayersCache(directory)
                        .setAllowInsecureRegistries(properties.insecure())
                        .setToolName(TOOL);
        var image =
                Jib.from(image(base))
                        .setPlatforms(Set.of(new Platform(architecture, "linux")))
                        .setFileEntriesLayers(layers.of(revision));
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) { // none outlives its push
            var pushed = image.containerize(target.setExecutorService(threads));
            return properties.repository() + "@" + pushed.getDigest();
        }
    }

    private RegistryImage image(String name) throws InvalidImageReferenceException {
        var reference = ImageReference.parse(name);
        var image = RegistryImage.named(reference);
        var own = ImageReference.parse(properties.repository());
        if (!properties.username().isEmpty() && reference.getRegistry().equals(own.getRegistry())) {
            return image.addCredential(properties.username(), properties.password());
        }
        var credentials = CredentialRetrieverFactory.forImage(reference, _ -> {});
        return image.addCredentialRetriever(credentials.dockerConfig())
                .addCredentialRetriever(credentials.wellKnownCredentialHelpers());
    }

    /** Of the cause, which says what happened; what is around it says where in Jib. */
    private static String reason(Throwable failure) {
        var root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root == failure || root.getMessage() == null
                ? String.valueOf(failure.getMessage())
                : root.getMessage();
    }
}
