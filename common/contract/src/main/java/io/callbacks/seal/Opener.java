package io.callbacks.seal;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.crypto.tink.HybridDecrypt;
import com.google.crypto.tink.InsecureSecretKeyAccess;
import com.google.crypto.tink.RegistryConfiguration;
import com.google.crypto.tink.TinkJsonProtoKeysetFormat;
import com.google.crypto.tink.hybrid.HybridConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.Map;
import java.util.stream.Collectors;

/** Opens sealed env values with the private key; the deployer alone has it. */
public final class Opener {
    private final HybridDecrypt decrypt;

    private Opener(HybridDecrypt decrypt) {
        this.decrypt = decrypt;
    }

    /**
     * Reads the private keyset.
     *
     * @throws SealException if there is none, or it is broken
     */
    public static Opener of(Path privateKeyset) {
        try {
            HybridConfig.register();
            var json = Files.readString(privateKeyset);
            var keys = TinkJsonProtoKeysetFormat.parseKeyset(json, InsecureSecretKeyAccess.get());
            return new Opener(keys.getPrimitive(RegistryConfiguration.get(), HybridDecrypt.class));
        } catch (IOException | GeneralSecurityException e) {
            throw new SealException("cannot read the private keyset " + privateKeyset, e);
        }
    }

    /**
     * The plain values of an env.
     *
     * @throws SealException if one was not sealed for this callback and name, or with another key
     */
    public Map<String, String> open(String uid, Map<String, String> sealed) {
        return sealed.entrySet().stream()
                .collect(
                        Collectors.toUnmodifiableMap(
                                Map.Entry::getKey, e -> open(uid, e.getKey(), e.getValue())));
    }

    private String open(String uid, String name, String sealed) {
        try {
            var plain =
                    decrypt.decrypt(Base64.getDecoder().decode(sealed), SealContext.of(uid, name));
            return new String(plain, UTF_8);
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new SealException("cannot open '" + name + "' of " + uid, e);
        }
    }
}
