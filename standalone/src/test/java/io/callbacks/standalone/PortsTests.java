package io.callbacks.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;

class PortsTests {
    @Test
    void takesFreeOnesThatAllDiffer() {
        var ports = Ports.choose(Options.parse("--port", "0", "--kafka-port", "0"));
        assertThat(
                        new int[] {
                            ports.gateway(),
                            ports.registry(),
                            ports.builder(),
                            ports.deployer(),
                            ports.kafka(),
                            ports.controller()
                        })
                .doesNotHaveDuplicates()
                .doesNotContain(0);
    }

    @Test
    void saysWhichPortIsTaken() throws IOException {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var port = String.valueOf(taken.getLocalPort());
            assertThatThrownBy(() -> Ports.choose(Options.parse("--port", port)))
                    .isInstanceOf(StartFailure.class)
                    .hasMessageContaining(port)
                    .hasMessageContaining("--port");
            assertThatThrownBy(
                            () -> Ports.choose(Options.parse("--port", "0", "--kafka-port", port)))
                    .isInstanceOf(StartFailure.class)
                    .hasMessageContaining(port)
                    .hasMessageContaining("--kafka-port");
        }
    }

    @Test
    void saysThatAnAddressIsNotOfThisMachine() {
        assertThatThrownBy(() -> Ports.choose(Options.parse("--host", "192.0.2.1")))
                .isInstanceOf(StartFailure.class)
                .hasMessageContaining("192.0.2.1");
    }
}
