package io.callbacks.event;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonProperty;
import org.jspecify.annotations.Nullable;

/**
 * Why a build or a start failed, for the user.
 *
 * @param kind what went wrong: an exception's name, or a kebab-case class such as {@code
 *     package-not-found}
 * @param packageName the bare name of the package it is about, if one is
 * @param message one sentence
 * @param hint what to do about it
 * @param logTail the last lines of the log
 */
public record Failure(
        @JsonProperty("class") String kind,
        @JsonProperty("package") @Nullable String packageName,
        String message,
        @Nullable String hint,
        @Nullable String logTail) {
    public Failure {
        requireNonNull(kind, "class");
        requireNonNull(message, "message");
    }
}
