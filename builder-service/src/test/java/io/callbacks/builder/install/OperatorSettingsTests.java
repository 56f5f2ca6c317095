package io.callbacks.builder.install;

import static org.assertj.core.api.Assertions.assertThat;

import io.callbacks.process.Language;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OperatorSettingsTests {
    @TempDir Path home;

    @Test
    void passesOnOnlyWherePackagesComeFrom() {
        var settings =
                OperatorSettings.from(
                        Map.of(
                                "PATH", "/bin",
                                "https_proxy", "http://proxy",
                                "UV_INDEX_URL", "https://index",
                                "UV_PUBLISH_TOKEN", "secret-of-ours",
                                "NPM_CONFIG_REGISTRY", "https://npm",
                                "CALLBACKS_MONGO", "mongodb://user:pass@db",
                                "AWS_SECRET_ACCESS_KEY", "secret-of-ours"));
        assertThat(settings.with(home, Language.PYTHON))
                .containsOnlyKeys("PATH", "https_proxy", "UV_INDEX_URL", "HOME", "TMPDIR", "LANG")
                .containsEntry("HOME", home.toString());
        assertThat(settings.with(home, Language.NODE))
                .containsOnlyKeys(
                        "PATH", "https_proxy", "NPM_CONFIG_REGISTRY", "HOME", "TMPDIR", "LANG");
    }

    @Test
    void namesTheFilesOfTheOperator() throws IOException {
        var npmrc = Files.writeString(home.resolve(".npmrc"), "");
        Files.createDirectories(home.resolve(".config/pip"));
        var pip = Files.writeString(home.resolve(".config/pip/pip.conf"), "");
        var settings = OperatorSettings.from(Map.of("HOME", home.toString()));
        var work = home.resolve("work");
        assertThat(settings.with(work, Language.NODE))
                .containsEntry("NPM_CONFIG_USERCONFIG", npmrc.toString());
        assertThat(settings.with(work, Language.PYTHON))
                .containsEntry("PIP_CONFIG_FILE", pip.toString())
                .doesNotContainKey("NPM_CONFIG_USERCONFIG");
    }

    @Test
    void tellsAContainerWhatIsInFilesAndNoFileOfThisMachine() throws IOException {
        var pip = home.resolve("pip.conf");
        Files.writeString(
                pip,
                """
                [install]
                retries = 9
                [global]
                # where from
                index-url = https://me:open@index/simple
                find-links =
                    https://wheels/a
                    https://wheels/b
                cert = /etc/ssl/ours.pem
                user = true
                retries: 3
                """);
        var settings =
                OperatorSettings.from(
                        Map.of(
                                "PATH", "/bin",
                                "TZ", "UTC",
                                "PIP_CONFIG_FILE", pip.toString(),
                                "PIP_CERT", "/etc/ssl/ours.pem",
                                "PIP_TIMEOUT", "7",
                                "https_proxy", "http://proxy",
                                "CALLBACKS_MONGO", "mongodb://user:pass@db"));
        assertThat(settings.inContainer(Language.PYTHON))
                .isEqualTo(
                        Map.of(
                                "PIP_INDEX_URL", "https://me:open@index/simple",
                                "PIP_FIND_LINKS", "https://wheels/a https://wheels/b",
                                "PIP_RETRIES", "9",
                                "PIP_TIMEOUT", "7",
                                "https_proxy", "http://proxy"));
    }

    @Test
    void tellsAContainerOfRegistriesAndMasksTheirTokens() throws IOException {
        Files.writeString(
                home.resolve(".npmrc"),
                """
                ; ours
                registry = "https://npm/"
                @ours:registry=https://ours/
                //ours/:_authToken=${NPM_AUTH}
                cafile=/etc/ssl/ours.pem
                prefix=/opt
                """);
        var settings =
                OperatorSettings.from(
                        Map.of(
                                "HOME", home.toString(),
                                "NPM_AUTH", "open sesame",
                                "npm_config_registry", "https://other/"));
        assertThat(settings.inContainer(Language.NODE))
                .isEqualTo(
                        Map.of(
                                "NPM_CONFIG_registry", "https://other/",
                                "NPM_CONFIG_@ours:registry", "https://ours/",
                                "NPM_CONFIG_//ours/:_authToken", "open sesame"));
        assertThat(settings.masked("sent open sesame")).isEqualTo("sent ********");
    }

    @Test
    void masksCredentialsWhereverTheyAppear() {
        var settings = OperatorSettings.from(Map.of("UV_INDEX_OURS_PASSWORD", "open sesame"));
        assertThat(settings.masked("GET https://me:open@host/x and http://token@h/y"))
                .isEqualTo("GET https://********@host/x and http://********@h/y");
        assertThat(settings.masked("tried 'open sesame' twice"))
                .isEqualTo("tried '********' twice");
        assertThat(settings.masked("https://host/a@1.0 requests@2"))
                .isEqualTo("https://host/a@1.0 requests@2");
    }
}
