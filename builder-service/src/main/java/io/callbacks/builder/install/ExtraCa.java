package io.callbacks.builder.install;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The certificate authorities that installs and callbacks trust beside those of their image. */
public final class ExtraCa {
    private ExtraCa() {}

    /** Of a file, or of all {@code .crt} files of a directory; nothing if it is not there. */
    public static byte[] read(Path place) {
        var all = new ByteArrayOutputStream();
        try {
            for (var file : files(place)) {
                all.writeBytes(Files.readAllBytes(file));
                all.write('\n');
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read certificates from " + place, e);
        }
        return all.toByteArray();
    }

    private static List<Path> files(Path place) throws IOException {
        if (!Files.isDirectory(place)) {
            return Files.isRegularFile(place) ? List.of(place) : List.of();
        }
        try (var found = Files.walk(place)) {
            return found.filter(Files::isRegularFile)
                    .filter(file -> file.toString().endsWith(".crt"))
                    .sorted()
                    .toList();
        }
    }
}
