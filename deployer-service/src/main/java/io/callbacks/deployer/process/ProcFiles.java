package io.callbacks.deployer.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What the system tells of processes under {@code /proc}, where it does. */
final class ProcFiles {
    private static final int START_TIME = 19;
    private static final int RESIDENT_PAGES = 21;
    private static final int PAGE_KIB = 4;

    private ProcFiles() {}

    /**
     * When a process began, in the system's own unit; tells it from a later one of the same number.
     */
    static String startTime(long pid) {
        return field(pid, START_TIME);
    }

    /** Memory a process really has, in KiB; 0 if it is gone. */
    static long residentKib(long pid) {
        var pages = field(pid, RESIDENT_PAGES);
        return pages.isEmpty() ? 0 : Long.parseLong(pages) * PAGE_KIB;
    }

    /** A field behind the name, counted from 0; empty if there is no such process. */
    private static String field(long pid, int number) {
        try {
            var stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
            return stat.substring(stat.lastIndexOf(')') + 2).split(" ")[number];
        } catch (IOException e) {
            return "";
        }
    }
}
