package io.callbacks.deployer.docker;

import java.util.Map;
import java.util.Optional;

/** Runs the firewall's script where its rules count. */
interface FirewallRunner {
    /**
     * @param settings environment variables of the script
     * @return why the rules are not in force; empty if they are
     */
    Optional<String> run(String script, Map<String, String> settings);
}
