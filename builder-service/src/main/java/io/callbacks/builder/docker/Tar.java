package io.callbacks.builder.docker;

import io.callbacks.builder.layer.TarWriter;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Map;

/** Files for an engine, in memory. */
final class Tar {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final TarWriter tar = new TarWriter(bytes);

    private Tar() {}

    /** Of files by name. */
    static Tar of(Map<String, byte[]> files) {
        var made = new Tar();
        files.forEach((name, content) -> made.add(() -> made.tar.file(name, content)));
        return made;
    }

    /** Of what is in a directory. */
    static Tar of(Path root) {
        var made = new Tar();
        return made.add(() -> made.tar.tree(root));
    }

    Tar link(String name, String target) {
        return add(() -> tar.link(name, target));
    }

    InputStream stream() {
        add(tar::close);
        return new ByteArrayInputStream(bytes.toByteArray());
    }

    private interface Writing {
        void run() throws IOException;
    }

    private Tar add(Writing writing) {
        try {
            writing.run();
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
