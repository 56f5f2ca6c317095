package io.callbacks.deployer.docker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The script as it is, with programs in place of iptables that write down what they are told. */
class FirewallScriptTests {
    @TempDir Path directory;

    @BeforeEach
    void standIn() throws IOException {
        program("iptables", "echo \"$@\" >>calls; case \"$*\" in *-C*) [ -e hooked ];; esac");
        program("iptables-restore", "cat >rules");
    }

    private void program(String name, String what) throws IOException {
        var file = directory.resolve(name);
        Files.writeString(file, "#!/bin/sh\ncd '" + directory + "'\n" + what + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
    }

    @Test
    void replacesItsChainsInOneStepAndHooksThemIn() throws Exception {
        assertThat(run("", "")).isZero();
        assertThat(rules())
                .startsWith("*filter", ":CALLBACKS-FORWARD - [0:0]", ":CALLBACKS-INPUT - [0:0]")
                .endsWith("COMMIT");
        assertThat(calls())
                .contains(
                        "-w 5 -I DOCKER-USER -j CALLBACKS-FORWARD",
                        "-w 5 -I INPUT -j CALLBACKS-INPUT");
    }

    @Test
    void hooksThemInOnce() throws Exception {
        Files.createFile(directory.resolve("hooked"));
        assertThat(run("", "")).isZero();
        assertThat(calls()).noneMatch(call -> call.matches(".* -[IA] .*"));
    }

    @Test
    void rejectsPrivateAddressesAndTheMachineItself() throws Exception {
        assertThat(run("", "")).isZero();
        for (var bridge : List.of("run", "build")) {
            assertThat(rules())
                    .contains(
                            "-A CALLBACKS-FORWARD -i " + bridge + " -d 169.254.0.0/16 -j REJECT",
                            "-A CALLBACKS-FORWARD -i " + bridge + " -d 10.0.0.0/8 -j REJECT",
                            "-A CALLBACKS-FORWARD -i " + bridge + " -d 172.16.0.0/12 -j REJECT",
                            "-A CALLBACKS-FORWARD -i " + bridge + " -d 192.168.0.0/16 -j REJECT",
                            "-A CALLBACKS-INPUT -i " + bridge + " -j REJECT");
        }
        assertThat(rules()).noneMatch(rule -> rule.contains("ACCEPT"));
    }

    @Test
    void letsBuildsAloneReachIndexes() throws Exception {
        assertThat(run("", "10.9.9.9 192.168.7.0/24")).isZero();
        assertThat(calls())
                .contains(
                        "-w 5 -A CALLBACKS-ALLOW -i build -d 10.9.9.9 -j ACCEPT",
                        "-w 5 -A CALLBACKS-ALLOW -i build -d 192.168.7.0/24 -j ACCEPT");
    }

    @Test
    void letsTheGatewayCallInAndNothingOut() throws Exception {
        assertThat(run("gate", "")).isZero();
        assertThat(calls())
                .contains(
                        "-w 5 -A CALLBACKS-ALLOW -i gate -o run -p tcp --dport 8080 -j ACCEPT",
                        "-w 5 -A CALLBACKS-ALLOW -i run -o gate -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT");
    }

    @Test
    void looksFirstAtWhatIsAllowed() throws Exception {
        assertThat(run("", "")).isZero();
        for (var chain : List.of("CALLBACKS-FORWARD", "CALLBACKS-INPUT")) {
            assertThat(rules())
                    .filteredOn(rule -> rule.startsWith("-A " + chain))
                    .first()
                    .isEqualTo("-A " + chain + " -j CALLBACKS-ALLOW");
        }
    }

    @Test
    void failsWhereItMayNot() throws Exception {
        program("iptables-restore", "echo 'Permission denied' >&2; exit 4");
        assertThat(run("", "")).isEqualTo(4);
    }

    private int run(String gateway, String indexes) throws IOException, InterruptedException {
        var builder = new ProcessBuilder("sh", "-s");
        builder.environment().put("PATH", directory + ":" + System.getenv("PATH"));
        builder.environment()
                .putAll(
                        Map.of(
                                "RUN", "run", "BUILD", "build", "GATEWAY", gateway, "PORT", "8080",
                                "INDEXES", indexes));
        var process = builder.start();
        try (var input = process.outputWriter(UTF_8)) {
            input.write(Firewall.script());
        }
        return process.waitFor();
    }

    private List<String> rules() throws IOException {
        return Files.readAllLines(directory.resolve("rules"));
    }

    private List<String> calls() throws IOException {
        return Files.readAllLines(directory.resolve("calls"));
    }
}
