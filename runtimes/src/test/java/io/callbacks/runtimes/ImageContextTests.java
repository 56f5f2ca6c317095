package io.callbacks.runtimes;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ImageContextTests {
    @Test
    void holdsTheDockerfileAndWhatItCopies() {
        assertThat(ImageContext.of("python").files())
                .containsKeys("Dockerfile", "main.py", "callbacks_shim/front.py")
                .doesNotContainKeys("extra-ca.crt", "tests/test_http1.py");
        assertThat(ImageContext.of("node").files())
                .containsKeys("Dockerfile", "main.js", "lib/front.js")
                .doesNotContainKeys("extra-ca.crt", "test/http1.test.js");
    }
}
