package io.callbacks.seal;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.crypto.tink.InsecureSecretKeyAccess;
import com.google.crypto.tink.KeysetHandle;
import com.google.crypto.tink.TinkJsonProtoKeysetFormat;
import com.google.crypto.tink.hybrid.HybridConfig;
import com.google.crypto.tink.hybrid.PredefinedHybridParameters;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.util.Set;

/**
 * The two keysets in a directory: {@code seal-private.json} for the deployer, {@code
 * seal-public.json} for the registry, both readable by their owner alone (mode 600).
 *
 * @param publicKeyset what {@link Sealer} needs
 * @param privateKeyset what {@link Opener} needs
 */
public record SealKeys(Path publicKeyset, Path privateKeyset) {
    private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    /**
     * The keysets of a directory, made if there are none.
     *
     * @throws SealException if they can be neither read nor made
     */
    public static SealKeys in(Path directory) {
        var keys =
                new SealKeys(
                        directory.resolve("seal-public.json"),
                        directory.resolve("seal-private.json"));
        try {
            Files.createDirectories(directory);
            if (!Files.exists(keys.privateKeyset)) {
                HybridConfig.register();
                write(keys.privateKeyset, newKeyset());
            }
            if (!Files.exists(keys.publicKeyset)) {
                write(keys.publicKeyset, publicPart(Files.readString(keys.privateKeyset)));
            }
            return keys;
        } catch (IOException | GeneralSecurityException e) {
            throw new SealException("cannot make keys in " + directory, e);
        }
    }

    private static String newKeyset() throws GeneralSecurityException {
        var handle =
                KeysetHandle.generateNew(
                        PredefinedHybridParameters.ECIES_P256_HKDF_HMAC_SHA256_AES128_GCM);
        return TinkJsonProtoKeysetFormat.serializeKeyset(handle, InsecureSecretKeyAccess.get());
    }

    private static String publicPart(String privateKeyset) throws GeneralSecurityException {
        HybridConfig.register();
        var handle =
                TinkJsonProtoKeysetFormat.parseKeyset(privateKeyset, InsecureSecretKeyAccess.get());
        return TinkJsonProtoKeysetFormat.serializeKeysetWithoutSecret(
                handle.getPublicKeysetHandle());
    }

    /**
     * Linked into place whole, so that of several services that make keys one's are everybody's.
     */
    private static void write(Path file, String json) throws IOException {
        var beside =
                Files.createTempFile(file.toAbsolutePath().getParent(), "new-", null, OWNER_ONLY);
        try {
            try (var channel = FileChannel.open(beside, StandardOpenOption.WRITE)) {
                channel.write(ByteBuffer.wrap(json.getBytes(UTF_8)));
                channel.force(true);
            }
            Files.createLink(file, beside);
        } catch (FileAlreadyExistsException e) {
            return; // another service was quicker
        } finally {
            Files.delete(beside);
        }
    }
}
