package io.callbacks.builder.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LibrariesTests {
    @Test
    void bringsRequirementLinesIntoOneForm() {
        var one =
                "# ours\nRequests == 2.32.3  # why\n\nmy_Pkg[b, a]>=1, <2 ; python_version < '3.9'\n";
        var same =
                "my-pkg[b,a]>=1,<2;python_version < '3.9'\r\nrequests==2.32.3\r\nrequests==2.32.3";
        assertThat(Libraries.normal("python", one))
                .isEqualTo("my-pkg[b,a]>=1,<2 ; python_version < '3.9'\nrequests==2.32.3")
                .isEqualTo(Libraries.normal("python3.11", same));
    }

    @Test
    void keepsOfAPackageJsonWhatIsInstalled() {
        var one =
                """
                {"name": "mine", "type": "module", "scripts": {"install": "rm -rf /"},
                 "devDependencies": {"jest": "29"}, "workspaces": ["../.."],
                 "dependencies": {"ms": "2.1.3", "@scope/a": "^1.0.0 || >=2 <3"},
                 "overrides": {"ms": {"debug": "$debug", ".": "2"}}}
                """;
        assertThat(Libraries.normal("node20", one))
                .isEqualTo(
                        "{\"dependencies\":{\"@scope/a\":\"^1.0.0 || >=2 <3\",\"ms\":\"2.1.3\"},"
                                + "\"overrides\":{\"ms\":{\".\":\"2\",\"debug\":\"$debug\"}}}");
    }

    @Test
    void isEmptyWhereNothingIsToBeInstalled() {
        assertThat(Libraries.normal("python", null)).isEmpty();
        assertThat(Libraries.normal("python", " \n# nothing\n")).isEmpty();
        assertThat(Libraries.normal("node", "{}")).isEmpty();
        assertThat(Libraries.normal("node", "{\"dependencies\": {}, \"type\": \"module\"}"))
                .isEmpty();
        assertThat(Libraries.normal("node", "{\"overrides\": {\"ms\": \"2\"}}")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-r /etc/passwd",
                "-e .",
                "--index-url https://evil/simple",
                "requests --global-option=x",
                "requests -i https://evil",
                ".",
                "./here",
                "/etc/passwd",
                "..",
                "name @ file:///etc/passwd",
                "git+https://host/x.git",
                "https://host/x-1.0.tar.gz",
                "C:\\here",
                "requests==${UV_INDEX_OURS_PASSWORD}",
                "requests==2 \\",
                "requests==2; '${HOME}' == 'x'",
                "requests\u0000",
                "réquests"
            })
    void refusesRequirementsThatAreMoreThanPackages(String line) {
        assertThatThrownBy(() -> Libraries.normal("python", "idna\n" + line))
                .isInstanceOf(RefusedLibraryException.class)
                .hasMessageContaining(line.substring(0, 1));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "file:../secret",
                "link:../secret",
                "workspace:*",
                "git+ssh://git@host/x.git",
                "github:owner/name",
                "owner/name",
                "https://host/x.tgz",
                "npm:other@1.0.0",
                "../secret",
                "~/secret"
            })
    void refusesPackagesFromElsewhere(String wanted) {
        for (var member : new String[] {"dependencies", "optionalDependencies", "overrides"}) {
            var library =
                    "{\"dependencies\":{\"a\":\"1\"},\""
                            + member
                            + "\":{\"ms\":\""
                            + wanted
                            + "\"}}";
            assertThatThrownBy(() -> Libraries.normal("node", library))
                    .isInstanceOf(RefusedLibraryException.class)
                    .hasMessageContaining("'ms'");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"dependencies\":{\"../../x\":\"1\"}}",
                "{\"dependencies\":{\"ms\":[\"1\"]}}",
                "{\"dependencies\":",
                "ms==2"
            })
    void refusesWhatIsNoPackageJson(String library) {
        assertThatThrownBy(() -> Libraries.normal("node", library))
                .isInstanceOf(RefusedLibraryException.class);
    }

    @Test
    void namesAnInstallByRuntimeAndLibrary() {
        var key = Libraries.key("cpython-311-x86_64-linux-gnu", "requests==2.32.3");
        assertThat(key)
                .startsWith("sha256:")
                .isEqualTo(Libraries.key("cpython-311-x86_64-linux-gnu", "requests==2.32.3"))
                .isNotEqualTo(Libraries.key("cpython-312-x86_64-linux-gnu", "requests==2.32.3"))
                .isNotEqualTo(Libraries.key("cpython-311-x86_64-linux-gnu", "requests==2.32.4"));
    }
}
