package io.callbacks.builder.docker;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/** The engine as Docker's own command shows it. */
final class Docker {
    private Docker() {}

    /** What a command prints. */
    static String docker(String... words) {
        try {
            var process = start(words);
            var output = new String(process.getInputStream().readAllBytes(), UTF_8);
            if (process.waitFor() != 0) {
                throw new IllegalStateException(List.of(words) + ": " + output);
            }
            return output;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /**
     * The first line that a command prints when it is given one; its standard input is open until
     * then.
     */
    static String answer(String line, String... words) {
        try {
            var process = start(words);
            try (var input = process.outputWriter();
                    var output = process.inputReader()) {
                input.write(line + "\n");
                input.flush();
                return String.valueOf(output.readLine());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Process start(String... words) throws IOException {
        var all = new ArrayList<>(List.of("docker"));
        all.addAll(List.of(words));
        return new ProcessBuilder(all).redirectErrorStream(true).start();
    }

    /** Removes all that an installation left. */
    static void removeAllOf(String installation) {
        var label = "label=" + Labels.INSTALLATION + "=" + installation;
        for (var id : lines("ps", "--all", "--quiet", "--filter", label)) {
            docker("rm", "--force", "--volumes", id);
        }
        for (var role : List.of("code", "deps")) { // those made of others first
            var roleLabel = "label=" + Labels.ROLE + "=" + role;
            for (var id :
                    lines("image", "ls", "--quiet", "--filter", label, "--filter", roleLabel)) {
                docker("image", "rm", "--force", id);
            }
        }
        for (var name : lines("volume", "ls", "--quiet", "--filter", label)) {
            docker("volume", "rm", name);
        }
    }

    /** The lines a command prints, each once. */
    static List<String> lines(String... words) {
        return docker(words).lines().filter(line -> !line.isBlank()).distinct().toList();
    }
}
