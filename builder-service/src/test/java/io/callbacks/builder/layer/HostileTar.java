package io.callbacks.builder.layer;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/** An archive that is packed as told, whatever that is. */
final class HostileTar {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes, "UTF-8");

    HostileTar() {
        tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_GNU);
    }

    HostileTar file(String name, String content) {
        return entry(new TarArchiveEntry(name, TarConstants.LF_NORMAL, true), content);
    }

    HostileTar program(String name, String content) {
        var entry = new TarArchiveEntry(name, TarConstants.LF_NORMAL, true);
        entry.setMode(06755);
        return entry(entry, content);
    }

    HostileTar directory(String name) {
        return entry(new TarArchiveEntry(name, TarConstants.LF_DIR, true), "");
    }

    HostileTar link(String name, String target) {
        return special(name, TarConstants.LF_SYMLINK, target);
    }

    HostileTar special(String name, byte kind, String target) {
        var entry = new TarArchiveEntry(name, kind, true);
        entry.setLinkName(target);
        return entry(entry, "");
    }

    private HostileTar entry(TarArchiveEntry entry, String content) {
        try {
            var all = content.getBytes(UTF_8);
            entry.setSize(all.length);
            tar.putArchiveEntry(entry);
            tar.write(all);
            tar.closeArchiveEntry();
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    byte[] bytes() {
        try {
            tar.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    InputStream stream() {
        return new ByteArrayInputStream(bytes());
    }

    /** The beginning of it. */
    InputStream first(int count) {
        return new ByteArrayInputStream(Arrays.copyOf(bytes(), count));
    }
}
