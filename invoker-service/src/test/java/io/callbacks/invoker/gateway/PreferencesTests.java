package io.callbacks.invoker.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PreferencesTests {
    private static boolean wantsNoWait(String... values) {
        var headers = new DefaultHttpHeaders();
        for (var value : values) {
            headers.add("prefer", value);
        }
        return Preferences.wantsNoWait(headers);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "respond-async",
                "Respond-Async",
                "wait=1 ,  respond-async",
                "respond-async, wait=10",
                "wait=10,respond-async",
                "wait=10 , respond-async;x=1",
                "return=minimal; a=b, respond-async"
            })
    void areToBeAnsweredAtOnce(String value) {
        assertThat(wantsNoWait(value)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "wait=10",
                "respond-asynchronously",
                "not-respond-async",
                "x=respond-async",
                "respond async",
                "x; respond-async",
                "x=\"respond-async\""
            })
    void areSomethingElse(String value) {
        assertThat(wantsNoWait(value)).isFalse();
    }

    @Test
    void standInOneOfSeveralHeaders() {
        assertThat(wantsNoWait("wait=10", "respond-async")).isTrue();
        assertThat(wantsNoWait("wait=10", "return=minimal")).isFalse();
        assertThat(wantsNoWait()).isFalse();
    }
}
