package io.callbacks.registry.validation;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.callbacks.registry.testing.Answer;
import io.callbacks.registry.testing.Caller;
import io.callbacks.registry.testing.Registry;
import io.callbacks.registry.testing.RunningRegistry;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What is not the JSON of a request is refused as cleanly as what is. */
@ExtendWith(RunningRegistry.class)
class BodyValidationTests {
    private final Caller caller;

    BodyValidationTests(Registry registry) {
        caller = new Caller(registry::uri);
    }

    static Stream<Arguments> brokenBodies() {
        var good = Caller.callback("broken", "");
        return Stream.of(
                arguments("nothing", "", "malformed-json"),
                arguments("blanks", " \n", "malformed-json"),
                arguments("a word", "hello", "malformed-json"),
                arguments("half", good.substring(0, 40), "malformed-json"),
                arguments("a form", "path=a&method=GET", "malformed-json"),
                arguments("single quotes", "{'path': 'a'}", "malformed-json"),
                arguments("a trailing comma", "{\"path\": \"a\",}", "malformed-json"),
                arguments("a comment", good + " // mine", "malformed-json"),
                arguments("not a number", "{\"timeout_seconds\": NaN}", "malformed-json"),
                arguments("two documents", good + good, "malformed-json"),
                arguments("rubbish behind it", good + "x", "malformed-json"),
                arguments("a name twice", "{\"path\": \"a\", \"path\": \"b\"}", "malformed-json"),
                arguments(
                        "an env name twice",
                        "{\"env\": {\"A\": \"a\", \"A\": \"b\"}}",
                        "malformed-json"),
                arguments("deep lists", "[".repeat(100_000), "malformed-json"),
                arguments(
                        "deep objects",
                        "{\"env\": " + "{\"a\": ".repeat(2_000) + "1" + "}".repeat(2_001),
                        "malformed-json"),
                arguments(
                        "a number of 100,000 digits",
                        "{\"timeout_seconds\": " + "9".repeat(100_000) + "}",
                        "malformed-json"),
                arguments(
                        "a name of 100,000 letters",
                        "{\"" + "a".repeat(100_000) + "\": 1}",
                        "malformed-json"),
                arguments("a bare control character", "{\"path\": \"a\u0001\"}", "malformed-json"),
                arguments("an unknown escape", "{\"path\": \"\\x41\"}", "malformed-json"),
                arguments("null", "null", "invalid-body"),
                arguments("a number", "5", "invalid-body"),
                arguments("a text", "\"path\"", "invalid-body"),
                arguments("a list", "[" + good + "]", "invalid-body"));
    }

    @ParameterizedTest(name = "{0}: {2}")
    @MethodSource("brokenBodies")
    void refusesBrokenBody(String what, String body, String problem) {
        var answer = caller.post("/callbacks", body);
        assertClean(answer, 400);
        if (problem.equals("malformed-json")) {
            assertThat(answer.problem()).isEqualTo(problem);
        } else {
            assertThat(answer.text("/errors/0/problem")).isEqualTo(problem);
        }
    }

    static Stream<Arguments> badEncodings() {
        return Stream.of(
                arguments("Latin-1", text("ü").getBytes(ISO_8859_1)),
                arguments("UTF-16 without its mark", text("a").getBytes(UTF_16LE)),
                arguments("a lone continuation byte", bytes(text("@"), 0x80)),
                arguments("an overlong slash", bytes(text("@"), 0xc0, 0xaf)),
                arguments("a character cut short", bytes(text("@"), 0xe2, 0x82)),
                arguments("beyond Unicode", bytes(text("@"), 0xf5, 0x80, 0x80, 0x80)),
                arguments("an encoded surrogate", bytes(text("@"), 0xed, 0xa0, 0x80)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("badEncodings")
    void refusesWhatIsNotUtf8(String what, byte[] body) {
        var answer = caller.call("POST", "/callbacks", body, "Content-Type", "application/json");
        assertClean(answer, 400);
        assertThat(answer.problem()).isIn("malformed-json", "invalid-code");
    }

    @Test
    void passesOverAByteOrderMark() {
        var body = "\ufeff" + Caller.callback(Caller.freshPath(), "");
        assertThat(caller.post("/callbacks", body).status()).isEqualTo(201);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    POST   | /callbacks              | text/plain
                    POST   | /callbacks              | application/x-www-form-urlencoded
                    POST   | /callbacks              | application/merge-patch+json
                    POST   | /callbacks              | application/problem+json
                        POST   | /callbacks              | nonsense
                    POST   | /callbacks              |
                    PUT    | /callbacks/1            | text/plain
                    PUT    | /callbacks/1            | application/merge-patch+json
                    PATCH  | /callbacks/1            | application/json-patch+json
                    POST   | /callbacks/1/rollback   | text/plain
                    POST   | /deploy                 | text/plain
                    """)
    void refusesOtherContentTypes(String method, String path, String type) {
        var headers = type == null ? new String[0] : new String[] {"Content-Type", type};
        var answer = caller.call(method, path, "{}".getBytes(UTF_8), headers);
        assertClean(answer, 415);
        assertThat(answer.problem()).isEqualTo("unsupported-media-type");
    }

    @ParameterizedTest
    @CsvSource({"application/json; charset=utf-8", "application/json;charset=\"UTF-8\""})
    void acceptsJsonWithItsCharset(String type) {
        var body = Caller.callback(Caller.freshPath(), "").getBytes(UTF_8);
        var answer = caller.call("POST", "/callbacks", body, "Content-Type", type);
        assertThat(answer.status()).isEqualTo(201);
    }

    @ParameterizedTest
    @CsvSource({"POST,/callbacks", "PUT,/callbacks/1", "PATCH,/callbacks/1", "POST,/deploy"})
    void refusesTenMegabytes(String method, String path) {
        var body =
                Caller.callback(
                        "large", "\"env\": {\"A\": \"%s\"}".formatted("x".repeat(10 << 20)));
        var answer =
                caller.call(method, path, body.getBytes(UTF_8), "Content-Type", "application/json");
        assertClean(answer, 413);
        assertThat(answer.problem()).isEqualTo("body-too-large");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    GET    | /callbacks/abc                 | 400 | invalid-id
                    GET    | /callbacks/1.5                 | 400 | invalid-id
                    GET    | /callbacks/99999999999999999999 | 400 | invalid-id
                    GET    | /callbacks/-1                  | 404 | unknown-callback
                    GET    | /callbacks/999999              | 404 | unknown-callback
                    GET    | /callbacks/999999/revisions    | 404 | unknown-callback
                    GET    | /callbacks/999999/events       | 404 | unknown-callback
                    DELETE | /callbacks/999999              | 404 | unknown-callback
                    GET    | /nowhere                       | 404 | not-found
                    GET    | /callbacks/1/nowhere           | 404 | not-found
                    DELETE | /callbacks                     | 405 | method-not-allowed
                    POST   | /callbacks/1                   | 405 | method-not-allowed
                    GET    | /deploy                        | 405 | method-not-allowed
                    """)
    void answersCallsThatNameNothing(String method, String path, int status, String problem) {
        var answer = caller.call(method, path, new byte[0]);
        assertClean(answer, status);
        assertThat(answer.problem()).isEqualTo(problem);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    limit=0       | limit  | invalid-limit
                    limit=201     | limit  | invalid-limit
                    limit=-1      | limit  | invalid-limit
                    limit=abc     | limit  | invalid-limit
                    limit=1.5     | limit  | invalid-limit
                    cursor=x      | cursor | invalid-cursor
                    cursor=-1     | cursor | invalid-cursor
                    method=HEAD   | method | invalid-method
                    status=new    | status | invalid-status
                    colour=red    | colour | unknown-field
                    """)
    void refusesListOfWhatThereIsNot(String query, String field, String problem) {
        var answer = caller.get("/callbacks?" + query);
        assertClean(answer, 400);
        assertThat(answer.problem()).isEqualTo(problem);
        assertThat(answer.field()).isEqualTo(field);
    }

    /** Patterns must not make a short request a long one. */
    @ParameterizedTest(name = "{0}")
    @MethodSource
    void judgesHostileLibrariesQuickly(String what, String library) {
        var body = Caller.callback(Caller.freshPath(), "\"library\": \"%s\"".formatted(library));
        var begun = System.nanoTime();
        assertThat(caller.post("/callbacks", body).status()).isIn(201, 400);
        assertThat(System.nanoTime() - begun).isLessThan(3_000_000_000L);
    }

    static Stream<Arguments> judgesHostileLibrariesQuickly() {
        return Stream.of(
                arguments("blanks", "a" + " ".repeat(60_000) + "!"),
                arguments("blanks between brackets", "a[" + " ".repeat(60_000) + "!"),
                arguments("blanks behind an operator", "a==" + " ".repeat(60_000) + "!"),
                arguments("versions", "a" + "==1,".repeat(15_000) + "!"),
                arguments("versions without end", "a==1" + ",==1".repeat(15_000)),
                arguments("extras", "a[" + "a,".repeat(30_000) + "!"),
                arguments("extras without end", "a[a" + ",a".repeat(30_000) + "]"),
                arguments("dots", "a" + ".".repeat(60_000) + "!"),
                arguments("letters", "a".repeat(60_000) + "!"),
                arguments("lines", "a\\n".repeat(15_000)),
                arguments("comments", "# ".repeat(30_000)));
    }

    private static String text(String code) {
        return """
               {"path": "encoding", "method": "GET", "type": "python", "code": "%s"}"""
                .formatted(code);
    }

    /** A text with bytes for its at sign. */
    private static byte[] bytes(String text, int... instead) {
        var at = text.indexOf('@');
        var bytes = Arrays.copyOf(text.getBytes(UTF_8), text.length() - 1 + instead.length);
        for (int i = 0; i < instead.length; i++) {
            bytes[at + i] = (byte) instead[i];
        }
        var rest = text.substring(at + 1).getBytes(UTF_8);
        System.arraycopy(rest, 0, bytes, at + instead.length, rest.length);
        return bytes;
    }

    private static void assertClean(Answer answer, int status) {
        assertThat(answer.status()).as("%s", answer).isEqualTo(status);
        assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
        assertThat(answer.response().body())
                .doesNotContain("Exception")
                .doesNotContain("\\tat ")
                .doesNotContain("org.springframework")
                .doesNotContain("tools.jackson");
    }
}
