package io.callbacks.builder.layer;

import java.io.IOException;

/** An archive that is not unpacked; its message says what is wrong with it. */
class RefusedTarException extends IOException {
    RefusedTarException(String message) {
        super(message);
    }

    /** It holds more than is allowed. */
    static final class TooLarge extends RefusedTarException {
        TooLarge() {
            super("it is too large");
        }
    }
}
