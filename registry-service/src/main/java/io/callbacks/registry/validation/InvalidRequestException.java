package io.callbacks.registry.validation;

import java.util.List;

/** A request that says what it may not; carries its faults. */
public final class InvalidRequestException extends RuntimeException {
    private final int count;
    private final transient List<Fault> faults;

    InvalidRequestException(int count, List<Fault> faults) {
        super(count + " faults, the first: " + faults.getFirst());
        this.count = count;
        this.faults = List.copyOf(faults);
    }

    /** With one fault. */
    public InvalidRequestException(Fault fault) {
        this(1, List.of(fault));
    }

    /** How many there are. */
    public int count() {
        return count;
    }

    /** At least one; the first of them if there are very many. */
    public List<Fault> faults() {
        return faults;
    }
}
