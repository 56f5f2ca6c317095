package io.callbacks.registry.validation;

import java.util.List;

/** A request that says what it may not; carries all its faults. */
public final class InvalidRequestException extends RuntimeException {
    private final transient List<Fault> faults;

    InvalidRequestException(List<Fault> faults) {
        super(faults.size() + " faults: " + faults);
        this.faults = List.copyOf(faults);
    }

    /** At least one. */
    public List<Fault> faults() {
        return faults;
    }
}
