package io.callbacks.builder.process;

/** The program that would install is not on this machine. */
final class MissingInstallerException extends RuntimeException {
    MissingInstallerException(String program) {
        super(program);
    }
}
