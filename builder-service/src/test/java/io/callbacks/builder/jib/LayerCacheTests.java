package io.callbacks.builder.jib;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LayerCacheTests {
    @TempDir private Path directory;

    @Test
    void keepsWhatIsNotTooLarge() throws Exception {
        var cache = new LayerCache(directory.resolve("cache"), 10_000);
        cache.use(in -> Files.writeString(in.resolve("layer"), "small"));
        var isThere = cache.use(in -> Files.exists(in.resolve("layer")));
        assertThat(isThere).isTrue();
    }

    @Test
    void isEmptiedWhenItIsTooLarge() throws Exception {
        var cache = new LayerCache(directory.resolve("cache"), 10_000);
        cache.use(in -> Files.write(in.resolve("layer"), new byte[20_000]));
        var isThere = cache.use(in -> Files.exists(in.resolve("layer")));
        assertThat(isThere).isFalse();
    }

    @Test
    void isNotEmptiedWhileItIsUsed() throws Exception {
        var cache = new LayerCache(directory.resolve("cache"), 10_000);
        var isThere =
                cache.use(
                        in -> {
                            Files.write(in.resolve("layer"), new byte[20_000]);
                            return cache.use(same -> Files.exists(same.resolve("layer")));
                        });
        assertThat(isThere).isTrue();
    }
}
