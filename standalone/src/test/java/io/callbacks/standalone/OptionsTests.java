package io.callbacks.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OptionsTests {
    @Test
    void hasDefaults() {
        var options = Options.parse();
        assertThat(options.host()).isEqualTo("127.0.0.1");
        assertThat(options.port()).isEqualTo(8000);
        assertThat(options.data()).isEqualTo(Path.of("data"));
        assertThat(options.kafkaPort()).isEmpty();
        assertThat(options.purpose()).isEqualTo(Options.Purpose.SERVE);
    }

    @Test
    void takesValuesBehindASpaceOrAnEqualsSign() {
        var options = Options.parse("--port", "9000", "--host=0.0.0.0", "--data=/a=b");
        assertThat(options.port()).isEqualTo(9000);
        assertThat(options.host()).isEqualTo("0.0.0.0");
        assertThat(options.data()).isEqualTo(Path.of("/a=b"));
    }

    @ParameterizedTest
    @CsvSource({"--port,many", "--port,-1", "--port,65536", "--kafka-port,1.5"})
    void refusesWhatIsNoPort(String name, String value) {
        assertThatThrownBy(() -> Options.parse(name, value))
                .isInstanceOf(StartFailure.class)
                .hasMessageContaining(name)
                .hasMessageContaining(value);
    }

    @Test
    void refusesUnknownOptionsByName() {
        assertThatThrownBy(() -> Options.parse("--bogus"))
                .isInstanceOf(StartFailure.class)
                .hasMessageContaining("--bogus");
    }

    @Test
    void refusesAnOptionWithoutItsValue() {
        assertThatThrownBy(() -> Options.parse("--data"))
                .isInstanceOf(StartFailure.class)
                .hasMessageContaining("--data needs a value");
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1,http://127.0.0.1:8000",
        "0.0.0.0,http://127.0.0.1:8000",
        "localhost,http://localhost:8000",
        "::1,http://[::1]:8000"
    })
    void knowsWhereTheGatewayIsMet(String host, URI url) {
        assertThat(Options.parse("--host", host).url(8000)).isEqualTo(url);
    }
}
