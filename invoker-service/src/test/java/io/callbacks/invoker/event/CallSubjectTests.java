package io.callbacks.invoker.event;

import static org.assertj.core.api.Assertions.assertThat;

import io.callbacks.invoker.event.CallSubject.Callee;
import io.callbacks.invoker.route.RouteTable;
import io.callbacks.invoker.testing.Targets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CallSubjectTests {
    private static final RouteTable TABLE =
            RouteTable.of(
                    List.of(
                            Targets.of(7, "POST", "shop/items/{id}").target(),
                            Targets.of(8, "GET", "shop").target()));

    private static Optional<Callee> found(String subject) {
        return CallSubject.parse(subject).orElseThrow().find(TABLE);
    }

    private static Optional<Long> id(String subject) {
        return found(subject).map(callee -> callee.target().callbackId());
    }

    @Test
    void findsACallbackByItsNumber() {
        assertThat(id("7")).contains(7L);
        assertThat(found("7").orElseThrow().parameters()).isEmpty();
        assertThat(id("9")).isEmpty();
        assertThat(id("999999999999999999")).isEmpty();
    }

    @Test
    void findsACallbackByMethodAndPath() {
        assertThat(id("POST shop/items/7")).contains(7L);
        assertThat(id("POST /shop/items/7")).contains(7L);
        assertThat(id("POST   shop/items/7/")).contains(7L);
        assertThat(id("GET shop")).contains(8L);
    }

    @Test
    void givesTheParametersOfThePath() {
        var callee = found("POST shop/items/a%20b").orElseThrow();
        assertThat(callee.parameters()).isEqualTo(Map.of("id", "a b"));
    }

    @Test
    void takesMethodsAsTheDoorDoes() {
        assertThat(id("HEAD shop")).contains(8L);
        assertThat(id("PUT shop")).isEmpty();
        assertThat(id("GET shop/items/7")).isEmpty();
        assertThat(id("GET unknown")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "0",
                "07",
                "-7",
                "+7",
                "7 ",
                "7.0",
                "1000000000000000000",
                "٧",
                "shop",
                "/shop",
                "post shop",
                "TRACE shop",
                "POST",
                "POST ",
                "POST shop?x=1",
                "POST shop#x",
                "POST shop items",
                "POSTshop",
                "POST shop/../items",
                "POST shop/%zz",
                "POST shop/%00"
            })
    void isNothingElse(String subject) {
        assertThat(CallSubject.parse(subject)).isEmpty();
    }

    @Test
    void endsWhereAPathIsTooLong() {
        assertThat(CallSubject.parse("GET " + "x".repeat(2048))).isPresent();
        assertThat(CallSubject.parse("GET " + "x".repeat(2049))).isEmpty();
    }

    @Test
    void saysWhatItIs() {
        assertThat(CallSubject.parse("7").orElseThrow()).hasToString("callback 7");
        assertThat(CallSubject.parse("GET shop").orElseThrow())
                .hasToString("callback for 'GET shop'");
    }
}
