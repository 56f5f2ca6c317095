package io.callbacks.cloudevent;

import tools.jackson.core.JacksonException;

/** A record is not a CloudEvent; the message says why, and is for whoever sent it. */
public final class InvalidCloudEventException extends RuntimeException {
    public InvalidCloudEventException(String message) {
        super(message, null, false, false);
    }

    /** With the place, and nothing of what stands there: it may be secret. */
    static InvalidCloudEventException at(JacksonException place, String what) {
        var at = place.getLocation();
        return new InvalidCloudEventException(
                "%s, at line %d, column %d.".formatted(what, at.getLineNr(), at.getColumnNr()));
    }
}
