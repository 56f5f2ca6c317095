package io.callbacks.service.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LayerUrlsTests {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final String NAME = "ab".repeat(32) + ".tar";
    private static final Duration MINUTE = Duration.ofMinutes(1);

    @TempDir Path data;
    private LayerUrls urls;

    @BeforeEach
    void announce() {
        urls = urlsAt(NOW);
        urls.announce(URI.create("http://10.0.0.1:8090"));
    }

    @Test
    void permitsWhatItSignedForAsLongAsThatHolds() {
        var url = urls.toGet(NAME, MINUTE);
        assertThat(url.toString()).startsWith("http://10.0.0.1:8090/layers/" + NAME + "?expires=");
        assertThat(urlsAt(NOW.plusSeconds(59)).permits("GET", url)).isTrue();
        assertThat(urlsAt(NOW.plusSeconds(60)).permits("GET", url)).isFalse();
    }

    @Test
    void permitsNothingElse() {
        var url = urls.toGet(NAME, MINUTE);
        assertThat(urls.permits("PUT", url)).isFalse();
        assertThat(urls.permits("GET", changed(url, "abab", "abac"))).isFalse();
        assertThat(urls.permits("GET", changed(url, "expires=1", "expires=2"))).isFalse();
        assertThat(urls.permits("GET", changed(url, "/layers/", "/layers/../layers/"))).isFalse();
        assertThat(urls.permits("GET", URI.create(url + "&signature=" + "0".repeat(64)))).isFalse();
        assertThat(urls.permits("GET", URI.create("/layers/" + NAME))).isFalse();
    }

    @Test
    void permitsWhateverNameItIsCalledBy() {
        var url = urls.toPut(NAME, MINUTE);
        assertThat(urls.permits("PUT", changed(url, "http://10.0.0.1:8090", ""))).isTrue();
    }

    @Test
    void permitsNothingThatAnotherPlatformSigned(@TempDir Path other) {
        var url = LayerUrls.in(other, "http://x", clock(NOW)).toGet(NAME, MINUTE);
        assertThat(urls.permits("GET", url)).isFalse();
    }

    @Test
    void takesWhatIsSetForWhatIsAnnounced() {
        var set = LayerUrls.in(data, "https://layers.example/below/", clock(NOW));
        assertThat(set.toGet(NAME, MINUTE).toString())
                .startsWith("https://layers.example/below/layers/");
    }

    @ParameterizedTest
    @ValueSource(strings = {"builder:8004", "10.0.0.1", "http://my_builder:8004", "no url"})
    void takesNoUrlThatLeadsNowhere(String url) {
        assertThatThrownBy(() -> new LayerConfiguration.Layers(url))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void tellsThatNobodyServesLayersYet(@TempDir Path fresh) {
        var urls = LayerUrls.in(fresh, "", clock(NOW));
        assertThatThrownBy(() -> urls.toGet(NAME, MINUTE))
                .isInstanceOf(LayersUnavailableException.class);
    }

    @Test
    void signsNoOtherNames() {
        assertThatThrownBy(() -> urls.toGet("../keys", MINUTE))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private LayerUrls urlsAt(Instant now) {
        return LayerUrls.in(data, "", clock(now));
    }

    private static Clock clock(Instant now) {
        return Clock.fixed(now, ZoneOffset.UTC);
    }

    private static URI changed(URI url, String from, String to) {
        return URI.create(url.toString().replace(from, to));
    }
}
