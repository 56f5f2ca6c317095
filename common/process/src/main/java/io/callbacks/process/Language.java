package io.callbacks.process;

import java.util.Locale;

/** What callbacks are written in. */
public enum Language {
    PYTHON(3, 8),
    NODE(18, 0);

    private final int major;
    private final int minor;

    Language(int major, int minor) {
        this.major = major;
        this.minor = minor;
    }

    /** The language of a type such as {@code python3.11} or {@code node}. */
    public static Language ofType(String type) {
        return type.startsWith("python") ? PYTHON : NODE;
    }

    /** As types begin: {@code python}, {@code node}. */
    public String lowerCase() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The oldest version that runs callbacks, such as {@code 3.8}. */
    public String oldest() {
        return this == PYTHON ? major + "." + minor : Integer.toString(major);
    }

    /** The type of a version such as {@code 3.11.7}: {@code python3.11}, {@code node20}. */
    public String type(String version) {
        var parts = version.split("\\.");
        return lowerCase() + (this == PYTHON ? parts[0] + "." + parts[1] : parts[0]);
    }

    boolean supports(int major, int minor) {
        return major > this.major || major == this.major && minor >= this.minor;
    }
}
