package io.callbacks.runtimes;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;

/**
 * The shims, unpacked.
 *
 * @param python directory that holds {@code main.py}
 * @param node directory that holds {@code main.js}
 */
public record Shims(Path python, Path node) {
    /**
     * Unpacks the shims into a directory below {@code parent} that is named for their content. What
     * is there already and whole is used as it is; several may do this at once.
     */
    public static Shims unpackInto(Path parent) {
        try {
            var files = Packed.files();
            var home = parent.resolve(digest(files));
            for (var file : files.entrySet()) {
                put(home.resolve(file.getKey()), file.getValue());
            }
            return new Shims(home.resolve("python"), home.resolve("node"));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot unpack the shims into " + parent, e);
        }
    }

    /** Written beside and moved into place, so that what has its name is whole. */
    private static void put(Path file, byte[] content) throws IOException {
        if (Files.isRegularFile(file) && Arrays.equals(Files.readAllBytes(file), content)) {
            return;
        }
        Files.createDirectories(file.resolveSibling(""));
        var beside = Files.createTempFile(file.resolveSibling(""), "new-", null);
        Files.write(beside, content);
        Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE);
    }

    private static String digest(Map<String, byte[]> files) {
        try {
            var digest = MessageDigest.getInstance("SHA-256");
            files.forEach(
                    (name, content) -> {
                        digest.update(name.getBytes(UTF_8));
                        digest.update((byte) 0);
                        digest.update(content);
                    });
            return HexFormat.of().formatHex(digest.digest()).substring(0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
