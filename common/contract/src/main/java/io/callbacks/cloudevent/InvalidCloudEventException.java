package io.callbacks.cloudevent;

/** A record is not a CloudEvent; the message says why, and is for whoever sent it. */
public final class InvalidCloudEventException extends RuntimeException {
    public InvalidCloudEventException(String message) {
        super(message, null, false, false);
    }
}
