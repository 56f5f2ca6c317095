package io.callbacks.service.key;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.UUID;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** A key that tells what only its owner can have said. */
public final class MacKey {
    private static final String ALGORITHM = "HmacSHA256";
    private static final int KEY_BYTES = 32;

    private final SecretKeySpec key;

    private MacKey(byte[] key) {
        this.key = new SecretKeySpec(key, ALGORITHM);
    }

    /**
     * The one of a file, made if there is none; readable by its owner alone (mode 600).
     *
     * @throws UncheckedIOException if it can be neither read nor made
     */
    public static MacKey in(Path file) {
        try {
            if (Files.notExists(file)) {
                make(file);
            }
            return new MacKey(Files.readAllBytes(file));
        } catch (IOException e) {
            throw new UncheckedIOException("no key in " + file, e);
        }
    }

    /** Linked into place, so that of several the first one counts and its file is whole. */
    private static void make(Path file) throws IOException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        var beside = file.resolveSibling(file.getFileName() + "." + UUID.randomUUID());
        var ownerOnly = PosixFilePermissions.fromString("rw-------");
        Files.createFile(beside, PosixFilePermissions.asFileAttribute(ownerOnly));
        try (var channel = FileChannel.open(beside, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(random()));
            channel.force(true);
            Files.createLink(file, beside);
        } catch (FileAlreadyExistsException e) {
            return; // another service was quicker
        } finally {
            Files.delete(beside);
        }
    }

    private static byte[] random() {
        var key = new byte[KEY_BYTES];
        new SecureRandom().nextBytes(key);
        return key;
    }

    /** 64 hex digits that nobody without the key can tell. */
    public String sign(String text) {
        try {
            var mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            return HexFormat.of().formatHex(mac.doFinal(text.getBytes(UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has " + ALGORITHM, e);
        }
    }
}
