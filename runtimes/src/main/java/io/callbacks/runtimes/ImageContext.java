package io.callbacks.runtimes;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the image that runs a language's callbacks is built of, beside its base image and an {@code
 * extra-ca.crt}: a Dockerfile and the shim.
 *
 * @param files by name, with forward slashes, in the order of their names
 */
public record ImageContext(Map<String, byte[]> files) {
    private static final String DOCKERFILE = "Dockerfile";

    /** The files of the shim alone, for images and pods that are made without the Dockerfile. */
    public Map<String, byte[]> shim() {
        var shim = new TreeMap<>(files);
        shim.remove(DOCKERFILE);
        return shim;
    }

    /**
     * That of a language.
     *
     * @param language {@code python} or {@code node}
     */
    public static ImageContext of(String language) {
        var files = new TreeMap<String, byte[]>();
        try {
            Packed.files()
                    .forEach(
                            (name, content) -> {
                                if (name.startsWith(language + "/")) {
                                    files.put(name.substring(language.length() + 1), content);
                                }
                            });
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read what images are built of", e);
        }
        return new ImageContext(files);
    }
}
