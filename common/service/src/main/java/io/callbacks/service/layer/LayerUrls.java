package io.callbacks.service.layer;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.callbacks.service.key.MacKey;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * URLs of layers, each signed for one method, one layer and some time: whoever has one may do that
 * and nothing else. Services that share a data directory accept each other's.
 */
public final class LayerUrls {
    private static final String PATH = "/layers/";
    private static final Pattern NAME = Pattern.compile("[0-9a-z-]{1,80}\\.tar");
    private static final Pattern QUERY =
            Pattern.compile("expires=([0-9]{1,12})&signature=([0-9a-f]{64})");

    private final Path data;
    private final String fixed;
    private final Clock clock;
    private final MacKey key;

    private LayerUrls(Path data, String fixed, Clock clock) {
        this.data = data;
        this.fixed = fixed;
        this.clock = clock;
        this.key = MacKey.in(data.resolve("layer-urls.key"));
    }

    /**
     * Those of a platform.
     *
     * @param data shared by its services
     * @param base where layers are served; empty for where {@link #announce} says
     */
    public static LayerUrls in(Path data, String base, Clock clock) {
        return new LayerUrls(data, base, clock);
    }

    // --- where

    /** Says to all services where layers are served from now on. */
    public void announce(URI base) {
        try {
            Files.createDirectories(data);
            var beside = Files.createTempFile(data, "layers-url-", null);
            Files.writeString(beside, base + "\n");
            Files.move(beside, file(), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot tell where layers are served", e);
        }
    }

    /**
     * Where layers are served, without what comes after scheme, host and port.
     *
     * @throws LayersUnavailableException if nobody said so yet
     */
    public URI base() {
        return URI.create(withoutSlash(fixed.isEmpty() ? announced() : fixed));
    }

    private String announced() {
        try {
            return Files.readString(file()).strip();
        } catch (NoSuchFileException e) {
            throw new LayersUnavailableException();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot tell where layers are served", e);
        }
    }

    private Path file() {
        return data.resolve("layers-url");
    }

    private static String withoutSlash(String url) {
        return url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
    }

    // --- what

    /** The name of a tree of the blob store, by its digest. */
    public static String nameOf(String digest) {
        return digest.substring(digest.indexOf(':') + 1) + ".tar";
    }

    /** The name of the shim of a language. */
    public static String nameOfShim(String language) {
        return "shim-" + language + ".tar";
    }

    // --- signing

    /**
     * Lets its holder fetch a layer.
     *
     * @param name such as {@code <64 hex digits>.tar}
     * @throws LayersUnavailableException if nobody serves layers yet
     */
    public URI toGet(String name, Duration valid) {
        return signed("GET", name, valid);
    }

    /**
     * Lets its holder bring a layer.
     *
     * @throws LayersUnavailableException if nobody serves layers yet
     */
    public URI toPut(String name, Duration valid) {
        return signed("PUT", name, valid);
    }

    private URI signed(String method, String name, Duration valid) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("not the name of a layer: " + name);
        }
        var expires = clock.instant().plus(valid).getEpochSecond();
        var query = "?expires=%d&signature=%s".formatted(expires, sign(method, name, expires));
        return URI.create(base() + PATH + name + query);
    }

    private String sign(String method, String name, long expires) {
        return key.sign(method + "\n" + PATH + name + "\n" + expires);
    }

    /**
     * Whether a request may do what it asks for. Where it was sent to does not count.
     *
     * @param uri of which path and query count, as they were sent
     */
    public boolean permits(String method, URI uri) {
        var path = uri.getRawPath();
        var query = QUERY.matcher(orEmpty(uri.getRawQuery()));
        if (path == null || !path.startsWith(PATH) || !query.matches()) {
            return false;
        }
        var expires = Long.parseLong(query.group(1));
        var right = sign(method, path.substring(PATH.length()), expires);
        return isEqual(right, query.group(2))
                && clock.instant().isBefore(Instant.ofEpochSecond(expires));
    }

    private static boolean isEqual(String one, String other) {
        return MessageDigest.isEqual(one.getBytes(US_ASCII), other.getBytes(US_ASCII));
    }

    private static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }
}
