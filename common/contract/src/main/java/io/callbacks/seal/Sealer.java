package io.callbacks.seal;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.crypto.tink.HybridEncrypt;
import com.google.crypto.tink.KeysetHandle;
import com.google.crypto.tink.RegistryConfiguration;
import com.google.crypto.tink.TinkJsonProtoKeysetFormat;
import com.google.crypto.tink.hybrid.HybridConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Base64;

/** Closes env values with the public key. Whoever has only this cannot open them. */
public final class Sealer {
    private final HybridEncrypt encrypt;
    private final String keyId;

    private Sealer(KeysetHandle publicKeys) throws GeneralSecurityException {
        encrypt = publicKeys.getPrimitive(RegistryConfiguration.get(), HybridEncrypt.class);
        keyId = Integer.toUnsignedString(publicKeys.getPrimary().getId());
    }

    /**
     * Reads the public keyset.
     *
     * @throws SealException if there is none, or it is broken
     */
    public static Sealer of(Path publicKeyset) {
        try {
            HybridConfig.register();
            var json = Files.readString(publicKeyset);
            return new Sealer(TinkJsonProtoKeysetFormat.parseKeysetWithoutSecret(json));
        } catch (IOException | GeneralSecurityException e) {
            throw new SealException("cannot read the public keyset " + publicKeyset, e);
        }
    }

    /** The key new values are sealed with. */
    public String keyId() {
        return keyId;
    }

    /** Seals a value for this callback and this name only. */
    public String seal(String uid, String name, String value) {
        try {
            var sealed = encrypt.encrypt(value.getBytes(UTF_8), SealContext.of(uid, name));
            return Base64.getEncoder().encodeToString(sealed);
        } catch (GeneralSecurityException e) {
            throw new SealException("cannot seal '" + name + "' of " + uid, e);
        }
    }
}
