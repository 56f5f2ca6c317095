package io.callbacks.registry.validation;

import static io.callbacks.registry.testing.Caller.freshPath;
import static org.assertj.core.api.Assertions.assertThat;

import io.callbacks.registry.testing.Answer;
import io.callbacks.registry.testing.Caller;
import io.callbacks.registry.testing.Registry;
import io.callbacks.registry.testing.RunningRegistry;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

@ExtendWith(RunningRegistry.class)
class FieldValidationTests {
    private static final JsonMapper JSON = new JsonMapper();

    private final Caller caller;

    FieldValidationTests(Registry registry) {
        caller = new Caller(registry::uri);
    }

    /**
     * One faulty field: the value it is given (nothing: left out) and the field it is blamed on.
     */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
                    path    |                          | path            | invalid-path
                    path    | null                     | path            | invalid-path
                    path    | 5                        | path            | invalid-path
                    path    | ["a"]                    | path            | invalid-path
                    path    | ""                       | path            | invalid-path
                    path    | "/"                      | path            | invalid-path
                    path    | "//a"                    | path            | invalid-path
                    path    | "a//b"                   | path            | invalid-path
                    path    | "a/"                     | path            | invalid-path
                    path    | "."                      | path            | invalid-path
                    path    | "a/../b"                 | path            | invalid-path
                    path    | "a b"                    | path            | invalid-path
                    path    | "a%2Fb"                  | path            | invalid-path
                    path    | "a?b"                    | path            | invalid-path
                    path    | "a\\u0000b"              | path            | invalid-path
                    path    | "a\\nb"                  | path            | invalid-path
                    path    | "é"                      | path            | invalid-path
                    path    | "\\ud800"                | path            | invalid-path
                    path    | "{}"                     | path            | invalid-path
                    path    | "{1a}"                   | path            | invalid-path
                    path    | "{a-b}"                  | path            | invalid-path
                    path    | "{a"                     | path            | invalid-path
                    path    | "a}"                     | path            | invalid-path
                    path    | "x{a}"                   | path            | invalid-path
                    path    | "{a}x"                   | path            | invalid-path
                    path    | "{a}{b}"                 | path            | invalid-path
                    path    | "{a**}"                  | path            | invalid-path
                    path    | "{*}"                    | path            | invalid-path
                    path    | "*"                      | path            | invalid-path
                    path    | "{a*}/b"                 | path            | invalid-path
                    path    | "{a}/{a}"                | path            | invalid-path
                    path    | "{a}/{a*}"               | path            | invalid-path
                    method  |                          | method          | invalid-method
                    method  | null                     | method          | invalid-method
                    method  | true                     | method          | invalid-method
                    method  | ""                       | method          | invalid-method
                    method  | "get"                    | method          | invalid-method
                    method  | "HEAD"                   | method          | invalid-method
                    method  | "OPTIONS"                | method          | invalid-method
                    method  | "GET "                   | method          | invalid-method
                    type    |                          | type            | invalid-type
                    type    | null                     | type            | invalid-type
                    type    | {}                       | type            | invalid-type
                    type    | "ruby"                   | type            | invalid-type
                    type    | "Python"                 | type            | invalid-type
                    type    | "python2.7"              | type            | invalid-type
                    type    | "python3"                | type            | invalid-type
                    type    | "python3."               | type            | invalid-type
                    type    | "python3.11.4"           | type            | invalid-type
                    type    | "python3.11\\n"          | type            | invalid-type
                    type    | "node 20"                | type            | invalid-type
                    type    | "node20.1"               | type            | invalid-type
                    code    |                          | code            | invalid-code
                    code    | null                     | code            | invalid-code
                    code    | 1                        | code            | invalid-code
                    code    | ""                       | code            | invalid-code
                    code    | " \\n\\t"                | code            | invalid-code
                    code    | "a\\u0000"               | code            | invalid-code
                    code    | "a\\udc00b"              | code            | invalid-code
                    library | 1                        | library         | invalid-library
                    library | []                       | library         | invalid-library
                    library | {"dependencies": {}}     | library         | invalid-library
                    library | "\\ud800"                | library         | invalid-library
                    env     | 1                        | env             | invalid-env
                    env     | "A=b"                    | env             | invalid-env
                    env     | []                       | env             | invalid-env
                    env     | {"A": 1}                 | env.A           | invalid-env
                    env     | {"A": true}              | env.A           | invalid-env
                    env     | {"A": null}              | env.A           | invalid-env
                    env     | {"A": {}}                | env.A           | invalid-env
                    env     | {"A": "********"}        | env.A           | invalid-env
                    env     | {"A": "a\\u0000b"}       | env.A           | invalid-env
                    env     | {"A": "\\ud800"}         | env.A           | invalid-env
                    env     | {"": "a"}                | env.            | invalid-env
                    env     | {"1A": "a"}              | env.1A          | invalid-env
                    env     | {"A-B": "a"}             | env.A-B         | invalid-env
                    env     | {"A=B": "a"}             | env.A=B         | invalid-env
                    env     | {"É": "a"}               | env.É           | invalid-env
                    instances | 5                        | instances       | invalid-instances
                    instances | {"min": 0}               | instances.min   | invalid-min
                    instances | {"min": 3, "max": 2}     | instances.min   | invalid-min
                    instances | {"max": 101}             | instances.max   | invalid-max
                    instances | {"max": "2"}             | instances.max   | invalid-max
                    instances | {"target_concurrency": 11} | instances.target_concurrency | invalid-target-concurrency
                    instances | {"most": 2}              | instances.most  | unknown-field
                    retry | 5                                   | retry          | invalid-retry
                    retry | {"tries": 0}                        | retry.tries    | invalid-tries
                    retry | {"tries": 21}                       | retry.tries    | invalid-tries
                    retry | {"delay_ms": 49}                    | retry.delay_ms | invalid-delay-ms
                    retry | {"delay_ms": 60001}                 | retry.delay_ms | invalid-delay-ms
                    retry | {"statuses": 503}                   | retry.statuses | invalid-statuses
                    retry | {"statuses": [399]}                 | retry.statuses | invalid-statuses
                    retry | {"statuses": [600]}                 | retry.statuses | invalid-statuses
                    retry | {"statuses": ["503"]}               | retry.statuses | invalid-statuses
                    retry | {"times": 3}                        | retry.times    | unknown-field
                    triggers | {}                               | triggers       | invalid-triggers
                    triggers | [5]                              | triggers[0]    | invalid-triggers
                    triggers | [{}]                             | triggers[0].kafka | invalid-kafka
                    triggers | [{"kafka": "orders"}]            | triggers[0].kafka | invalid-kafka
                    triggers | [{"kafka": {"topic": "a"}, "x": 1}] | triggers[0].x  | unknown-field
                    timeout_seconds         | 0        | timeout_seconds         | invalid-timeout-seconds
                    timeout_seconds         | 901      | timeout_seconds         | invalid-timeout-seconds
                    timeout_seconds         | -1       | timeout_seconds         | invalid-timeout-seconds
                    timeout_seconds         | 1.5      | timeout_seconds         | invalid-timeout-seconds
                    timeout_seconds         | 1.0      | timeout_seconds         | invalid-timeout-seconds
                    timeout_seconds         | "30"     | timeout_seconds         | invalid-timeout-seconds
                    timeout_seconds         | true     | timeout_seconds         | invalid-timeout-seconds
                    timeout_seconds         | 4294967297           | timeout_seconds | invalid-timeout-seconds
                    timeout_seconds         | 18446744073709551617 | timeout_seconds | invalid-timeout-seconds
                    timeout_seconds         | 1e999999999          | timeout_seconds | invalid-timeout-seconds
                    memory_mb               | 63       | memory_mb               | invalid-memory-mb
                    memory_mb               | 8193     | memory_mb               | invalid-memory-mb
                    concurrency             | 0        | concurrency             | invalid-concurrency
                    concurrency             | 101      | concurrency             | invalid-concurrency
                    startup_timeout_seconds | 0        | startup_timeout_seconds | invalid-startup-timeout-seconds
                    startup_timeout_seconds | 901      | startup_timeout_seconds | invalid-startup-timeout-seconds
                    paht                    | "a"      | paht                    | unknown-field
                    Path                    | "a"      | Path                    | unknown-field
                    status                  | null     | status                  | unknown-field
                    callback_id             | 7        | callback_id             | unknown-field
                    """)
    void refuses(String field, @Nullable String value, String blamed, String problem) {
        assertRefused(create(with(field, value)), blamed, problem);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
                    method  | "ANY"
                    method  | "PATCH"
                    type    | "python"
                    type    | "python3.9"
                    type    | "python3.11"
                    library | null
                    library | ""
                    library | " \\n"
                    env     | null
                    env     | {}
                    env     | {"_a1": "", "B": "two\\nlines ü 😀"}
                    retry    | null
                    retry    | {}
                    retry    | {"tries": 20, "statuses": [], "delay_ms": 60000}
                    triggers | null
                    triggers | []
                    timeout_seconds         | 1
                    timeout_seconds         | 900
                    timeout_seconds         | null
                    memory_mb               | 64
                    memory_mb               | 8192
                    concurrency             | 1
                    concurrency             | 100
                    startup_timeout_seconds | 1
                    startup_timeout_seconds | 900
                    """)
    void accepts(String field, String value) {
        assertThat(create(with(field, value)).status()).isEqualTo(201);
    }

    @ParameterizedTest
    @CsvSource({
        "/{p}/a, {p}/a",
        "{p}/A.b_c~d-1, {p}/A.b_c~d-1",
        "{p}/{name}, {p}/{name}",
        "{p}/{a}/x/{b_2*}, {p}/{a}/x/{b_2*}",
        "{p}/.../..a, {p}/.../..a",
    })
    void acceptsPathAndDropsItsLeadingSlash(String path, String normal) {
        var unique = freshPath();
        var answer = create(with("path", quoted(path.replace("{p}", unique))));
        assertThat(answer.status()).isEqualTo(201);
        assertThat(answer.text("/path")).isEqualTo(normal.replace("{p}", unique));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "PATH",
                "HOME",
                "TMPDIR",
                "LD_PRELOAD",
                "LD_LIBRARY_PATH",
                "DYLD_INSERT_LIBRARIES",
                "PYTHONPATH",
                "PYTHONHOME",
                "PYTHONSTARTUP",
                "NODE_OPTIONS",
                "NODE_PATH",
                "BASH_ENV",
                "CALLBACKS_PORT",
                "CALLBACKS_",
            })
    void refusesReservedName(String name) {
        var answer = create(with("env", "{\"%s\": \"a\"}".formatted(name)));
        assertRefused(answer, "env." + name, "invalid-env");
        assertThat(answer.text("/detail")).contains("'" + name + "' is reserved");
    }

    @Test
    void limitsSizesToTheByte() {
        var kib = 1024;
        assertThat(create(with("code", quoted("#".repeat(512 * kib)))).status()).isEqualTo(201);
        assertRefused(
                create(with("code", quoted("#".repeat(512 * kib + 1)))), "code", "invalid-code");
        assertRefused(
                create(with("code", quoted("é".repeat(256 * kib) + "#"))), "code", "invalid-code");
        assertThat(create(with("library", quoted("#".repeat(64 * kib)))).status()).isEqualTo(201);
        assertRefused(
                create(with("library", quoted("#".repeat(64 * kib + 1)))),
                "library",
                "invalid-library");
        assertThat(create(with("env", env("A", 64 * kib - 1))).status()).isEqualTo(201);
        assertRefused(create(with("env", env("A", 64 * kib))), "env", "invalid-env");
        assertThat(create(with("path", quoted(longPath(512)))).status()).isEqualTo(201);
        assertRefused(create(with("path", quoted(longPath(513)))), "path", "invalid-path");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "requests==2.32.3",
                "requests",
                "requests >= 2, < 3",
                "requests~=2.0 # a comment",
                "# only a comment\n\nrequests\r\nflask",
                "uvicorn[standard]==0.30.1",
                "a[b, c] (>=1.0)",
                "importlib-metadata; python_version < '3.10'",
                "zope.interface===1.0+local",
            })
    void acceptsRequirements(String library) {
        assertThat(create(with("library", quoted(library))).status()).isEqualTo(201);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-r other.txt",
                "--index-url=https://elsewhere.test/simple",
                "-e .",
                "requests --hash=sha256:aa",
                "requests @ https://elsewhere.test/a.whl",
                "git+https://elsewhere.test/a.git",
                "https://elsewhere.test/a.whl",
                "./local",
                "/etc/passwd",
                "..",
                "file:///etc/passwd",
                "requests==",
                "requests 2.0",
                "requests=2.0",
                "req\u0000uests",
                "a; import os\\",
                "${HOME}",
            })
    void refusesWhatIsNoRequirementOfTheIndex(String library) {
        assertRefused(create(with("library", quoted(library))), "library", "invalid-library");
    }

    @Test
    void namesTheLineOfEachBadRequirement() {
        var answer = create(with("library", quoted("requests\n-e .\nflask\n./x")));
        assertThat(answer.problem()).isEqualTo("invalid-request");
        assertThat(answer.text("/errors/0/detail")).startsWith("Line 2 of 'library'");
        assertThat(answer.text("/errors/1/detail")).startsWith("Line 4 of 'library'");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"dependencies\": {}}",
                "{\"name\": \"x\", \"type\": \"module\", \"dependencies\": {\"lodash\": \"^4.17.21\"}}",
                "{\"dependencies\": {\"@scope/name\": \">=1.0.0 <2 || 3.x\"}, \"devDependencies\": {\"a\": \"*\"}}",
                "{\"dependencies\": {\"a\": \"latest\"}, \"overrides\": {\"b\": {\"c\": \"1.0.0\"}}}",
                "{\"scripts\": {\"postinstall\": \"never run\"}}",
            })
    void acceptsPackageJsonAsObjectAndAsText(String library) {
        assertThat(create(node(library)).status()).isEqualTo(201);
        assertThat(create(node(quoted(library))).status()).isEqualTo(201);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[]",
                "1",
                "not json",
                "{\"dependencies\": {\"a\": \"1\", \"a\": \"2\"}}",
                "{\"dependencies\": []}",
                "{\"dependencies\": {\"a\": 1}}",
                "{\"dependencies\": {\"a\": \"git+https://elsewhere.test/a.git\"}}",
                "{\"dependencies\": {\"a\": \"github:b/c\"}}",
                "{\"dependencies\": {\"a\": \"b/c\"}}",
                "{\"dependencies\": {\"a\": \"https://elsewhere.test/a.tgz\"}}",
                "{\"dependencies\": {\"a\": \"file:../a\"}}",
                "{\"dependencies\": {\"a\": \"link:../a\"}}",
                "{\"dependencies\": {\"a\": \"npm:b@1\"}}",
                "{\"dependencies\": {\"../a\": \"1\"}}",
                "{\"dependencies\": {\"a/b\": \"1\"}}",
                "{\"dependencies\": {\"\": \"1\"}}",
                "{\"devDependencies\": {\"a\": \"file:../a\"}}",
                "{\"peerDependencies\": {\"a\": \"file:../a\"}}",
                "{\"optionalDependencies\": {\"a\": \"file:../a\"}}",
                "{\"overrides\": {\"a\": \"file:../a\"}}",
                "{\"overrides\": {\"a\": {\"b\": \"github:c/d\"}}}",
                "{\"workspaces\": [\"../..\"]}",
            })
    void refusesPackageJsonThatReachesOut(String library) {
        var answer = create(node(quoted(library)));
        assertRefused(answer, "library", "invalid-library");
    }

    @Test
    void tellsAllFaultsTogether() {
        var answer =
                caller.post(
                        "/callbacks",
                        """
                        {"path": "a//b", "type": "ruby", "code": "", "env": {"1": "a", "PATH": "b"},
                         "timeout_seconds": 0, "colour": "red"}""");
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.problem()).isEqualTo("invalid-request");
        assertThat(faults(answer))
                .containsExactly(
                        "path invalid-path",
                        "method invalid-method",
                        "type invalid-type",
                        "code invalid-code",
                        "env.1 invalid-env",
                        "env.PATH invalid-env",
                        "timeout_seconds invalid-timeout-seconds",
                        "colour unknown-field");
    }

    /** The answer to a request made of faults must not be larger than the request. */
    @Test
    void tellsNoMoreFaultsThanAnyoneReads() {
        var body = JSON.createObjectNode();
        IntStream.range(0, 20_000).forEach(i -> body.put("x".repeat(50) + i, i));
        var answer = create(body.toString());
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.response().body()).hasSizeLessThan(100_000);
        assertThat(answer.text("/detail")).contains("20004 faults");
    }

    @Test
    void aVeryLongNameIsNotRepeated() {
        var answer = create(with("x".repeat(40_000), "1"));
        assertThat(answer.problem()).isEqualTo("unknown-field");
        assertThat(answer.response().body()).hasSizeLessThan(2_000);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
                    path            | null | path            | invalid-path
                    method          | null | method          | invalid-method
                    type            | null | type            | invalid-type
                    code            | null | code            | invalid-code
                    code            | ""   | code            | invalid-code
                    uid             | "a"  | uid             | unknown-field
                    version         | 1    | version         | unknown-field
                    timeout_seconds | 901  | timeout_seconds | invalid-timeout-seconds
                    """)
    void refusesInChanges(String field, String value, String blamed, String problem) {
        var id = caller.create("");
        var body = "{\"%s\": %s}".formatted(field, value);
        assertRefused(caller.put("/callbacks/" + id, body), blamed, problem);
        assertRefused(caller.patch("/callbacks/" + id, body), blamed, problem);
        assertThat(caller.get("/callbacks/" + id).number("/version")).isEqualTo(1);
    }

    /** What is there already must suit what it is changed to. */
    @Test
    void judgesAChangeAgainstTheWhole() {
        var id = caller.create("\"library\": \"requests\"");
        assertRefused(
                caller.put("/callbacks/" + id, "{\"type\": \"node\"}"),
                "library",
                "invalid-library");
        assertThat(
                        caller.put("/callbacks/" + id, "{\"type\": \"node\", \"library\": null}")
                                .status())
                .isEqualTo(200);
    }

    private Answer create(String body) {
        return caller.post("/callbacks", body);
    }

    /** The JSON of a callback with one field as given; without it if nothing is given. */
    private static String with(String field, @Nullable String value) {
        var rest = (ObjectNode) JSON.readTree(Caller.callback(freshPath(), ""));
        rest.remove(field);
        return value == null
                ? rest.toString()
                : "{\"%s\": %s, %s".formatted(field, value, rest.toString().substring(1));
    }

    private static String node(String library) {
        return with("library", library).replace("\"python\"", "\"node\"");
    }

    private static String env(String name, int size) {
        return "{\"%s\": \"%s\"}".formatted(name, "b".repeat(size));
    }

    private static String quoted(String text) {
        return JSON.writeValueAsString(text);
    }

    private static String longPath(int length) {
        var unique = freshPath() + "/";
        return unique + "a".repeat(length - unique.length());
    }

    private static Stream<String> faults(Answer answer) {
        return answer.json()
                .get("errors")
                .valueStream()
                .map(e -> e.get("field").stringValue() + " " + e.get("problem").stringValue());
    }

    private static void assertRefused(Answer answer, String field, String problem) {
        assertThat(answer.status()).as("%s", answer).isEqualTo(400);
        assertThat(answer.problem()).as("%s", answer).isEqualTo(problem);
        assertThat(answer.field()).isEqualTo(field);
        assertThat(faults(answer)).containsExactly(field + " " + problem);
        assertThat(answer.text("/detail")).isNotBlank();
    }
}
