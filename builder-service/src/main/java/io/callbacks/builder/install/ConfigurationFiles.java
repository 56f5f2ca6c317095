package io.callbacks.builder.install;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads files that may be there or not. */
final class ConfigurationFiles {
    private static final Logger log = LoggerFactory.getLogger(ConfigurationFiles.class);

    private ConfigurationFiles() {}

    static List<String> lines(Path file) {
        if (!Files.isReadable(file) || Files.isDirectory(file)) {
            return List.of();
        }
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            log.warn("Settings left out: file={} reason={}", file, e.toString());
            return List.of();
        }
    }
}
