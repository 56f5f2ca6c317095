package io.callbacks.deployer.docker;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Runs it here, if this is the machine whose bridges it is about. */
final class LocalFirewallRunner implements FirewallRunner {
    private static final Duration LONGEST = Duration.ofSeconds(20);

    @Override
    public Optional<String> run(String script, Map<String, String> settings) {
        try {
            return isTheEnginesNetwork()
                    ? runHere(script, settings)
                    : Optional.of("the engine's network is not the deployer's");
        } catch (IOException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.of("interrupted");
        }
    }

    /** Whose bridge is to be seen is in the network of the engine. */
    private static boolean isTheEnginesNetwork() throws SocketException {
        return NetworkInterface.getByName(CallbacksNetwork.BRIDGE) != null;
    }

    private static Optional<String> runHere(String script, Map<String, String> settings)
            throws IOException, InterruptedException {
        var builder = new ProcessBuilder("sh", "-s").redirectErrorStream(true);
        builder.environment().putAll(settings);
        var process = builder.start();
        try (var input = process.outputWriter(UTF_8)) {
            input.write(script);
        }
        if (!process.waitFor(LONGEST.toMillis(), TimeUnit.MILLISECONDS)) {
            process.destroyForcibly();
            return Optional.of("iptables does not end");
        }
        var said = new String(process.getInputStream().readAllBytes(), UTF_8).strip();
        return process.exitValue() == 0 ? Optional.empty() : Optional.of(said);
    }
}
