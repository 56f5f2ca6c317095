package io.callbacks.deployer.process;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.callbacks.process.ProcessTree;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The processes of this machine at one moment, as {@code /proc} tells. Where there is no such thing
 * it is empty.
 */
final class ProcessTable {
    private static final Path PROC = Path.of("/proc");
    private static final int PARENT = 1;
    private static final int START_TIME = 19;
    private static final int RESIDENT_PAGES = 21;
    private static final int ROUNDS = 5;
    private static final long PAGE_KIB = pageKib();

    /**
     * One process.
     *
     * @param residentKib memory it really has
     */
    record Entry(long pid, long parent, long residentKib) {}

    private final Map<Long, List<Entry>> byParent = new HashMap<>();

    private ProcessTable() {}

    static ProcessTable read() {
        var table = new ProcessTable();
        for (var pid : pids()) {
            entry(pid)
                    .ifPresent(
                            e ->
                                    table.byParent
                                            .computeIfAbsent(e.parent(), _ -> new ArrayList<>())
                                            .add(e));
        }
        return table;
    }

    /** All that a process started, and what those started. */
    List<Entry> below(long pid) {
        var found = new ArrayList<>(byParent.getOrDefault(pid, List.of()));
        for (int i = 0; i < found.size(); i++) {
            found.addAll(byParent.getOrDefault(found.get(i).pid(), List.of()));
        }
        return found;
    }

    /**
     * When a process began, in the system's own unit; tells it from a later one of the same number.
     * Empty if there is none.
     */
    static String startTime(long pid) {
        var fields = fields(pid);
        return fields.length > START_TIME ? fields[START_TIME] : "";
    }

    /**
     * Ends all processes that were given a directory as their home, whoever their parent is by now.
     */
    static void killAllAtHomeIn(Path home) {
        for (int round = 0; round < ROUNDS; round++) {
            var found = pids().stream().filter(pid -> isAtHome(pid, home)).toList();
            if (found.isEmpty()) {
                return;
            }
            found.forEach(pid -> ProcessHandle.of(pid).ifPresent(ProcessTree::kill));
        }
    }

    private static boolean isAtHome(long pid, Path home) {
        return ("\0" + read(pid, "environ")).contains("\0HOME=" + home + "\0");
    }

    private static Optional<Entry> entry(long pid) {
        var fields = fields(pid);
        return fields.length <= RESIDENT_PAGES
                ? Optional.empty()
                : Optional.of(
                        new Entry(
                                pid,
                                Long.parseLong(fields[PARENT]),
                                Long.parseLong(fields[RESIDENT_PAGES]) * PAGE_KIB));
    }

    /** What {@code stat} tells behind the name, which may hold anything. */
    private static String[] fields(long pid) {
        var stat = read(pid, "stat");
        return stat.substring(Math.min(stat.length(), stat.lastIndexOf(')') + 2)).split(" ");
    }

    private static String read(long pid, String file) {
        try {
            return new String(
                    Files.readAllBytes(PROC.resolve(Long.toString(pid)).resolve(file)), ISO_8859_1);
        } catch (IOException e) {
            return ""; // gone, or somebody else's
        }
    }

    private static List<Long> pids() {
        var pids = new ArrayList<Long>();
        try (var all = Files.newDirectoryStream(PROC, "[0-9]*")) {
            all.forEach(p -> pids.add(Long.valueOf(p.getFileName().toString())));
        } catch (IOException | DirectoryIteratorException e) {
            return pids; // a system without /proc
        }
        return pids;
    }

    private static long pageKib() {
        try (var lines = Files.lines(PROC.resolve("self/smaps"))) {
            return lines.filter(line -> line.startsWith("KernelPageSize:"))
                    .findFirst()
                    .map(line -> Long.parseLong(line.replaceAll("\\D", "")))
                    .orElse(4L);
        } catch (IOException e) {
            return 4;
        }
    }
}
