package io.callbacks.builder.layer;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.jspecify.annotations.Nullable;

/**
 * Unpacks what somebody who is not trusted has packed. Nothing is written outside the directory,
 * and nothing in it leads out: links are made last, lead from where they are to a place inside and
 * have nothing below them.
 */
final class TarUnpacker {
    private static final long BLOCK = 512;
    private static final long LONGEST_HEADERS = 1 << 16;
    private static final int EXECUTABLE = 0100;

    private final MeteredStream bytes;
    private final TarArchiveInputStream tar;
    private final Path root;
    private final Map<Path, Path> links = new LinkedHashMap<>();
    private long left;

    private TarUnpacker(InputStream in, Path root, long largest) {
        this.bytes = new MeteredStream(in);
        this.tar = new TarArchiveInputStream(bytes, "UTF-8");
        this.root = root.toAbsolutePath().normalize();
        this.left = largest;
    }

    /**
     * Unpacks all of it into an empty directory.
     *
     * @param largest bytes of all files; each entry and each directory counts as a block more
     * @throws RefusedTarException if it holds what it must not; the directory then has a part of it
     * @throws IOException if it cannot be read or the files cannot be written
     */
    static void unpack(InputStream in, Path root, long largest) throws IOException {
        try {
            new TarUnpacker(in, root, largest).unpack();
        } catch (FileAlreadyExistsException e) {
            throw new RefusedTarException("it names something twice");
        } catch (IllegalArgumentException e) { // what the reader makes of nonsense
            throw new RefusedTarException("it is no archive: " + e.getMessage());
        }
    }

    private void unpack() throws IOException {
        for (var entry = next(); entry != null; entry = next()) {
            take(entry);
        }
        if (bytes.zeros() < 2 * BLOCK) {
            throw new RefusedTarException("it ends too soon");
        }
        for (var link : links.entrySet()) {
            Files.createSymbolicLink(root.resolve(link.getKey()), link.getValue());
        }
    }

    private @Nullable TarArchiveEntry next() throws IOException {
        bytes.allow(LONGEST_HEADERS);
        return tar.getNextEntry();
    }

    private void take(TarArchiveEntry entry) throws IOException {
        if (!entry.isCheckSumOK()) {
            throw new RefusedTarException("it is no archive");
        }
        spend(BLOCK);
        var name = inside(entry.getName());
        var place = root.resolve(name);
        switch (entry.getLinkFlag()) {
            case TarConstants.LF_DIR -> makeDirectories(place);
            case TarConstants.LF_NORMAL, TarConstants.LF_OLDNORM -> write(entry, place);
            case TarConstants.LF_SYMLINK -> {
                makeDirectories(place.resolveSibling(""));
                if (links.put(name, target(place, entry.getLinkName())) != null) {
                    throw new RefusedTarException("it names something twice");
                }
            }
            default -> throw refused(entry.getName(), "is no file, directory or symbolic link");
        }
    }

    /** Those on the way count too: a short entry may name thousands. */
    private void makeDirectories(Path directory) throws IOException {
        var made = root;
        for (var part : root.relativize(directory)) {
            made = made.resolve(part);
            if (!Files.isDirectory(made, LinkOption.NOFOLLOW_LINKS)) {
                spend(BLOCK);
                Files.createDirectory(made);
            }
        }
    }

    private void spend(long bytes) throws RefusedTarException.TooLarge {
        if (bytes > left) {
            throw new RefusedTarException.TooLarge();
        }
        left -= bytes;
    }

    // --- names

    private Path inside(String name) throws RefusedTarException {
        var path = Path.of(name);
        if (path.isAbsolute()) {
            throw refused(name, "is an absolute name");
        }
        for (var part : path) {
            if (part.toString().equals("..")) {
                throw refused(name, "leads upwards");
            }
        }
        var inside = path.normalize();
        for (var above = inside.getParent(); above != null; above = above.getParent()) {
            if (links.containsKey(above)) {
                throw refused(name, "is below a link");
            }
        }
        return inside;
    }

    /**
     * Upwards only at its beginning: what is above a link are directories, while a step upwards
     * later on would be taken from wherever another link leads.
     */
    private Path target(Path place, String name) throws RefusedTarException {
        var target = Path.of(name);
        var found = place.resolveSibling(target).normalize();
        if (target.isAbsolute() || !found.startsWith(root)) {
            throw refused(name, "is where a link leads out");
        }
        if (name.isEmpty() || !target.equals(target.normalize())) {
            throw refused(name, "is where a link leads by a detour");
        }
        return target;
    }

    private static RefusedTarException refused(String name, String why) {
        return new RefusedTarException("'" + name + "' " + why);
    }

    // --- content

    private void write(TarArchiveEntry entry, Path file) throws IOException {
        if (entry.isSparse()) {
            throw refused(entry.getName(), "has holes");
        }
        spend(entry.getSize());
        bytes.allow(entry.getSize());
        makeDirectories(file.resolveSibling(""));
        Files.copy(tar, file);
        var isProgram = (entry.getMode() & EXECUTABLE) != 0;
        Files.setPosixFilePermissions(
                file, PosixFilePermissions.fromString(isProgram ? "rwxr-xr-x" : "rw-r--r--"));
    }
}
