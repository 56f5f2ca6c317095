package io.callbacks.cloudevent;

import tools.jackson.core.JacksonException;
import tools.jackson.core.exc.StreamConstraintsException;

/** A record is not a CloudEvent; the message says why, and is for whoever sent it. */
public final class InvalidCloudEventException extends RuntimeException {
    public InvalidCloudEventException(String message) {
        super(message, null, false, false);
    }

    /** With the place, and nothing of what stands there: it may be secret. */
    static InvalidCloudEventException at(JacksonException error, String what) {
        return new InvalidCloudEventException(what + place(error));
    }

    private static String place(JacksonException error) {
        if (error instanceof StreamConstraintsException) { // it has no place
            return ": it is nested too deep, or has too long a number or name.";
        }
        var at = error.getLocation();
        return at == null
                ? "."
                : ", at line %d, column %d.".formatted(at.getLineNr(), at.getColumnNr());
    }
}
