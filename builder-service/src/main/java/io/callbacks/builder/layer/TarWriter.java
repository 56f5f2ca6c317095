package io.callbacks.builder.layer;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/**
 * Writes a tar. All that is in it is root's, may be read by everybody and has no time of its own,
 * so that equal files make equal archives.
 */
public final class TarWriter implements AutoCloseable {
    private static final int DIRECTORY = 0755;
    private static final int PROGRAM = 0755;
    private static final int FILE = 0644;

    private final TarArchiveOutputStream tar;

    public TarWriter(OutputStream out) {
        tar = new TarArchiveOutputStream(out, "UTF-8");
        tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
        tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
    }

    /** What is in a directory, without the directory itself. */
    public void tree(Path root) throws IOException {
        try (var entries = Files.walk(root)) {
            for (var entry : (Iterable<Path>) entries.sorted()::iterator) {
                if (!entry.equals(root)) {
                    add(root.relativize(entry).toString(), entry);
                }
            }
        }
    }

    private void add(String name, Path entry) throws IOException {
        if (Files.isSymbolicLink(entry)) {
            link(name, Files.readSymbolicLink(entry).toString());
        } else if (Files.isDirectory(entry)) {
            begin(new TarArchiveEntry(name + "/"), DIRECTORY, 0);
            tar.closeArchiveEntry();
        } else {
            var mode = Files.isExecutable(entry) ? PROGRAM : FILE;
            begin(new TarArchiveEntry(name), mode, Files.size(entry));
            Files.copy(entry, tar);
            tar.closeArchiveEntry();
        }
    }

    public void file(String name, byte[] content) throws IOException {
        begin(new TarArchiveEntry(name), FILE, content.length);
        tar.write(content);
        tar.closeArchiveEntry();
    }

    public void link(String name, String target) throws IOException {
        var entry = new TarArchiveEntry(name, TarConstants.LF_SYMLINK);
        entry.setLinkName(target);
        begin(entry, entry.getMode(), 0);
        tar.closeArchiveEntry();
    }

    private void begin(TarArchiveEntry entry, int mode, long size) throws IOException {
        entry.setMode(mode);
        entry.setSize(size);
        entry.setIds(0, 0);
        entry.setModTime(0);
        tar.putArchiveEntry(entry);
    }

    /** Ends the archive. One that is not ended is refused by who unpacks it. */
    @Override
    public void close() throws IOException {
        tar.close();
    }
}
