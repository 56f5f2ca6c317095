package io.callbacks.deployer.docker;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps callbacks and builds from private addresses and from the engine's machine, where that is
 * permitted; else it is told what is missing.
 */
final class Firewall {
    private static final Logger log = LoggerFactory.getLogger(Firewall.class);

    private static final String MISSING =
            "Callbacks and builds can reach private addresses and services of the engine's machine, since the firewall could not be set up (%s); run the deployer as root on that machine, or set callbacks.docker.firewall-image to an image with iptables.";

    private final List<FirewallRunner> runners;
    private final GatewayBridge gateway;
    private final List<String> indexAddresses;
    private volatile @Nullable String limitation;

    /**
     * @param runners tried in turn
     */
    Firewall(List<FirewallRunner> runners, GatewayBridge gateway, List<String> indexAddresses) {
        this.runners = runners;
        this.gateway = gateway;
        this.indexAddresses = indexAddresses;
    }

    /** Sets it up, or finds out why that cannot be. */
    void ensure() {
        var settings =
                Map.of(
                        "RUN", CallbacksNetwork.BRIDGE,
                        "BUILD", "cbk-build",
                        "GATEWAY", gateway.name(),
                        "PORT", Integer.toString(ContainerRequest.PORT),
                        "INDEXES", String.join(" ", indexAddresses));
        String reason = null;
        for (var runner : runners) {
            reason = runner.run(script(), settings).orElse(null);
            if (reason == null) {
                break;
            }
        }
        tell(reason == null ? null : MISSING.formatted(reason));
    }

    private void tell(@Nullable String news) {
        if (!Objects.equals(news, limitation)) {
            limitation = news;
            log.info("Firewall: {}", news == null ? "set up" : news);
        }
    }

    /** What it does not do, and what to do about it; empty if it is set up. */
    Optional<String> limitation() {
        return Optional.ofNullable(limitation);
    }

    static String script() {
        try (InputStream script = Firewall.class.getResourceAsStream("firewall.sh")) {
            return new String(Objects.requireNonNull(script).readAllBytes(), UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
