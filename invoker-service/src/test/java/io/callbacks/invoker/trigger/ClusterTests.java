package io.callbacks.invoker.trigger;

import static java.util.Map.entry;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.callbacks.event.Trigger;
import io.callbacks.invoker.delivery.DeliverySettings;
import io.callbacks.seal.Opener;
import io.callbacks.seal.SealException;
import io.callbacks.seal.SealKeys;
import io.callbacks.seal.Sealer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.kafka.common.config.types.Password;
import org.apache.kafka.common.security.JaasContext;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClusterTests {
    private static final String UID = "uid-7";
    private static final String CA = "-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----";
    private static final Supplier<Opener> NO_KEYS =
            () -> {
                throw new AssertionError("there is nothing to open here");
            };

    @TempDir private Path directory;
    private SealKeys keys;
    private Cluster cluster;

    @BeforeEach
    void makeKeys() {
        keys = SealKeys.in(directory);
        var opener = Opener.of(keys.privateKeyset());
        cluster = new Cluster("own:9092", () -> opener);
    }

    private static Trigger trigger(Trigger.@Nullable Cluster at) {
        return new Trigger(
                "orders",
                "orders",
                "billing",
                Trigger.Start.LATEST,
                1,
                1,
                Trigger.Filter.NONE,
                null,
                at,
                false);
    }

    private String sealed(String password) {
        return Sealer.of(keys.publicKeyset()).seal(UID, Trigger.sealedAs("orders"), password);
    }

    private Trigger sasl(String mechanism, String username, String password) {
        return trigger(
                new Trigger.Cluster(
                        "broker:9093", "SASL_SSL", mechanism, username, sealed(password), CA));
    }

    /** What Kafka's client makes of it. */
    private static Map<String, ?> loginOptions(Map<String, Object> settings) {
        var config = requireNonNull((String) settings.get("sasl.jaas.config"));
        var read = JaasContext.loadClientContext(Map.of("sasl.jaas.config", new Password(config)));
        return read.configurationEntries().getFirst().getOptions();
    }

    @Test
    void isThePlatformsOwnWhereTheTriggerNamesNone() {
        var own = new Cluster("own:9092", NO_KEYS);
        assertThat(own.servers(trigger(null))).isEqualTo("own:9092");
        assertThat(own.security(UID, trigger(null))).isEmpty();
    }

    @Test
    void isAnotherOneInTheClear() {
        var plain = trigger(new Trigger.Cluster("b:1,c:2", "PLAINTEXT", null, null, null, null));
        var other = new Cluster("own:9092", NO_KEYS);
        assertThat(other.servers(plain)).isEqualTo("b:1,c:2");
        assertThat(other.security(UID, plain))
                .containsOnly(entry("security.protocol", "PLAINTEXT"));
    }

    @Test
    void trustsTheCertificatesItIsGiven() {
        var tls = trigger(new Trigger.Cluster("b:1", "SSL", null, null, null, CA));
        assertThat(cluster.security(UID, tls))
                .containsOnly(
                        entry("security.protocol", "SSL"),
                        entry("ssl.truststore.type", "PEM"),
                        entry("ssl.truststore.certificates", CA));
    }

    @Test
    void logsInWithPlain() {
        assertThat(cluster.security(UID, sasl("PLAIN", "billing", "secret")))
                .containsEntry("security.protocol", "SASL_SSL")
                .containsEntry("sasl.mechanism", "PLAIN")
                .containsEntry(
                        "sasl.jaas.config",
                        "org.apache.kafka.common.security.plain.PlainLoginModule required "
                                + "username=\"billing\" password=\"secret\";");
    }

    @ParameterizedTest
    @ValueSource(strings = {"SCRAM-SHA-256", "SCRAM-SHA-512"})
    void logsInWithScram(String mechanism) {
        assertThat(cluster.security(UID, sasl(mechanism, "billing", "secret")))
                .containsEntry("sasl.mechanism", mechanism)
                .containsEntry(
                        "sasl.jaas.config",
                        "org.apache.kafka.common.security.scram.ScramLoginModule required "
                                + "username=\"billing\" password=\"secret\";");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a\"b",
                "a\\b",
                "\\",
                "\"",
                "\\\"",
                "a\\nb",
                "a\\101b",
                "';x=\"y\";",
                "a = b # c // d /* e */",
                " blank ",
                "ä€\uD83D\uDE00",
                "%s ${env:HOME}"
            })
    void logsInWithWhateverStandsInNamesAndPasswords(String text) {
        assertThat(loginOptions(cluster.security(UID, sasl("PLAIN", text, text))))
                .isEqualTo(Map.of("username", text, "password", text));
    }

    @Test
    void cannotBeReachedWithAPasswordOfAnotherCallback() {
        assertThatExceptionOfType(SealException.class)
                .isThrownBy(() -> cluster.security("uid-8", sasl("PLAIN", "billing", "secret")));
    }

    @Test
    void tellsNobodyItsSecrets() {
        var trigger = sasl("PLAIN", "billing", "secret");
        var security = new HashMap<>(cluster.security(UID, trigger));
        var settings = new DeliverySettings("name", "orders", security, true, 1, 1, 1, 1);
        assertThat(settings).hasToString("DeliverySettings[name=name, topic=orders]");
        var shown = requireNonNull(trigger.cluster());
        assertThat(trigger.toString())
                .contains("Cluster[servers=broker:9093, protocol=SASL_SSL, username=billing]")
                .doesNotContain("secret", requireNonNull(shown.passwordSealed()), "MII");
    }
}
