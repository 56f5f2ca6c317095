package io.callbacks.builder.docker;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/** Files for an engine, in memory. All are root's and may be read by everybody. */
final class Tar {
    private static final int DIRECTORY = 0755;
    private static final int FILE = 0644;

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes, "UTF-8");

    private Tar() {
        tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
    }

    /** Of files by name. */
    static Tar of(Map<String, byte[]> files) {
        var made = new Tar();
        files.forEach(made::file);
        return made;
    }

    /** Of what is in a directory. */
    static Tar of(Path root) {
        var made = new Tar();
        try (var entries = Files.walk(root)) {
            for (var entry : (Iterable<Path>) entries.sorted()::iterator) {
                made.add(root.relativize(entry).toString(), entry);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + root, e);
        }
        return made;
    }

    private void add(String name, Path entry) throws IOException {
        if (Files.isRegularFile(entry)) {
            file(name, Files.readAllBytes(entry));
        } else if (!name.isEmpty()) {
            var directory = new TarArchiveEntry(name + "/");
            directory.setMode(DIRECTORY);
            put(directory, new byte[0]);
        }
    }

    private void file(String name, byte[] content) {
        var entry = new TarArchiveEntry(name);
        entry.setMode(FILE);
        entry.setSize(content.length);
        put(entry, content);
    }

    Tar link(String name, String target) {
        var entry = new TarArchiveEntry(name, TarConstants.LF_SYMLINK);
        entry.setLinkName(target);
        put(entry, new byte[0]);
        return this;
    }

    /** Without a time of their own, so that equal files make equal archives. */
    private void put(TarArchiveEntry entry, byte[] content) {
        entry.setIds(0, 0);
        entry.setModTime(0);
        try {
            tar.putArchiveEntry(entry);
            tar.write(content);
            tar.closeArchiveEntry();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    InputStream stream() {
        try {
            tar.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new ByteArrayInputStream(bytes.toByteArray());
    }
}
