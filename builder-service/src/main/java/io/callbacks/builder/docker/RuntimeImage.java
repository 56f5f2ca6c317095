package io.callbacks.builder.docker;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.callbacks.blob.Digests;
import io.callbacks.process.Language;
import java.util.Map;
import java.util.StringJoiner;

/**
 * An image that callbacks run in, whether it is made already or not.
 *
 * @param base the id of the image it stands on
 * @param digest of all that makes a difference in it
 */
record RuntimeImage(Language language, String base, String digest) {
    /**
     * The one that stands on {@code base}. What counts of that are its layers and its environment:
     * its id is another one each time it is imported.
     *
     * @param context what it is built of besides
     */
    static RuntimeImage on(EngineImage base, Language language, Map<String, byte[]> context) {
        var all = new StringJoiner("\n");
        all.add(base.platform());
        base.layers().forEach(all::add);
        base.environment().forEach(all::add);
        context.forEach((name, content) -> all.add(name + " " + Digests.of(content)));
        return new RuntimeImage(language, base.id(), Digests.of(all.toString().getBytes(UTF_8)));
    }

    /** Its name on the engine. */
    String reference() {
        return "callbacks/runtime-%s:%s".formatted(language.lowerCase(), Hex.first16(digest));
    }

    /** What installed dependencies depend on. */
    String identity() {
        return "docker " + language.lowerCase() + " " + digest;
    }
}
