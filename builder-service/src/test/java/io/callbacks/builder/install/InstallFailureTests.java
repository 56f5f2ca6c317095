package io.callbacks.builder.install;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.callbacks.event.Failure;
import java.io.IOException;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What real installers printed; see the resources of this package. */
class InstallFailureTests {
    @ParameterizedTest
    @CsvSource({
        "uv-unknown, package-not-found, no-such-package-qqzz",
        "uv-version, version-not-found, requests",
        "uv-range, version-not-found, requests",
        "uv-conflict, conflict, requests",
        "uv-transitive, conflict, requests",
        "uv-older, conflict, requests",
        "uv-direct, conflict, idna",
        "uv-invalid, invalid-requirement,",
        "uv-python, incompatible-runtime, callbacks-new",
        "uv-wheels, incompatible-runtime, callbacks-cp",
        "uv-bad, build-failed, callbacks-bad",
        "uv-net, network,",
        "pip-unknown, package-not-found, no-such-package-qqzz",
        "pip-version, version-not-found, requests",
        "pip-conflict, conflict, urllib3",
        "pip-direct, conflict, idna",
        "pip-invalid, invalid-requirement,",
        "pip-python, incompatible-runtime, callbacks-new",
        "pip-bad, build-failed, callbacks_bad",
        "pip-net, network,",
        "npm-unknown, package-not-found, no-such-package-qqzz",
        "npm-scoped, package-not-found, @no-such-qqzz/pkg",
        "npm-version, version-not-found, ms",
        "npm-range, version-not-found, ms",
        "npm-conflict, conflict, react",
        "npm-engine, incompatible-runtime, npm",
        "npm-invalid, invalid-requirement, Bad Name",
        "npm-net, network,",
        "npm-dns, network,"
    })
    void namesTheCauseAndThePackage(String recording, String kind, String packageName)
            throws IOException {
        var failure = failure(recording);
        assertThat(failure.kind()).isEqualTo(kind);
        assertThat(failure.packageName()).isEqualTo(packageName);
        assertThat(failure.message()).hasSizeBetween(10, 601).doesNotContain("\n");
        assertThat(failure.hint()).isNotBlank();
        assertThat(failure.logTail()).isNotBlank();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "uv-unknown|There is no package 'no-such-package-qqzz'.",
                "uv-version|There is no version requests==99.1.",
                "uv-range|There is no version requests>=99; there is requests<=2.34.2.",
                "uv-python|'callbacks-new' needs Python >=3.99.",
                "pip-python|'callbacks-new' needs Python >=3.99.",
                "uv-direct|The requirements cannot be met together: idna==3.4 and idna==3.6.",
                "uv-bad|'callbacks-bad' could not be built from source: RuntimeError: no compiler here",
                "npm-range|There is no version ^99.0.0 of 'ms'."
            })
    void saysItInOneSentence(String recording, String message) throws IOException {
        assertThat(failure(recording).message()).isEqualTo(message);
    }

    @Test
    void tellsBothSidesOfAConflict() throws IOException {
        for (var recording : List.of("uv-conflict", "uv-older", "pip-conflict")) {
            assertThat(failure(recording).message())
                    .contains("requests")
                    .contains("urllib3==1.20")
                    .contains("1.21.1");
        }
        assertThat(failure("npm-conflict").message())
                .isEqualTo(
                        "'react' is there at 17.0.2, but wanted is: peer react@\"^18.2.0\" from react-dom@18.2.0.");
    }

    @Test
    void findsAFullDiskWhateverElseIsSaid() {
        var python =
                InstallFailure.ofPython(
                        List.of(
                                "error: Failed to build `x`",
                                "OSError: [Errno 28] No space left on device"));
        var node = InstallFailure.ofNode(List.of("npm error code ENOSPC", "npm error errno -28"));
        assertThat(List.of(python, node)).extracting(Failure::kind).containsOnly("disk-full");
    }

    @Test
    void tellsWhatItDoesNotKnowAsItWasPrinted() {
        var failure =
                InstallFailure.ofNode(
                        List.of(
                                "npm error code EODD",
                                "npm error the moon is in the wrong phase",
                                "npm error A complete log of this run can be found in: /x"));
        assertThat(failure.kind()).isEqualTo("install-failed");
        assertThat(failure.message()).contains("the moon is in the wrong phase");
        assertThat(InstallFailure.ofPython(List.of()).message()).contains("it printed nothing");
    }

    @Test
    void keepsTheEndOfALongLog() {
        var failure = InstallFailure.ofNode(Collections.nCopies(100, "x".repeat(4000)));
        assertThat(Objects.requireNonNull(failure.logTail())).hasSize(8 * 1024);
        assertThat(failure.message()).hasSize(601);
    }

    private static Failure failure(String recording) throws IOException {
        try (var file = InstallFailureTests.class.getResourceAsStream(recording + ".txt")) {
            var text = new String(Objects.requireNonNull(file, recording).readAllBytes(), UTF_8);
            return recording.startsWith("npm")
                    ? InstallFailure.ofNode(text.lines().toList())
                    : InstallFailure.ofPython(text.lines().toList());
        }
    }
}
