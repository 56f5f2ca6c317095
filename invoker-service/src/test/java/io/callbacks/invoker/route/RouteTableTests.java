package io.callbacks.invoker.route;

import static org.assertj.core.api.Assertions.assertThat;

import io.callbacks.invoker.testing.Targets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RouteTableTests {
    private static RouteTable table(String... callbacks) {
        var id = new long[1];
        return RouteTable.of(
                Arrays.stream(callbacks)
                        .map(callback -> callback.split(" "))
                        .map(parts -> Targets.of(++id[0], parts[0], parts[1]).target())
                        .toList());
    }

    private static String found(RouteTable table, String method, String path) {
        return switch (table.match(RequestPath.parse(path), method)) {
            case Match.Found(var target, _) -> target.template().text();
            case Match.OtherMethod(var allowed) -> allowed.toString();
            case Match.UnknownPath _ -> "unknown";
        };
    }

    @Test
    void prefersExactToParameterToRest() {
        for (var order :
                List.of(
                        new String[] {"GET {r*}", "GET a/{p}", "GET a/b", "GET {p}/b"},
                        new String[] {"GET {p}/b", "GET a/b", "GET a/{p}", "GET {r*}"})) {
            var table = table(order);
            assertThat(found(table, "GET", "/a/b")).isEqualTo("a/b");
            assertThat(found(table, "GET", "/a/c")).isEqualTo("a/{p}");
            assertThat(found(table, "GET", "/c/b")).isEqualTo("{p}/b");
            assertThat(found(table, "GET", "/c/c")).isEqualTo("{r*}");
        }
    }

    @Test
    void turnsBackWhereTheExactWayEnds() {
        var table = table("GET a/b/c", "GET a/{x}/d", "GET {r*}");
        assertThat(found(table, "GET", "/a/b/d")).isEqualTo("a/{x}/d");
        assertThat(found(table, "GET", "/a/b/e")).isEqualTo("{r*}");
    }

    @Test
    void takesNothingAndEmptySegmentsForARestOnly() {
        var table = table("GET files/{path*}", "GET a/{p}");
        assertThat(found(table, "GET", "/files")).isEqualTo("files/{path*}");
        assertThat(found(table, "GET", "/files/a//b")).isEqualTo("files/{path*}");
        assertThat(found(table, "GET", "/a//")).isEqualTo("unknown");
        assertThat(found(table, "GET", "/a")).isEqualTo("unknown");
    }

    @Test
    void prefersTheMethodItselfToAny() {
        var table = table("ANY a", "POST a", "ANY {p}");
        assertThat(table.match(RequestPath.parse("/a"), "POST"))
                .extracting(match -> ((Match.Found) match).target().callbackId())
                .isEqualTo(2L);
        assertThat(found(table, "DELETE", "/a")).isEqualTo("a");
    }

    @Test
    void goesToALessExactPathThatTakesTheMethod() {
        var table = table("GET a/b", "POST a/{p}");
        assertThat(found(table, "POST", "/a/b")).isEqualTo("a/{p}");
        assertThat(found(table, "PUT", "/a/b")).isEqualTo("[GET, HEAD, OPTIONS, POST]");
    }

    @Test
    void takesAHeadForAGet() {
        assertThat(found(table("GET a"), "HEAD", "/a")).isEqualTo("a");
        assertThat(found(table("POST a"), "HEAD", "/a")).isEqualTo("[OPTIONS, POST]");
    }

    @Test
    void givesTheParametersTheirValues() {
        var match = table("GET {a}/x/{b}/{c*}").match(RequestPath.parse("/1/x/%32/3/4"), "GET");
        assertThat(((Match.Found) match).parameters())
                .isEqualTo(Map.of("a", "1", "b", "2", "c", "3/4"));
    }

    @Test
    void letsTheLaterOfTwoAlikeWin() {
        for (var table : List.of(table("GET a/{x}", "GET a/{y}"))) {
            assertThat(found(table, "GET", "/a/1")).isEqualTo("a/{y}");
        }
    }
}
