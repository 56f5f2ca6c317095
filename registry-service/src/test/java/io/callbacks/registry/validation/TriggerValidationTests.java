package io.callbacks.registry.validation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.callbacks.event.Limits;
import io.callbacks.event.Retry;
import io.callbacks.event.Scale;
import io.callbacks.event.Trigger;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

class TriggerValidationTests {
    private static final JsonMapper JSON = new JsonMapper();
    private static final String PEM =
            "-----BEGIN CERTIFICATE-----\\nMIIB\\n-----END CERTIFICATE-----\\n";

    @Test
    void hasDefaults() {
        var read = one("\"topic\": \"orders\"");
        assertThat(read.of(7, null))
                .isEqualTo(
                        new Trigger(
                                "orders",
                                "orders",
                                "callbacks-7-orders",
                                Trigger.Start.LATEST,
                                10,
                                1,
                                Trigger.Filter.NONE,
                                null,
                                null,
                                false));
    }

    @Test
    void takesEveryField() {
        var read =
                one(
                        """
                        "name": "a", "topic": "callbacks.there", "group": "billing: prod", "start": "earliest",
                        "concurrency": 500, "batch": 500, "output": "invoices", "paused": true,
                        "filter": {"exact": {"type": "order"}, "prefix": {"subject": "eu-"}, "suffix": {"x1": ""}},
                        "bootstrap_servers": "broker-1:9093, [::1]:1",
                        "security": {"protocol": "SASL_SSL", "mechanism": "SCRAM-SHA-512",
                                     "username": "u", "password": "p", "ca": "%s"}"""
                                .formatted(PEM));
        var trigger = read.of(7, "sealed");
        assertThat(read.password()).contains("p");
        assertThat(trigger.group()).isEqualTo("billing: prod");
        assertThat(trigger.filter().suffix()).containsEntry("x1", "");
        assertThat(trigger.cluster())
                .isEqualTo(
                        new Trigger.Cluster(
                                "broker-1:9093,[::1]:1",
                                "SASL_SSL",
                                "SCRAM-SHA-512",
                                "u",
                                "sealed",
                                PEM.replace("\\n", "\n")));
        assertThat(read.toString()).doesNotContain("password=p");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
                    "name": "a"                                   | topic  | invalid-topic
                    "topic": null                                 | topic  | invalid-topic
                    "topic": ""                                   | topic  | invalid-topic
                    "topic": "."                                  | topic  | invalid-topic
                    "topic": ".."                                 | topic  | invalid-topic
                    "topic": "a b"                                | topic  | invalid-topic
                    "topic": "ä"                                  | topic  | invalid-topic
                    "topic": "callbacks.invocation"               | topic  | invalid-topic
                    "topic": "a", "output": "callbacks.command"   | output | invalid-output
                    "topic": "a", "output": "a/b"                 | output | invalid-output
                    "topic": "a", "name": ""                      | name   | invalid-name
                    "topic": "a", "name": "a/b"                   | name   | invalid-name
                    "topic": "a", "name": ".."                    | name   | invalid-name
                    "topic": "a", "group": ""                     | group  | invalid-group
                    "topic": "a", "group": "a\\u0000"             | group  | invalid-group
                    "topic": "a", "group": "registry-commands"    | group  | invalid-group
                    "topic": "a", "group": "deployer"             | group  | invalid-group
                    "topic": "a", "start": "now"                  | start  | invalid-start
                    "topic": "a", "start": 5                      | start  | invalid-start
                    "topic": "a", "concurrency": 0                | concurrency | invalid-concurrency
                    "topic": "a", "concurrency": 501              | concurrency | invalid-concurrency
                    "topic": "a", "batch": 501                    | batch  | invalid-batch
                    "topic": "a", "paused": "yes"                 | paused | invalid-paused
                    "topic": "a", "topics": "b"                   | topics | unknown-field
                    "topic": "a", "filter": []                    | filter | invalid-filter
                    "topic": "a", "filter": {"exactly": {}}       | filter.exactly | unknown-field
                    "topic": "a", "filter": {"exact": 5}          | filter.exact   | invalid-exact
                    "topic": "a", "filter": {"exact": {"A": "b"}} | filter.exact.A | invalid-exact
                    "topic": "a", "filter": {"suffix": {"a": 5}}  | filter.suffix.a | invalid-suffix
                    "topic": "a", "filter": {"prefix": {"a": "\\u0007"}} | filter.prefix.a | invalid-prefix
                    "topic": "a", "bootstrap_servers": ""         | bootstrap_servers | invalid-bootstrap-servers
                    "topic": "a", "bootstrap_servers": "a"        | bootstrap_servers | invalid-bootstrap-servers
                    "topic": "a", "bootstrap_servers": "a:0"      | bootstrap_servers | invalid-bootstrap-servers
                    "topic": "a", "bootstrap_servers": "a:65536"  | bootstrap_servers | invalid-bootstrap-servers
                    "topic": "a", "bootstrap_servers": "a:1,"     | bootstrap_servers | invalid-bootstrap-servers
                    "topic": "a", "bootstrap_servers": "http://a:1" | bootstrap_servers | invalid-bootstrap-servers
                    "topic": "a", "security": {"protocol": "SSL"} | security | invalid-security
                    """)
    void refuses(String kafka, String field, String problem) {
        assertThat(faults("{" + kafka + "}"))
                .containsExactly("triggers[0].kafka." + field + " " + problem);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
                    {}                                     | protocol | invalid-protocol
                    {"protocol": "TLS"}                    | protocol | invalid-protocol
                    {"protocol": "TLS", "password": "p"}   | protocol | invalid-protocol
                    {"protocol": "SSL", "mechanism": "PLAIN"}     | mechanism | invalid-mechanism
                    {"protocol": "PLAINTEXT", "username": "u"}    | username  | invalid-username
                    {"protocol": "PLAINTEXT", "password": "********"} | password | invalid-password
                    {"protocol": "PLAINTEXT", "ca": "x"}          | ca        | invalid-ca
                    {"protocol": "SSL", "ca": "x"}                | ca        | invalid-ca
                    {"protocol": "SSL", "ca": "-----BEGIN CERTIFICATE-----"} | ca | invalid-ca
                    {"protocol": "SASL_SSL", "username": "u", "password": "p"} | mechanism | invalid-mechanism
                    {"protocol": "SASL_SSL", "mechanism": "GSSAPI", "username": "u", "password": "p"} | mechanism | invalid-mechanism
                    {"protocol": "SASL_SSL", "mechanism": "PLAIN", "password": "p"} | username | invalid-username
                    {"protocol": "SASL_SSL", "mechanism": "PLAIN", "username": "u"} | password | invalid-password
                    {"protocol": "SASL_SSL", "mechanism": "PLAIN", "username": "u", "password": ""} | password | invalid-password
                    {"protocol": "SASL_SSL", "mechanism": "PLAIN", "username": "u", "password": "********"} | password | invalid-password
                    {"protocol": "SASL_PLAINTEXT", "mechanism": "PLAIN", "username": "u", "password": "p", "ca": "x"} | ca | invalid-ca
                    {"protocol": "SSL", "keystore": "x"}          | keystore  | unknown-field
                    """)
    void refusesSecurity(String security, String field, String problem) {
        var kafka = "{\"topic\": \"a\", \"bootstrap_servers\": \"a:1\", \"security\": %s}";
        assertThat(faults(kafka.formatted(security)))
                .containsExactly("triggers[0].kafka.security." + field + " " + problem);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"topic\": \"a\", \"bootstrap_servers\": \"a:1\"",
                "\"topic\": \"a\", \"bootstrap_servers\": \"a:1\", \"group\": \"registry\"",
                "\"topic\": \"a\", \"bootstrap_servers\": \"a:1\", \"security\": {\"protocol\": \"PLAINTEXT\"}",
                "\"topic\": \"a\", \"bootstrap_servers\": \"a:1\", \"security\": {\"protocol\": \"SSL\"}",
                "\"topic\": \"a\", \"output\": \"a\", \"filter\": null, \"security\": null",
            })
    void accepts(String kafka) {
        assertThat(one(kafka).topic()).isEqualTo("a");
    }

    @Test
    void aMaskedPasswordIsTakenWhereThereIsOne() {
        var kafka =
                """
                [{"kafka": {"topic": "a", "bootstrap_servers": "b:1",
                            "security": {"protocol": "SASL_SSL", "mechanism": "PLAIN", "username": "u", "password": "********"}}}]""";
        var json = JSON.readTree("{\"triggers\": %s}".formatted(kafka));
        var before =
                one("""
                                "topic": "a", "bootstrap_servers": "b:1",
                                "security": {"protocol": "SASL_SSL", "mechanism": "PLAIN", "username": "u", "password": "p"}""")
                        .of(7, "sealed");
        var read = CallbackFields.ofChange(json, present(List.of(before)), false);
        assertThat(read.triggers().orElseThrow().getFirst().password()).contains("********");
        var others = present(List.of(before.paused(true)));
        assertThat(CallbackFields.ofChange(JSON.readTree("{}"), others, false).triggers())
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "b:1, PLAIN, u, true",
        "mine:1, PLAIN, u, false",
        "b:1, SCRAM-SHA-256, u, false",
        "b:1, PLAIN, another, false"
    })
    void aMaskedPasswordStaysWithThoseItWasGivenFor(
            String servers, String mechanism, String username, boolean taken) {
        var before = one(cluster("b:1", "SASL_SSL", "PLAIN", "u", "secret")).of(7, "sealed");
        assertThat(faultsOf(before, cluster(servers, "SASL_SSL", mechanism, username, "********")))
                .isEqualTo(
                        taken
                                ? List.of()
                                : List.of("triggers[0].kafka.security.password invalid-password"));
        assertThat(
                        faultsOf(
                                before,
                                cluster(
                                        servers,
                                        "SASL_PLAINTEXT",
                                        mechanism,
                                        username,
                                        "********")))
                .isNotEmpty();
        assertThat(faultsOf(before, cluster(servers, "SASL_SSL", mechanism, username, "again")))
                .isEmpty();
    }

    private static String cluster(
            String servers, String protocol, String mechanism, String username, String password) {
        return """
        "topic": "a", "bootstrap_servers": "%s",
        "security": {"protocol": "%s", "mechanism": "%s", "username": "%s", "password": "%s"}"""
                .formatted(servers, protocol, mechanism, username, password);
    }

    @Test
    void limitsNumbersAndSizes() {
        assertThat(faults(filter(20, 4096))).isEmpty();
        assertThat(faults(filter(21, 1)))
                .containsExactly("triggers[0].kafka.filter invalid-filter");
        assertThat(faults(filter(1, 4097)))
                .containsExactly("triggers[0].kafka.filter.exact.a0 invalid-exact");
        assertThat(faults(topic(60))).isEmpty();
        assertThat(faults(topic(61))).containsExactly("triggers[0].kafka.name invalid-name");
        assertThat(faults(topic(250))).contains("triggers[0].kafka.topic invalid-topic");
        assertThat(faults(servers(20))).isEmpty();
        assertThat(faults(servers(21)))
                .containsExactly("triggers[0].kafka.bootstrap_servers invalid-bootstrap-servers");
    }

    @Test
    void limitsHowManyThereAreAndAllOfThem() {
        assertThat(faultsOf(many(20, ""))).isEmpty();
        assertThat(faultsOf(many(21, ""))).containsExactly("triggers invalid-triggers");
        var large = ", \"filter\": {\"exact\": {\"a\": \"%s\"}}".formatted("b".repeat(4000));
        assertThat(faultsOf(many(20, large))).isEmpty();
        var ca = "-----BEGIN CERTIFICATE-----" + "a".repeat(60_000) + "-----END CERTIFICATE-----";
        var heavy =
                ", \"bootstrap_servers\": \"a:1\", \"security\": {\"protocol\": \"SSL\", \"ca\": \"%s\"}"
                        .formatted(ca);
        assertThat(faultsOf(many(4, heavy))).isEmpty();
        assertThat(faultsOf(many(5, heavy))).containsExactly("triggers invalid-triggers");
    }

    @Test
    void refusesANameTwice() {
        assertThat(
                        faultsOf(
                                "[{\"kafka\": {\"topic\": \"a\"}}, {\"kafka\": {\"name\": \"a\", \"topic\": \"b\"}}]"))
                .containsExactly("triggers[1].kafka.name invalid-name");
    }

    @Test
    void tellsAllFaultsTogetherAndNoPassword() {
        var wrong =
                catchThrowableOfType(
                        InvalidRequestException.class,
                        () ->
                                read(
                                        """
                                        [{"kafka": {"topic": ".", "batch": 0, "bootstrap_servers": "a:1",
                                                    "security": {"protocol": "SASL_SSL", "password": "se\\u0000cret"}}},
                                         {"kafka": {"topic": "b", "start": "x"}}]"""));
        assertThat(wrong.faults())
                .extracting(Fault::field)
                .containsExactly(
                        "triggers[0].kafka.topic",
                        "triggers[0].kafka.batch",
                        "triggers[0].kafka.security.mechanism",
                        "triggers[0].kafka.security.username",
                        "triggers[0].kafka.security.password",
                        "triggers[1].kafka.start");
        assertThat(wrong.faults().toString()).doesNotContain("cret\"").doesNotContain("se\u0000");
    }

    private static String filter(int conditions, int length) {
        return IntStream.range(0, conditions)
                .mapToObj(i -> "\"a%d\": \"%s\"".formatted(i, "b".repeat(length)))
                .collect(
                        Collectors.joining(
                                ", ", "{\"topic\": \"a\", \"filter\": {\"exact\": {", "}}}"));
    }

    private static String topic(int length) {
        return "{\"topic\": \"%s\"}".formatted("a".repeat(length));
    }

    private static String servers(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> "a:1")
                .collect(
                        Collectors.joining(
                                ",", "{\"topic\": \"a\", \"bootstrap_servers\": \"", "\"}"));
    }

    private static String many(int count, String more) {
        return IntStream.range(0, count)
                .mapToObj(i -> "{\"kafka\": {\"topic\": \"t%d\"%s}}".formatted(i, more))
                .collect(Collectors.joining(",", "[", "]"));
    }

    private static TriggerFields one(String kafka) {
        return read("[{\"kafka\": {%s}}]".formatted(kafka)).getFirst();
    }

    private static List<String> faults(String kafka) {
        return faultsOf("[{\"kafka\": %s}]".formatted(kafka));
    }

    private static List<String> faultsOf(Trigger before, String kafka) {
        return faultsOf("[{\"kafka\": {%s}}]".formatted(kafka), List.of(before));
    }

    private static List<String> faultsOf(String triggers) {
        return faultsOf(triggers, List.of());
    }

    private static List<String> faultsOf(String triggers, List<Trigger> before) {
        try {
            read(triggers, before);
            return List.of();
        } catch (InvalidRequestException e) {
            return e.faults().stream().map(f -> f.field() + " " + f.problem()).toList();
        }
    }

    private static List<TriggerFields> read(String triggers) {
        return read(triggers, List.of());
    }

    private static List<TriggerFields> read(String triggers, List<Trigger> before) {
        var json = JSON.readTree("{\"triggers\": %s}".formatted(triggers));
        return CallbackFields.ofChange(json, present(before), false).triggers().orElseThrow();
    }

    private static CallbackFields.Present present(List<Trigger> triggers) {
        return new CallbackFields.Present(
                "a",
                "GET",
                "python",
                null,
                Set.of(),
                Limits.DEFAULT,
                Scale.ONE,
                Retry.DEFAULT,
                triggers);
    }
}
