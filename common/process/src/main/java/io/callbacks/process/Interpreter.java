package io.callbacks.process;

import java.nio.file.Path;

/**
 * A program of this machine that runs a language.
 *
 * @param version all of it, such as {@code 3.11.7}
 * @param executable the program itself, not a launcher that chooses one
 * @param identity what installed dependencies depend on: implementation, ABI, libc, architecture
 */
public record Interpreter(Language language, String version, Path executable, String identity) {
    /** The type with its version: {@code python3.11}, {@code node20}. */
    public String type() {
        return language.type(version);
    }

    boolean runs(String wanted) {
        return wanted.equals(language.lowerCase()) || wanted.equals(type());
    }
}
