package io.callbacks.invoker.event;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.callbacks.cloudevent.CloudEvent;
import java.util.HexFormat;
import java.util.Map;
import org.junit.jupiter.api.Test;

class EventIdTests {
    private static EventId id(String source, String id) {
        var attributes = Map.of("specversion", "1.0", "source", source, "id", id, "type", "t");
        return EventId.of(CloudEvent.of(attributes, Map.of(), null));
    }

    @Test
    void isTheSameForTheSameSourceAndIdWhateverElseThereIs() {
        var attributes = Map.of("specversion", "1.0", "source", "/s", "id", "1", "type", "other");
        var other = CloudEvent.of(attributes, Map.of("x", "y"), "data".getBytes(UTF_8));
        assertThat(EventId.of(other)).isEqualTo(id("/s", "1"));
    }

    @Test
    void tellsSourcesAndIdsApart() {
        assertThat(id("/s", "1")).isNotEqualTo(id("/s", "2")).isNotEqualTo(id("/t", "1"));
        assertThat(id("ab", "c")).isNotEqualTo(id("a", "bc"));
    }

    @Test
    void isHalfASha256() {
        var hex = HexFormat.of().formatHex(id("/shop", "A-1").bytes());
        assertThat(hex).isEqualTo("c0c4e9c86ea7fe078694b990b4d9af50");
    }

    @Test
    void isReadAsItIsNoted() {
        var id = id("/shop", "A-1");
        assertThat(EventId.of(id.bytes())).isEqualTo(id);
    }
}
