package io.callbacks.invoker.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RequestPathTests {
    @Test
    void cutsAtSlashes() {
        assertThat(RequestPath.parse("/a/b").segments()).containsExactly("a", "b");
        assertThat(RequestPath.parse("/a/b/").segments()).containsExactly("a", "b");
        assertThat(RequestPath.parse("/a//b").segments()).containsExactly("a", "", "b");
        assertThat(RequestPath.parse("/").segments()).isEmpty();
        assertThat(RequestPath.parse("").segments()).isEmpty();
    }

    @Test
    void decodesAllButEncodedSeparators() {
        assertThat(RequestPath.parse("/%61%C3%A4+%20").segments()).containsExactly("aä+ ");
        assertThat(RequestPath.parse("/a%2Fb%5cc%252F").segments()).containsExactly("a%2Fb%5cc%2F");
    }

    @Test
    void acceptsDotsThatAreNoSegment() {
        assertThat(RequestPath.parse("/...").segments()).containsExactly("...");
        assertThat(RequestPath.parse("/a.b/.c").segments()).containsExactly("a.b", ".c");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/.", "/..", "/%2e", "/a/%2E%2e/b", "/a%2f.%2fb", "/..%5Ca", "/a/.."})
    void refusesDotSegments(String path) {
        assertThatExceptionOfType(MalformedPathException.class)
                .isThrownBy(() -> RequestPath.parse(path))
                .withMessageContaining("dot segment");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/%", "/%a", "/%g0", "/a%0", "/%00", "/%ff", "/%c0%af", "/%ed%a0%80"})
    void refusesBrokenEncodings(String path) {
        assertThatExceptionOfType(MalformedPathException.class)
                .isThrownBy(() -> RequestPath.parse(path));
    }
}
